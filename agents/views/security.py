"""Sign-in and security: everybody's own page, also for operators (LO3, PR1)."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents.attempts import TooManyFailures, knows_password, knows_password_or_code
from agents.email_change import AddressTaken, ask_for_email, open_change, withdraw_email
from agents.forms.security import ChangePasswordForm, EmailForm, ProofForm, SwitchOnForm
from agents.http import AgentRequest
from agents.models import CONFIRM_WITHIN
from agents.passwords import change_own_password
from agents.second_factor import (
    WrongCode,
    address_for_app,
    has_second_factor,
    new_key,
    qr_code,
    recovery_codes_left,
    renew_recovery_codes,
    switch_off,
    switch_on,
)
from agents.sessions import end_session, end_sessions, find_session, name_of, sessions_of
from agents.views.doors import too_many
from contactcenter.crypto import CannotDecrypt, decrypt, encrypt
from contactcenter.limits import Limit

NEW_ADDRESSES = Limit("new-address", times=5, seconds=3600)
# The session keeps the key of a second factor that is being set up, encrypted as it will be.
_NEW_KEY = "second_factor_key"


def own(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """About oneself; not kept by the browser. Who has tried too often waits."""

    @never_cache
    @wraps(view)
    def guarded(request: AgentRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except TooManyFailures as error:
            return too_many(request, error.limit)

    return guarded


def _show(request: AgentRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Operators have no settings beside the page."""
    frame = "settings.html" if request.user.company_id else "agents/security/operator.html"
    context |= {"frame": frame, "serves_operators": True}
    return render(request, f"agents/security/{template}.html", context, status=status)


def _page(request: AgentRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    agent, this = request.user, request.session.session_key
    # This one first, then the liveliest.
    sessions = sorted(sessions_of(agent), key=lambda session: session.pk != this)
    context = {
        "password_form": ChangePasswordForm(agent),
        "email_form": EmailForm(),
        "has_second_factor": has_second_factor(agent),
        "codes_left": recovery_codes_left(agent),
        "change": open_change(agent),
        "hours": CONFIRM_WITHIN // timedelta(hours=1),
        "sessions": [
            {"name": name_of(session.pk), "facts": session, "is_this": session.pk == this}
            for session in sessions
        ],
    }
    return _show(request, "page", status=status, **(context | forms))


@require_safe
@own
def security(request: AgentRequest) -> HttpResponse:
    return _page(request)


@require_POST
@own
def password(request: AgentRequest) -> HttpResponse:
    form = ChangePasswordForm(request.user, request.POST)
    if form.is_valid() and not knows_password(request, request.user, form.cleaned_data["password"]):
        form.add_error("password", _("This is not your password."))
    if not form.is_valid():
        return _page(request, status=422, password_form=form)
    new = form.cleaned_data["new_password1"]
    change_own_password(agent=request.user, password=new, keep=request.session.session_key or "")
    # This session goes on, under another key.
    update_session_auth_hash(request, request.user)
    messages.success(request, _("Your password was changed. You are signed out everywhere else."))
    return redirect("agents:security")


# --- The second factor --------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@own
def second_factor(request: AgentRequest) -> HttpResponse:
    """Setting it up: the app reads the key, and shows with a first code that it has."""
    if has_second_factor(request.user):
        return redirect("agents:security")
    key, form = _key_being_set_up(request), SwitchOnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not knows_password(request, request.user, form.cleaned_data["password"]):
            form.add_error("password", _("This is not your password."))
        else:
            try:
                codes = switch_on(
                    agent=request.user,
                    key=key,
                    code=form.cleaned_data["code"],
                    keep=request.session.session_key or "",
                )
            except WrongCode:
                wrong = _("This is not the code that the app shows now. Is the phone's clock right?")
                form.add_error("code", wrong)
            else:
                del request.session[_NEW_KEY]
                return _show(request, "recovery_codes", codes=codes, is_new=True)
    return _show(
        request,
        "second_factor",
        status=422 if form.errors else 200,
        form=form,
        key=" ".join(key[start : start + 4] for start in range(0, len(key), 4)),
        picture=qr_code(address_for_app(agent=request.user, key=key)),
    )


def _key_being_set_up(request: AgentRequest) -> str:
    try:
        return decrypt(request.session.get(_NEW_KEY, ""))
    except CannotDecrypt:
        key = new_key()
        request.session[_NEW_KEY] = encrypt(key)
        return key


@require_http_methods(["GET", "HEAD", "POST"])
@own
def second_factor_off(request: AgentRequest) -> HttpResponse:
    form = _proof(request)
    if not has_second_factor(request.user):
        return redirect("agents:security")
    if not form.is_bound or form.errors:
        return _show(request, "second_factor_off", status=422 if form.errors else 200, form=form)
    switch_off(agent=request.user, keep=request.session.session_key or "")
    messages.success(request, _("Two-step sign-in is off. You are signed out everywhere else."))
    return redirect("agents:security")


@require_http_methods(["GET", "HEAD", "POST"])
@own
def recovery_codes(request: AgentRequest) -> HttpResponse:
    """New ones in place of the old; they are shown this once."""
    form = _proof(request)
    if not has_second_factor(request.user):
        return redirect("agents:security")
    if not form.is_bound or form.errors:
        return _show(request, "new_recovery_codes", status=422 if form.errors else 200, form=form)
    return _show(request, "recovery_codes", codes=renew_recovery_codes(agent=request.user))


def _proof(request: AgentRequest) -> ProofForm:
    form = ProofForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and not knows_password_or_code(request, request.user, form.cleaned_data["secret"]):
        form.add_error("secret", _("This is neither your password nor a code that works now."))
    return form


# --- Where one is signed in ---------------------------------------------------------------------------------------


@require_POST
@own
def sign_out_one(request: AgentRequest, name: str) -> HttpResponse:
    session = find_session(agent=request.user, name=name)
    if session is None:
        raise Http404
    end_session(agent=request.user, session=session.pk)
    if session.pk == request.session.session_key:
        return _leave(request)
    messages.success(request, _("Signed out there."))
    return redirect("agents:security")


@require_POST
@own
def sign_out_others(request: AgentRequest) -> HttpResponse:
    end_sessions(agent=request.user, keep=request.session.session_key or "")
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("agents:security")


@require_POST
@own
def sign_out_everywhere(request: AgentRequest) -> HttpResponse:
    end_sessions(agent=request.user)
    return _leave(request)


def _leave(request: AgentRequest) -> HttpResponse:
    """The row of this session is gone already."""
    request.session.flush()
    return redirect("agents:login")


# --- The e-mail address -------------------------------------------------------------------------------------------


@require_POST
@own
def email(request: AgentRequest) -> HttpResponse:
    """Ask for another address (NO4). Nothing changes yet."""
    form = EmailForm(request.POST)
    if form.is_valid() and form.cleaned_data["email"].lower() == request.user.email:
        form.add_error("email", _("This is your address already."))
    if form.is_valid() and not knows_password(request, request.user, form.cleaned_data["password"]):
        form.add_error("password", _("This is not your password."))
    if form.is_valid():
        if not NEW_ADDRESSES.take(str(request.user.pk)):
            form.add_error(None, _("That was a lot of links for one hour. Please try again later."))
            return _page(request, status=429, email_form=form)
        try:
            ask_for_email(agent=request.user, email=form.cleaned_data["email"])
        except AddressTaken:
            form.add_error("email", _("Another account uses this address already."))
        else:
            messages.success(request, _("We have sent a link to the new address."))
            return redirect("agents:security")
    return _page(request, status=422, email_form=form)


@require_POST
@own
def keep_email(request: AgentRequest) -> HttpResponse:
    withdraw_email(agent=request.user)
    messages.success(request, _("Your e-mail address stays as it is."))
    return redirect("agents:security")
