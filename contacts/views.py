"""Contacts (CO1): the list on the left, one contact, its form or its merge on the right."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import push_url

from agents.http import AgentRequest, company_of, for_agents, number
from agents.models import Company
from contactcenter.htmx import with_events, with_toast
from contacts import merging
from contacts.actions import ChangedMeanwhile, Gone, save_contact
from contacts.beside import timeline_of
from contacts.custom import fields_on, shown_values
from contacts.deletion import delete_contacts, undo_deletion
from contacts.duplicates import duplicates_of
from contacts.forms import ContactForm, differences
from contacts.http import get_contact_or_404
from contacts.lists import Order, page_of
from contacts.models import Contact, ContactTag, Deletion
from contacts.search import found_by
from contacts.templatetags.contacts import contact_name

OFFERED = 20
LIST_PARAMETERS = ("q", "tag", "sort")


@require_safe
@for_agents
def contacts(request: AgentRequest) -> HttpResponse:
    facts = list_facts(request)
    if request.htmx and request.htmx.target == "contact-list":
        return render(request, "contacts/includes/list.html", facts)
    return render(request, "contacts/page.html", facts | {"pane": "contacts/includes/nothing.html"})


@require_safe
@for_agents
def detail(request: AgentRequest, pk: int) -> HttpResponse:
    return show(request, contact_facts(get_contact_or_404(request.user, pk)))


def show(request: AgentRequest, facts: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The right pane, alone when only that is asked for, else beside the list."""
    if request.htmx and request.htmx.target == "contact":
        facts |= {"query": _list_query(request)}
        return render(request, "contacts/includes/pane.html", facts, status=status)
    return render(request, "contacts/page.html", list_facts(request) | facts, status=status)


def list_facts(request: AgentRequest) -> dict[str, Any]:
    page = page_of(company_of(request.user), request.GET)
    # Without the place in the list: another order begins at its beginning.
    kept = _list_query(request)
    orders = []
    for order in Order:
        query = QueryDict(kept, mutable=True)
        query["sort"] = order.value
        orders.append((order, query.urlencode()))
    return {"page": page, "query": kept, "orders": orders}


def _list_query(request: AgentRequest) -> str:
    asked = {name: request.GET[name] for name in LIST_PARAMETERS if request.GET.get(name)}
    return urlencode(asked, errors="replace")


def contact_facts(contact: Contact) -> dict[str, Any]:
    fields = fields_on(contact.company_id, "contacts")
    return {
        "pane": "contacts/includes/contact.html",
        "contact": contact,
        "custom": shown_values(fields, contact.custom),
        "timeline": timeline_of(contact),
        "duplicates": duplicates_of(contact),
    }


# --- the form ---------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def new(request: AgentRequest) -> HttpResponse:
    company = company_of(request.user)
    form = ContactForm(request.POST if request.method == "POST" else None, company=company)
    if form.is_bound and form.is_valid():
        contact = save_contact(
            company=company, by=request.user, facts=form.facts, tags=form.cleaned_data["tags"]
        )
        messages.success(request, _("Contact saved."))
        return redirect("contacts:contact", contact.pk)
    return show(request, form_facts(company, form), status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def edit(request: AgentRequest, pk: int) -> HttpResponse:
    contact = get_contact_or_404(request.user, pk)
    company = company_of(request.user)
    form = ContactForm(request.POST if request.method == "POST" else None, company=company, contact=contact)
    changed: list[tuple[Any, str]] = []
    if form.is_bound and form.is_valid():
        try:
            save_contact(
                company=company,
                by=request.user,
                facts=form.facts,
                tags=form.cleaned_data["tags"],
                contact=contact,
                seen=form.seen,
            )
        except Gone:
            raise Http404 from None
        except ChangedMeanwhile:
            contact = get_contact_or_404(request.user, pk)
            changed = differences(form, contact)
        # Pressed twice, or both wrote the same: then it is saved too.
        if not changed:
            messages.success(request, _("Contact saved."))
            return redirect("contacts:contact", pk)
    status = 409 if changed else 422 if form.is_bound else 200
    return show(request, form_facts(company, form, contact) | {"changed": changed}, status=status)


def form_facts(company: Company, form: ContactForm, contact: Contact | None = None) -> dict[str, Any]:
    tags = ContactTag.objects.filter(company=company)
    return {
        "pane": "contacts/includes/form.html",
        "form": form,
        "contact": contact,
        "tag_names": tags.values_list("name", flat=True)[:200],
        # A form that found out what changed meanwhile knows it from now on.
        "seen": contact.changed_at.isoformat() if contact else "",
    }


# --- deleting ---------------------------------------------------------------------------------------------------


@require_POST
@for_agents
def delete(request: AgentRequest, pk: int) -> HttpResponse:
    contact = get_contact_or_404(request.user, pk)
    said = _("%(name)s deleted.") % {"name": contact_name(contact)}
    deletion = delete_contacts(company=company_of(request.user), by=request.user, contacts=[pk])
    if not request.htmx:
        messages.success(request, said)
        return redirect("contacts:contacts")
    undo = reverse("contacts:undo_deletion", args=[deletion.pk]) if deletion else ""
    facts = {"pane": "contacts/includes/nothing.html", "query": _list_query(request)}
    response = render(request, "contacts/includes/pane.html", facts)
    response = push_url(response, _list_address(request))
    return with_toast(with_events(response, "contacts.stale"), said, undo=undo)


def _list_address(request: AgentRequest) -> str:
    """The address of the list as it stands beside what is closed: searched and sorted as it is."""
    asked = QueryDict(urlsplit(request.htmx.current_url or "").query)
    kept = urlencode({name: asked[name] for name in LIST_PARAMETERS if asked.get(name)}, errors="replace")
    return reverse("contacts:contacts") + (f"?{kept}" if kept else "")


@require_POST
@for_agents
def undo(request: AgentRequest, pk: int) -> HttpResponse:
    """Within the hour the deletion is taken back."""
    deletion = get_object_or_404(Deletion, company=company_of(request.user), pk=pk)
    back = undo_deletion(deletion=deletion)
    if not request.htmx:
        return redirect("contacts:contacts")
    response = with_events(HttpResponse(status=204), "contacts.stale")
    return with_toast(response, _("The contact is back.") if back else _("It is back already."))


# --- merging ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def merge(request: AgentRequest, pk: int) -> HttpResponse:
    """Choose the other, see what will come of it, and do it."""
    keep = get_contact_or_404(request.user, pk)
    chosen = number((request.POST if request.method == "POST" else request.GET).get("with"))
    if not chosen or chosen == pk:
        return _choose(request, keep)
    drop = get_contact_or_404(request.user, chosen)
    if request.method == "POST":
        try:
            merging.merge_contacts(keep=keep, drop=drop, by=request.user)
        except Gone:
            messages.info(request, _("One of the two was deleted in the meantime."))
        else:
            messages.success(request, _("The two contacts are one now."))
        return redirect("contacts:contact", pk)
    outcome = merging.outcome(keep, drop)
    facts = {
        "pane": "contacts/includes/merge.html",
        "contact": keep,
        "other": drop,
        "outcome": outcome,
        "tags": sorted({tag.name for tag in [*keep.tags.all(), *drop.tags.all()]}),
        "custom": shown_values(fields_on(keep.company_id, "contacts"), outcome.facts.custom),
    }
    return show(request, facts)


def _choose(request: AgentRequest, keep: Contact) -> HttpResponse:
    facts = {
        "pane": "contacts/includes/merge_choice.html",
        "contact": keep,
        "found": offered(request, but=keep.pk),
        "duplicates": duplicates_of(keep),
        "asked": request.GET.get("find", ""),
    }
    if request.htmx and request.htmx.target == "found":
        return render(request, "contacts/includes/merge_found.html", facts)
    return show(request, facts)


def offered(request: AgentRequest, *, but: int = 0) -> list[Contact]:
    """The contacts that a search for one (`find`) offers, by name."""
    company = company_of(request.user)
    numbers = found_by(company.pk, request.GET.get("find", "").replace("\0", "")[:200])
    found = Contact.objects.filter(pk__in=numbers).exclude(pk=but)
    return list(found.prefetch_related("emails", "phones").order_by("sort_name", "pk")[:OFFERED])
