"""What a visitor does beside talking."""

from django.db import transaction

from agents.models import Company
from chat.letters import post_form_to_default_address
from chat.notices import form_was_mailed
from chat.visits import Visit
from conversations.models import Conversation


@transaction.atomic
def leave_offline_message(
    *, company: Company, visit: Visit, client_id: str, name: str, email: str, text: str
) -> None:
    """The offline form (WI5): a conversation for the agents, and a mail to the company's default address. The same
    `client_id` again changes nothing."""
    stored = visit.leave_message(client_id=client_id, name=name, email=email, text=text)
    if not stored.is_new or not company.default_email:
        return
    conversation = Conversation.objects.select_related("company", "group").get(public_id=visit.public_id)
    post_form_to_default_address(
        company=company, conversation=conversation, email=email, name=name, text=text, at=stored.at
    )
    form_was_mailed(conversation_id=conversation.pk, seq=stored.seq)
