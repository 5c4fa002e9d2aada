"""Linking a conversation with a saved contact, in a dialog beside it (IN4, IN5)."""

from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agents.http import AgentRequest, company_of, for_agents, number
from contacts.actions import Gone, save_contact
from contacts.forms import ContactForm
from contacts.models import Contact, ContactTag
from contacts.templatetags.contacts import contact_name
from contacts.views import offered
from conversations.action_views import carry_out, dialog
from conversations.contact_pane import known_of_customer, suggested_contacts
from conversations.http import get_conversation_or_404
from conversations.linking import link_conversation, unlink_conversation


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def link(request: AgentRequest, pk: int) -> HttpResponse:
    """Whom to link with: those it may be, and a search (GET); and doing it (POST)."""
    conversation = get_conversation_or_404(request.user, pk)
    if request.method == "POST":
        contacts = Contact.objects.of(company_of(request.user).pk)
        contact = get_object_or_404(contacts, pk=number(request.POST.get("contact")))
        said = _("Linked with %(name)s.") % {"name": contact_name(contact)}
        try:
            return carry_out(
                request,
                pk,
                lambda it: link_conversation(conversation=it, contact=contact, by=request.user),
                said=said,
            )
        except Gone:
            raise Http404 from None
    facts = {
        "conversation": conversation,
        "found": offered(request),
        "asked": request.GET.get("find", ""),
        "suggested": suggested_contacts(conversation),
    }
    is_search = request.htmx and request.htmx.target == "found"
    template = "contact_found.html" if is_search else "contact_dialog.html"
    return render(request, f"conversations/includes/{template}", facts)


@require_POST
@for_agents
def unlink(request: AgentRequest, pk: int) -> HttpResponse:
    return carry_out(
        request,
        pk,
        lambda it: unlink_conversation(conversation=it, by=request.user),
        said=_("Not linked any more."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def new_contact(request: AgentRequest, pk: int) -> HttpResponse:
    """A contact of what is known of the customer, linked at once."""
    conversation = get_conversation_or_404(request.user, pk)
    company = company_of(request.user)
    form = ContactForm(
        request.POST if request.method == "POST" else None,
        company=company,
        initial=known_of_customer(conversation),
    )
    if form.is_bound and form.is_valid():

        @transaction.atomic
        def save_and_link(it: Any) -> None:
            contact = save_contact(
                company=company, by=request.user, facts=form.facts, tags=form.cleaned_data["tags"]
            )
            link_conversation(conversation=it, contact=contact, by=request.user)

        return carry_out(request, pk, save_and_link, said=_("Contact saved and linked."))
    names = ContactTag.objects.filter(company=company).values_list("name", flat=True)[:200]
    facts = {"conversation": conversation, "form": form, "tag_names": names}
    return dialog(request, "conversations/includes/new_contact_dialog.html", facts)
