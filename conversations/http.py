"""What the views of this room share."""

from django.shortcuts import get_object_or_404

from agents.http import company_of
from agents.models import Agent
from conversations.models import Conversation


def get_conversation_or_404(agent: Agent, pk: int) -> Conversation:
    """A conversation of the agent's own company; anything else is not found (rule 7)."""
    conversations = Conversation.objects.of(company_of(agent).pk).select_related("assignee", "group")
    return get_object_or_404(conversations, pk=pk)
