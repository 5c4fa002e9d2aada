"""What agents look at and are about to say: who has opened and read a conversation, and who is typing."""

from django.db import transaction

from agents.models import Agent
from contactcenter.events import (
    AgentTyping,
    ConversationRead,
    CustomerRead,
    MessagesRead,
    publish,
    publish_rollback_unsafe,
)
from contactcenter.realtime import company_agents, one_agent
from conversations.models import Conversation, Entry, Participant


def mark_opened(*, conversation: Conversation, seq: int | None = None) -> None:
    """An agent has the conversation on the screen, up to an entry or to the last one: nobody needs an e-mail about what
    it says so far (NO2)."""
    seq = conversation.last_seq if seq is None else seq
    if conversation.opened_seq < seq:
        Conversation.objects.filter(pk=conversation.pk, opened_seq__lt=seq).update(opened_seq=seq)


@transaction.atomic
def mark_read(*, conversation: Conversation, by: Agent, seq: int | None = None) -> None:
    """The agent has this before their eyes, up to an entry or to the last one; their other devices are told, and the
    customer whose message nobody had read before."""
    seq = conversation.last_seq if seq is None else min(seq, conversation.last_seq)
    mark_opened(conversation=conversation, seq=seq)
    _tell_customer(conversation, seq)
    moved = Participant.objects.filter(conversation=conversation, agent=by, read_seq__lt=seq).update(
        read_seq=seq
    )
    if moved:
        publish(ConversationRead(conversation=conversation.pk, seq=seq), one_agent(by.pk))


def _tell_customer(conversation: Conversation, seq: int) -> None:
    if conversation.agents_read_seq >= seq:
        return
    rows = Conversation.objects.filter(pk=conversation.pk, agents_read_seq__lt=seq)
    if not rows.update(agents_read_seq=seq) or not conversation.customer_key:
        return
    theirs = conversation.entries.filter(
        by=Entry.By.CUSTOMER, seq__gt=conversation.agents_read_seq, seq__lte=seq
    )
    last = theirs.order_by("-seq").values_list("seq", flat=True).first()
    # What agents say among themselves, and their own words, are nobody's news.
    if last is not None:
        publish(MessagesRead(conversation=conversation.public_id, seq=last), conversation.customer_key)


@transaction.atomic
def mark_read_by_customer(*, conversation_id: int, seq: int) -> None:
    """The customer has this before their eyes up to an entry, as their client says; agents are told. It never goes
    back, and never beyond what there is to see."""
    row = Conversation.objects.filter(pk=conversation_id, customer_read_seq__lt=seq, public_seq__gte=seq)
    if row.update(customer_read_seq=seq):
        company_id = row.model.objects.values_list("company_id", flat=True).get(pk=conversation_id)
        publish(CustomerRead(conversation=conversation_id, seq=seq), company_agents(company_id))


def tell_typing(*, conversation: Conversation, by: Agent, on: bool) -> None:
    """Not stored; a lost hint is forgotten in seconds."""
    if conversation.customer_key and conversation.is_open:
        publish_rollback_unsafe(AgentTyping(name=by.public_name, on=on), conversation.customer_key)
