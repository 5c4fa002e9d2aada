"""What a visitor does beside talking."""

from typing import Any

from django.db import transaction

from agents.models import Company
from chat.details import clean_details
from chat.letters import post_form_to_default_address
from chat.notices import form_was_mailed
from chat.visits import Visit
from conversations.actions import learn_of_customer
from conversations.models import Conversation


@transaction.atomic
def leave_offline_message(
    *, company: Company, visit: Visit, client_id: str, name: str, email: str, text: str
) -> None:
    """The offline form (WI5): a conversation for the agents, and a mail to the company's default address. The same
    `client_id` again changes nothing."""
    visit.become_visitor()
    visit.keep_details(name, email)
    stored = visit.store_anew(client_id, text, answer_by_email=True)
    if not stored.is_new:
        return
    conversation = Conversation.objects.select_related("company", "group").get(public_id=visit.public_id)
    # It may have gone into a conversation that was begun without an address.
    learn_of_customer(
        conversation_id=conversation.pk, customer_name=name, customer_email=email, answer_by_email=True
    )
    if not company.default_email:
        return
    post_form_to_default_address(
        company=company, conversation=conversation, email=email, name=name, text=text, at=stored.at
    )
    form_was_mailed(conversation_id=conversation.pk, seq=stored.seq)


@transaction.atomic
def give_details(visit: Visit, data: dict[str, Any]) -> dict[str, Any]:
    """The visitor answers the chat's questions (WI4), or puts right what they have answered; the data of
    `details.stored`. Raises ProtocolError."""
    name, email = clean_details(data)
    visit.become_visitor()
    visit.keep_details(name or visit.name, email or visit.email)
    current = Conversation.objects.filter(
        company_id=visit.company_id, customer_key=visit.customer_key, status__in=Conversation.OPEN
    ).first()
    if current is not None:
        learn_of_customer(conversation_id=current.pk, customer_name=name, customer_email=email)
    return visit.details()
