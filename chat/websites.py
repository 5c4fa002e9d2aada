"""Which pages may use the widget (WI1): any, or those of the company's list. Browsers keep to it (`frame-ancestors`),
and whoever says where they come from is held to it here too."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from agents.models import Company
from contactcenter.addresses import host_of


def may_show(company: Company, origin: str, own_host: str) -> bool:
    """Whether a page of that origin may show the widget. Clients that are no browsers have none."""
    origins = company.origins
    return not origins or not origin or origin.lower() in origins or host_of(origin) == own_host


def frame_ancestors(company: Company) -> str:
    return " ".join(["'self'", *company.origins]) if company.origins else "*"


def for_own_pages(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view serves the panel, which is a page of ours, and clients that send no Origin; no other website."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        origin = request.headers.get("Origin", "")
        if origin and host_of(origin) != request.get_host():
            return JsonResponse({"error": "origin"}, status=403)
        return view(request, *args, **kwargs)

    return guarded
