import logging
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError, connection
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from contactcenter.pages import CUT_SHORT, FULL

logger = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., HttpResponse])


def explains_large_bodies(view: View) -> View:
    """The page answers a request whose body was too large itself, and acts on nothing that is in it: it asks
    `is_cut_short` first."""
    view.explains_large_bodies = True  # type: ignore[attr-defined]
    return view


def is_cut_short(request: HttpRequest) -> bool:
    """Whether only the beginning of the body is here (contactcenter/pages.py)."""
    return bool(request.META.get(CUT_SHORT))


class LargeBodyMiddleware:
    """Refuses what is too large: half a form looks like a whole one. Before anything reads the form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if is_cut_short(request) and not getattr(view, "explains_large_bodies", False):
            return HttpResponse(status=413)
        return None


class UnavailableMiddleware:
    """Answers 503 with a hint to try again when the database is away for a moment: an outage is not a bug, and the
    pages' scripts know what to do with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 500 and getattr(request, "found_no_room", False):
            return _no_room()
        error = getattr(request, "outage", None)
        return _unavailable(error) if error and response.status_code == 500 else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return _unavailable(exception) if isinstance(exception, OperationalError | InterfaceError) else None


@receiver(got_request_exception)
def note_outage(*, request: HttpRequest | None = None, **signal: Any) -> None:
    """Other middleware meets the database too (sessions, who is signed in), where `process_exception` is not asked:
    Django has made a page of the error before UnavailableMiddleware sees anything."""
    error = sys.exc_info()[1]
    if request is not None and isinstance(error, OperationalError | InterfaceError):
        request.outage = error  # type: ignore[attr-defined]
    elif request is not None and isinstance(error, OSError) and error.errno in FULL:
        # An upload did not fit on the disk: whichever middleware reads the form first meets it.
        request.found_no_room = True  # type: ignore[attr-defined]


def is_no_outage(record: logging.LogRecord) -> bool:
    """A filter: Django would log a traceback for each request of an outage, which `_unavailable` has logged."""
    return not (record.exc_info and isinstance(record.exc_info[1], OperationalError | InterfaceError))


logging.getLogger("django.request").addFilter(is_no_outage)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`: a page about an error must not need the database or a context."""
    return HttpResponse(render_to_string("500.html"), status=500)


def _no_room() -> HttpResponse:
    return HttpResponse(
        _("The server has no space left. Nothing was stored; please tell whoever runs it."),
        status=507,
        content_type="text/plain; charset=utf-8",
    )


def _unavailable(error: Exception) -> HttpResponse:
    logger.warning("database unavailable: %s", type(error).__name__)
    connection.close()
    return HttpResponse(
        _("The database does not answer right now. Nothing was lost; please try again in a moment."),
        status=503,
        headers={"Retry-After": "2"},
        content_type="text/plain; charset=utf-8",
    )
