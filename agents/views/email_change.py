"""The links in the mails about a new e-mail address (NO4). Opening one only asks; the button does it. Nobody needs to
be signed in: the link is opened where the mail is read."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from agents.email_change import (
    AddressTaken,
    change_to_confirm,
    change_to_undo,
    confirm_email,
    undo_email,
)
from agents.models import EmailChange
from agents.passwords import LinkUsed
from agents.second_factor import has_second_factor


def _answer(request: HttpRequest, purpose: str, do: Callable[[], EmailChange]) -> HttpResponse:
    """What became of the link. A link that does not work is no error of whoever opened it."""
    try:
        state, change = ("done" if request.method == "POST" else "ask"), do()
    except LinkUsed:
        state, change = "used", None
    except AddressTaken:
        state, change = "taken", None
    status = 409 if request.method == "POST" and change is None else 200
    context = {"state": state, "change": change, "second_factor": change and has_second_factor(change.agent)}
    return render(request, f"agents/security/email_{purpose}.html", context, status=status)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    if request.method != "POST":
        return _answer(request, "confirm", lambda: change_to_confirm(token))
    # Whoever asked and confirms in the same browser stays signed in there.
    keep = request.session.session_key or ""
    return _answer(request, "confirm", lambda: confirm_email(token=token, keep=keep))


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, token: str) -> HttpResponse:
    if request.method != "POST":
        return _answer(request, "undo", lambda: change_to_undo(token))
    return _answer(request, "undo", lambda: undo_email(token=token))
