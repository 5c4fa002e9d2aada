"""The people of a company, for those who decide over it (AG1, AG3–AG6)."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from agents.actions import LastFullAccessAgent, delete_agent, edit_agent
from agents.duties import switch_agent
from agents.email_change import AddressTaken, ask_for_email, open_change
from agents.forms.parts import PictureForm
from agents.forms.people import AgentForm
from agents.http import AgentRequest, company_of, for_full_access
from agents.invitations import has_room, open_invitations, places_taken
from agents.models import Agent, Company
from agents.people import people_of
from agents.pictures import change_avatar, make_avatar
from agents.views.pictures import Picture
from agents.views.security import NEW_ADDRESSES
from contactcenter.middleware import explains_large_bodies


def _last_one_stays() -> str:
    return _("A company always keeps at least one agent with full access.")


def get_agent_or_404(company: Company, pk: int) -> Agent:
    """One of the company's agents; anybody else is not found, nor is who was deleted (rule 7)."""
    return get_object_or_404(Agent.objects.get_queryset().of(company.pk).select_related("company"), pk=pk)


def list_facts(company: Company) -> dict[str, Any]:
    """What the list of users shows."""
    return {
        "company": company,
        "everybody": people_of(company),
        "invitations": open_invitations(company),
        "places_taken": places_taken(company),
        "has_room": has_room(company),
    }


@require_safe
@for_full_access
def users(request: AgentRequest) -> HttpResponse:
    return render(request, "agents/users/list.html", list_facts(company_of(request.user)))


@require_http_methods(["GET", "HEAD", "POST"])
@for_full_access
def user(request: AgentRequest, pk: int) -> HttpResponse:
    """Edit an agent (AG3, AG4, AG7, AG8)."""
    company = company_of(request.user)
    agent = get_agent_or_404(company, pk)
    if request.method != "POST":
        return _page(request, agent, _form(request, agent))
    form = _form(request, agent, request.POST)
    if form.is_valid() and form.new_email and not NEW_ADDRESSES.take(str(request.user.pk)):
        form.add_error("email", _("That was a lot of links for one hour. Please try again later."))
    if form.is_valid():
        try:
            _edit(agent, form)
        except LastFullAccessAgent:
            form.add_error("access", _last_one_stays())
        except AddressTaken:
            form.add_error("email", _("Another account uses this address already."))
        else:
            messages.success(request, _("Saved: %(name)s.") % {"name": agent.name})
            if form.new_email:
                messages.info(request, _("We have sent a link to the new address."))
            own_keys_gone = agent.pk == request.user.pk and not agent.has_full_access
            return redirect("/" if own_keys_gone else "agents:users")
    return _page(request, agent, form, status=422)


def _form(request: AgentRequest, agent: Agent, data: Any = None) -> AgentForm:
    return AgentForm(data, company=company_of(request.user), agent=agent, by=request.user)


@transaction.atomic
def _edit(agent: Agent, form: AgentForm) -> None:
    duties = {name: form.cleaned_data[name] for name in ("groups", "channels")}
    edit_agent(agent=agent, facts=form.facts, **duties)
    if form.new_email:
        ask_for_email(agent=agent, email=form.new_email)


def _page(
    request: AgentRequest,
    agent: Agent,
    form: AgentForm,
    picture: PictureForm | None = None,
    status: int = 200,
) -> HttpResponse:
    facts = {
        "agent": agent,
        "form": form,
        "change": open_change(agent),
        "picture": picture or PictureForm(),
    }
    return render(request, "agents/users/edit.html", facts, status=status)


def _photo(request: AgentRequest, pk: int) -> Picture:
    agent = get_agent_or_404(company_of(request.user), pk)
    return Picture(
        make=make_avatar,
        change=partial(change_avatar, agent=agent),
        page=lambda form: _page(request, agent, _form(request, agent), form, status=422),
        address=reverse("agents:user", args=[pk]),
        saved=_("The photo is saved. Visitors see it when %(name)s is available.") % {"name": agent.name},
        removed=_("The photo is removed."),
    )


@explains_large_bodies
@for_full_access
@require_http_methods(["GET", "HEAD", "POST"])
def photo(request: AgentRequest, pk: int) -> HttpResponse:
    return _photo(request, pk).receive(request)


@for_full_access
@require_POST
def remove_photo(request: AgentRequest, pk: int) -> HttpResponse:
    return _photo(request, pk).remove(request)


@require_POST
@for_full_access
def switch(request: AgentRequest, pk: int) -> HttpResponse:
    """Active or inactive (AG5)."""
    company = company_of(request.user)
    agent = get_agent_or_404(company, pk)
    switch_agent(agent=agent, takes_conversations=bool(request.POST.get("on")))
    if not request.htmx:
        return redirect("agents:users")
    return render(request, "agents/users/people.html", list_facts(company))


@require_http_methods(["GET", "HEAD", "POST"])
@for_full_access
def delete(request: AgentRequest, pk: int) -> HttpResponse:
    """Ask whether to delete an agent, and do it (AG3)."""
    company = company_of(request.user)
    agent = get_agent_or_404(company, pk)
    facts: dict[str, Any] = {"agent": agent}
    if request.method == "POST":
        try:
            delete_agent(agent=agent)
        except LastFullAccessAgent:
            facts["error"] = _last_one_stays()
        else:
            return _after_deletion(request, agent)
    template = "agents/users/delete_dialog.html" if request.htmx else "agents/users/delete.html"
    return render(request, template, facts, status=422 if "error" in facts else 200)


def _after_deletion(request: AgentRequest, agent: Agent) -> HttpResponse:
    address = "/settings/users/"
    if agent.pk == request.user.pk:
        logout(request)
        address = "/login/"
    messages.success(request, _("Deleted: %(name)s. Their conversations stay.") % {"name": agent.name})
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
