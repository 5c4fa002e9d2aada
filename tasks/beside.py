"""Tasks where their conversation or their contact is shown (HI2, IN4)."""

from django.db.models import F

from conversations.channels import Section
from conversations.models import Conversation
from tasks.lists import with_people
from tasks.models import Task

SHOWN = 8


def tasks_section(conversation: Conversation) -> Section:
    """Registered with conversations.channels: what stands beside a conversation, also when it has no task yet."""
    found = with_people(Task.objects.of(conversation.company_id).filter(conversation=conversation))
    # What is still to be done, by its date; then what was done last.
    tasks = found.order_by(F("done_at").desc(nulls_first=True), "due_order", "id")[:SHOWN]
    return Section("tasks/includes/beside.html", {"conversation": conversation, "tasks": list(tasks)})
