"""How a conversation stands, told to agents and, in words of their own, to the customer."""

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


def as_customer_sees(conversation: Conversation) -> VisitorConversation:
    """The state of a conversation in the customer's words (docs/widget-protocol.md)."""
    agent = conversation.assignee
    return VisitorConversation(
        id=conversation.public_id,
        status=customers_word(conversation),
        last_seq=Conversation.objects.values_list("public_seq", flat=True).get(pk=conversation.pk),
        agent={"name": agent.public_name, "avatar": agent.avatar_address}
        if agent and conversation.is_open
        else None,
    )
