"""What the views of a company's people share: who asks, and what they may see."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django_htmx.middleware import HtmxDetails

from agents.models import Agent, Company


class AgentRequest(HttpRequest):
    """A request of somebody signed in (the middleware sees to that)."""

    user: Agent
    htmx: HtmxDetails
    # The numbers of the top bar, once something on the page has asked for them (conversations/lists.py).
    conversation_counters: dict[str, Any]


View = Callable[..., HttpResponse]
Response = TypeVar("Response", bound=HttpResponseBase)


def for_agents(view: Callable[..., Response]) -> Callable[..., Response]:
    """Pages and pieces of pages for the people of a company: an operator, who belongs to none, finds nothing. They are
    not kept by the browser: the same address answers with a page or a piece of it, and shows what is confidential."""

    @never_cache
    @wraps(view)
    def guarded(request: AgentRequest, *args: Any, **kwargs: Any) -> Response:
        if request.user.company_id is None:
            raise Http404
        response = view(request, *args, **kwargs)
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    return guarded


def for_full_access(view: View) -> View:
    """What decides over the whole company: for its agents with full access (AG4, SE4). The others get 403."""

    @for_agents
    @wraps(view)
    def guarded(request: AgentRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_full_access:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def company_of(agent: Agent) -> Company:
    if agent.company is None:
        raise Http404
    return agent.company


def number(text: str | None, default: int = 0) -> int:
    """A number from an address; anything else counts as `default`."""
    if text and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    return default
