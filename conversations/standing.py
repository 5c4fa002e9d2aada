"""How a conversation stands, told to agents and, in words of their own, to the customer."""

from datetime import timedelta

from django.utils import timezone

from contactcenter.events import ConversationChanged, VisitorConversation, publish
from contactcenter.realtime import company_agents
from conversations.models import Conversation


def announce(conversation: Conversation) -> None:
    """Tell agents, and the customer, how the conversation stands now."""
    status = str(conversation.status)
    publish(
        ConversationChanged(conversation=conversation.pk, status=status),
        company_agents(conversation.company_id),
    )
    if conversation.customer_key:
        publish(as_customer_sees(conversation), conversation.customer_key)


_CUSTOMERS_WORDS = {
    Conversation.Status.NEW: "waiting",
    Conversation.Status.OFFERED: "waiting",
    Conversation.Status.BOT: "bot",
    Conversation.Status.ACTIVE: "active",
    Conversation.Status.CLOSED: "closed",
    Conversation.Status.IGNORED: "closed",
}


def customers_word(conversation: Conversation) -> str:
    """What the customer calls the conversation's status."""
    return _CUSTOMERS_WORDS[Conversation.Status(conversation.status)]


# How long after the end a customer may say what they thought of it, and change their mind.
RATED_WITHIN = timedelta(hours=24)


def may_be_rated(conversation: Conversation) -> bool:
    """Somebody has answered, and it ended a short while ago."""
    ended_at = conversation.closed_at
    return bool(
        conversation.first_reply_at
        and customers_word(conversation) == "closed"
        and ended_at
        and ended_at > timezone.now() - RATED_WITHIN
    )


def as_customer_sees(conversation: Conversation) -> VisitorConversation:
    """The state of a conversation in the customer's words (docs/widget-protocol.md)."""
    agent = conversation.assignee
    # These move without the conversation in hand.
    facts = Conversation.objects.values_list(
        "public_seq", "agents_read_seq", "customer_read_seq", "first_reply_at", "rating__stars"
    )
    public_seq, agents_read, customer_read, conversation.first_reply_at, stars = facts.get(pk=conversation.pk)
    return VisitorConversation(
        id=conversation.public_id,
        status=customers_word(conversation),
        last_seq=public_seq,
        agent={"name": agent.public_name, "avatar": agent.avatar_address}
        if agent and conversation.is_open
        else None,
        # Of notes visitors learn nothing, not even that there are some.
        read_seq=min(agents_read, public_seq),
        seen_seq=customer_read,
        rating=(stars or 0) if may_be_rated(conversation) else stars,
    )
