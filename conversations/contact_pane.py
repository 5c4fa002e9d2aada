"""The saved contact beside a conversation (IN5), and a contact's conversations on its own page (CO1)."""

import contextlib
from datetime import datetime
from typing import Any

from django.urls import reverse

from contacts import numbers
from contacts.beside import Happening
from contacts.cleaning import Refused, email_address
from contacts.custom import fields_on, shown_values
from contacts.duplicates import with_same_ways
from contacts.models import Contact
from conversations.models import Conversation
from conversations.templatetags.conversations import channel_family, channel_icon


def contact_facts(conversation: Conversation) -> dict[str, Any]:
    """The linked contact with its data, or who it may be: an agent decides."""
    contacts = Contact.objects.of(conversation.company_id).select_related("created_by")
    contacts = contacts.prefetch_related("emails", "phones", "tags").filter(pk=conversation.contact_id or 0)
    linked = contacts.first() if conversation.contact_id else None
    if linked is None:
        return {"linked": None, "suggested": suggested_contacts(conversation)}
    fields = fields_on(conversation.company_id, "contacts")
    return {"linked": linked, "custom": shown_values(fields, linked.custom)}


def suggested_contacts(conversation: Conversation) -> list[Contact]:
    """Contacts with the address or the number that the customer has given."""
    emails, phones = _ways(conversation)
    if not emails and not phones:
        return []
    return with_same_ways(conversation.company_id, emails=emails, phones=phones)


def _ways(conversation: Conversation) -> tuple[list[str], list[str]]:
    emails, phones = [], []
    with contextlib.suppress(Refused):
        if conversation.customer_email:
            emails = [email_address(conversation.customer_email)]
        if conversation.customer_phone:
            phones = [numbers.parse(conversation.customer_phone, conversation.company.country)]
    return emails, phones


def known_of_customer(conversation: Conversation) -> dict[str, Any]:
    """What a new contact begins with."""
    first_name, _space, last_name = conversation.customer_name.partition(" ")
    emails, phones = _ways(conversation)
    return {
        "first_name": first_name,
        "last_name": last_name,
        "emails": emails,
        "phones": [numbers.show(number) for number in phones],
    }


def conversations_of(contact: Contact, before: datetime | None, most: int) -> list[Happening]:
    """Registered with contacts.beside: the contact's conversations, newest first."""
    found = Conversation.objects.of(contact.company_id).filter(contact=contact, last_entry_at__isnull=False)
    if before:
        found = found.filter(last_entry_at__lt=before)
    return [_happening(each) for each in found.order_by("-last_entry_at", "-id")[:most]]


def _happening(conversation: Conversation) -> Happening:
    assert conversation.last_entry_at is not None  # noqa: S101 - asked for above
    return Happening(
        at=conversation.last_entry_at,
        url=reverse("conversations:history_detail", args=[conversation.pk]),
        icon=channel_icon(conversation.channel),
        family=channel_family(conversation.channel),
        kind=conversation.get_channel_display(),
        title=conversation.preview or conversation.get_channel_display(),
        state=conversation.get_status_display(),
    )
