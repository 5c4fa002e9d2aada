import logging
import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


class UnavailableMiddleware:
    """Answers 503 with a hint to try again when the database is away for a moment: an outage is not a bug, and the
    pages' scripts know what to do with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return _unavailable(exception) if isinstance(exception, OperationalError | InterfaceError) else None


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`. Other middleware meets the database too (sessions), where `process_exception` is not
    asked; and a page about an error must not need the database or a context."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        return _unavailable(error)
    return HttpResponse(render_to_string("500.html"), status=500)


def _unavailable(error: Exception) -> HttpResponse:
    logger.warning("database unavailable: %s", type(error).__name__)
    connection.close()
    return HttpResponse(
        _("The database does not answer right now. Nothing was lost; please try again in a moment."),
        status=503,
        headers={"Retry-After": "2"},
        content_type="text/plain; charset=utf-8",
    )
