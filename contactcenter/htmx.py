"""What a view may say to the page beside its fragment. For answers to htmx; whole pages use django.contrib.messages."""

from typing import Any, TypeVar

from django.http import HttpResponse
from django_htmx.http import trigger_client_event

Response = TypeVar("Response", bound=HttpResponse)


def with_events(response: Response, *names: str, **detail: Any) -> Response:
    """Dispatch DOM events on the page, all with the same detail, so that regions refetch themselves."""
    for name in names:
        trigger_client_event(response, name, detail)
    return response


def with_toast(response: Response, text: str, *, undo: str = "", leads_to: str = "") -> Response:
    """Show a short message; `undo` is an address that takes the change back when posted to, `leads_to` one where there
    is more to see."""
    return trigger_client_event(response, "toast", {"text": str(text), "undo": undo, "leadsTo": leads_to})
