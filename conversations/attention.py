"""What agents look at and are about to say: who has opened and read a conversation, and who is typing."""

from django.db import transaction

from agents.models import Agent
from contactcenter.events import AgentTyping, ConversationRead, publish, publish_rollback_unsafe
from contactcenter.realtime import one_agent
from conversations.models import Conversation, Participant


def mark_opened(*, conversation: Conversation) -> None:
    """An agent has the conversation on the screen: nobody needs an e-mail about what it says so far (NO2)."""
    seq = conversation.last_seq
    if conversation.opened_seq < seq:
        Conversation.objects.filter(pk=conversation.pk, opened_seq__lt=seq).update(opened_seq=seq)


@transaction.atomic
def mark_read(*, conversation: Conversation, by: Agent) -> None:
    """The agent has seen everything there is; their other devices are told."""
    mark_opened(conversation=conversation)
    seq = conversation.last_seq
    moved = Participant.objects.filter(conversation=conversation, agent=by, read_seq__lt=seq).update(
        read_seq=seq
    )
    if moved:
        publish(ConversationRead(conversation=conversation.pk, seq=seq), one_agent(by.pk))


def tell_typing(*, conversation: Conversation, by: Agent, on: bool) -> None:
    """Not stored; a lost hint is forgotten in seconds."""
    if conversation.customer_key and conversation.is_open:
        publish_rollback_unsafe(AgentTyping(name=by.public_name, on=on), conversation.customer_key)
