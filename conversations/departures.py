"""What becomes of the conversations of an agent who was deleted (AG3): ended ones stay under their name, those they
lead wait anew and are offered."""

from datetime import timedelta

from django.utils import timezone

from agents.models import Agent
from contactcenter.promises import keeps, make_promise
from conversations.actions import hand_back
from conversations.models import Conversation, Participant

# An answer or a transfer may have been on its way when the agent was deleted.
LOOK_AGAIN = timedelta(seconds=30)


def follow_departure(agent: Agent) -> None:
    """Registered with agents.actions: an agent was deleted."""
    for kind, wait in (("agent.deleted", timedelta()), ("agent.deleted_again", LOOK_AGAIN)):
        make_promise(kind, key=str(agent.pk), due_at=timezone.now() + wait, agent_id=agent.pk)


@keeps("agent.deleted")
@keeps("agent.deleted_again")
def leave_conversations_of_deleted(*, agent_id: int) -> None:
    """One promise a conversation, since no transaction locks two."""
    now = timezone.now()
    led = Conversation.objects.filter(assignee=agent_id, status=Conversation.Status.ACTIVE)
    for conversation_id in led.values_list("pk", flat=True):
        make_promise(
            "conversation.hand_back", key=str(conversation_id), due_at=now, conversation_id=conversation_id
        )
    Participant.objects.filter(agent=agent_id, left_at=None).exclude(conversation__in=led).update(left_at=now)


@keeps("conversation.hand_back")
def hand_back_if_leader_is_gone(*, conversation_id: int) -> None:
    conversation = Conversation.objects.select_related("assignee").filter(pk=conversation_id).first()
    if conversation and conversation.assignee and conversation.assignee.deleted_at:
        hand_back(conversation=conversation, of=conversation.assignee)
