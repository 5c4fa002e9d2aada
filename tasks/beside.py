"""Tasks where their conversation or their contact is shown (HI2, IN4)."""

from datetime import datetime

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contacts.beside import Happening
from contacts.models import Contact
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


def tasks_of_contact(contact: Contact, before: datetime | None, most: int) -> list[Happening]:
    """Registered with contacts.beside: what there was and is to do about somebody."""
    found = Task.objects.of(contact.company_id).filter(contact=contact)
    if before is not None:
        found = found.filter(created_at__lt=before)
    return [
        Happening(
            at=task.created_at,
            url=reverse("tasks:task", args=[task.pk]),
            icon="task",
            kind=_("Task"),
            title=task.title,
            text=task.description[:160],
            state=task.get_status_display(),
        )
        for task in found.order_by("-created_at", "-id")[:most]
    ]
