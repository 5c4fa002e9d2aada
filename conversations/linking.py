"""Which saved contact a conversation is with (IN4). Nobody but an agent says so: what customers claim of themselves
only suggests it."""

from django.db import transaction

from agents.models import Agent
from contacts.actions import lock_contact
from contacts.models import Contact
from conversations.models import Conversation, Entry
from conversations.routing import lock_conversation
from conversations.standing import announce
from conversations.timeline import add_event


@transaction.atomic
def link_conversation(*, conversation: Conversation, contact: Contact, by: Agent) -> None:
    """The conversation is with this contact, whichever it was linked with before. The history finds it by what the
    contact says; a customer without a name is called after the contact. Raises Gone when the contact was deleted."""
    if contact.company_id != conversation.company_id:
        raise ValueError("a contact of the same company is linked")
    # The contact first, as everybody does who changes both.
    contact = lock_contact(company_id=contact.company_id, pk=contact.pk)
    conversation = lock_conversation(conversation.pk)
    if conversation.contact_id == contact.pk:
        return
    conversation.contact = contact
    conversation.customer_name = conversation.customer_name or contact.name[:120]
    conversation.save(update_fields=["contact", "customer_name"])
    emails = contact.emails.values_list("address", flat=True)
    numbers = contact.phones.values_list("number", flat=True)
    add_event(
        conversation=conversation,
        event=Entry.Event.LINKED,
        by=by,
        text=contact.name,
        searched=(contact.name, contact.organisation, *emails, *numbers),
    )
    announce(conversation)


@transaction.atomic
def unlink_conversation(*, conversation: Conversation, by: Agent) -> None:
    conversation = lock_conversation(conversation.pk)
    if conversation.contact is None:
        return
    name = conversation.contact.name
    conversation.contact = None
    conversation.save(update_fields=["contact"])
    add_event(conversation=conversation, event=Entry.Event.UNLINKED, by=by, text=name)
    announce(conversation)
