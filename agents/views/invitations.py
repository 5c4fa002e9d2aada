"""Inviting people into the company, and what they do with the link (AG1, AG2).

The link's token stays in no address that lives longer than a redirection, and in no log: opening the link puts the
token's hash into the session and goes on to a page without it.
"""

from contextlib import suppress
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents import invitations
from agents.doorstep import come_in
from agents.forms.people import InviteForm, JoinForm
from agents.http import AgentRequest, View, company_of, for_full_access
from agents.models import Invitation
from agents.views.users import list_facts
from contactcenter.addresses import client_address
from contactcenter.htmx import with_toast
from contactcenter.limits import Limit

MAILS_PER_COMPANY = Limit("invitations", times=60, seconds=3600)
WRONG_LINKS_PER_CLIENT = Limit("invitation-client", times=30, seconds=3600)
BACKEND = "django.contrib.auth.backends.ModelBackend"
IN_SESSION = "invitation"


# --- Inviting -----------------------------------------------------------------------------------------------------


def why_not(error: invitations.NotInvited) -> str:
    if isinstance(error, invitations.AddressTaken):
        return _("This address has an account already. Each account needs an address of its own.")
    if isinstance(error, invitations.AlreadyInvited):
        return _("This address is invited already. You can send the invitation again from the list.")
    return _("Your plan has no room for another agent.")


def _too_many() -> str:
    return _("That were many invitations in a short time. Please go on in an hour.")


@require_http_methods(["GET", "HEAD", "POST"])
@for_full_access
def invite(request: AgentRequest) -> HttpResponse:
    company = company_of(request.user)
    form = InviteForm(request.POST if request.method == "POST" else None, company=company)
    facts: dict[str, Any] = {"form": form, "company": company}
    if form.is_bound and form.is_valid():
        if not MAILS_PER_COMPANY.take(str(company.pk)):
            form.add_error(None, _too_many())
        else:
            try:
                invitation = invitations.invite(company=company, by=request.user, **form.cleaned_data)
            except invitations.PlanFull:
                facts["is_full"] = True
            except invitations.NotInvited as error:
                form.add_error("email", why_not(error))
            else:
                messages.success(request, _("Invitation sent to %(email)s.") % {"email": invitation.email})
                return redirect("agents:users")
    if not form.is_bound:
        facts["is_full"] = not invitations.has_room(company)
    return render(request, "agents/users/invite.html", facts, status=422 if form.is_bound else 200)


@require_POST
@for_full_access
def send_again(request: AgentRequest, pk: int) -> HttpResponse:
    invitation = _get_or_404(request, pk)
    if not MAILS_PER_COMPANY.take(str(invitation.company_id)):
        return _back(request, _too_many(), status=422)
    try:
        invitations.send_again(invitation=invitation, by=request.user)
    except invitations.NotInvited as error:
        return _back(request, why_not(error), status=422)
    except invitations.Worthless:
        return _back(request, _come_and_gone(), status=409)
    return _back(request, _("Invitation sent again to %(email)s.") % {"email": invitation.email})


@require_POST
@for_full_access
def revoke(request: AgentRequest, pk: int) -> HttpResponse:
    invitation = _get_or_404(request, pk)
    try:
        invitations.revoke(invitation=invitation)
    except invitations.Worthless:
        return _back(request, _come_and_gone(), status=409)
    return _back(request, _("Invitation of %(email)s revoked.") % {"email": invitation.email})


def _come_and_gone() -> str:
    return _("This invitation was accepted or revoked in the meantime.")


def _get_or_404(request: AgentRequest, pk: int) -> Invitation:
    return get_object_or_404(Invitation, company=company_of(request.user), pk=pk)


def _back(request: AgentRequest, said: str, *, status: int = 200) -> HttpResponse:
    """To the list, which says what happened."""
    if not request.htmx:
        messages.info(request, said)
        return redirect("agents:users")
    facts = list_facts(company_of(request.user))
    return with_toast(render(request, "agents/users/people.html", facts, status=status), said)


# --- Accepting ----------------------------------------------------------------------------------------------------


def for_guests(view: View) -> View:
    """For people without an account. No cache keeps the page, and no other site learns that somebody came from it."""

    @login_not_required
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return _to_dashboard(request)
        response = view(request, *args, **kwargs)
        # Less, and the browser would not say either where a form came from (Django's check for forged ones asks).
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return guarded


@require_safe
@for_guests
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    token_hash = invitations.hash_of(token)
    request.session.pop(IN_SESSION, None)
    with suppress(invitations.Worthless):
        invitations.find_invitation(token_hash)
        # Only for a link that is good: a session is a row, and strangers make none.
        request.session[IN_SESSION] = token_hash
    return redirect("agents:join")


@require_http_methods(["GET", "HEAD", "POST"])
@for_guests
def join(request: HttpRequest) -> HttpResponse:
    """Name and password; then the workspace."""
    token_hash = request.session.get(IN_SESSION, "")
    client = client_address(request)
    if WRONG_LINKS_PER_CLIENT.is_used_up(client):
        return render(request, "agents/invitations/too_many.html", status=429)
    try:
        invitation = invitations.find_invitation(token_hash)
        form = JoinForm(request.POST if request.method == "POST" else None, invitation=invitation)
        if form.is_bound and form.is_valid():
            return _join(request, token_hash, form)
    except invitations.Worthless:
        WRONG_LINKS_PER_CLIENT.take(client)
        return render(request, "agents/invitations/worthless.html", status=404)
    except invitations.PlanFull:
        form.add_error(
            None, _("The company's plan has no room for another agent. Please tell whoever invited you.")
        )
    context = {"form": form, "invitation": invitation}
    return render(request, "agents/invitations/join.html", context, status=422 if form.is_bound else 200)


def _join(request: HttpRequest, token_hash: str, form: JoinForm) -> HttpResponse:
    names = {name: form.cleaned_data[name] for name in ("first_name", "last_name")}
    password = form.cleaned_data["new_password1"]
    agent = invitations.accept_invitation(token_hash=token_hash, password=password, **names)
    del request.session[IN_SESSION]
    agent.backend = BACKEND
    come_in(request, agent=agent, remember=True)
    return redirect("/")


def _to_dashboard(request: HttpRequest) -> HttpResponse:
    """Somebody is signed in here, whoever it is: the link stays good (AG2)."""
    messages.warning(
        request,
        _("You are signed in. To accept the invitation, sign out first or open it in another browser."),
    )
    return redirect("/")
