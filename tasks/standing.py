"""What two people who edit a task at once see of each other."""

from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.templatetags.contacts import contact_name
from conversations.wording import customer_label
from tasks.forms import TaskForm
from tasks.models import Task
from tasks.wording import due_words


def differences(form: TaskForm, theirs: Task) -> list[tuple[str, str]]:
    """Label and content of each field in which the stored task is not what the form would save."""
    asked = form.facts
    found = []
    for name, words in _words(theirs).items():
        if getattr(theirs, name) != asked[name]:
            found.append((str(form.fields["due_date" if name == "due_at" else name].label), words or "–"))
    return found


def _words(task: Task) -> dict[str, Any]:
    remind = task.remind_at and date_format(timezone.localtime(task.remind_at), "DATETIME_FORMAT")
    return {
        "title": task.title,
        "due_at": due_words(task),
        "assignee": task.assignee.name if task.assignee else _("Nobody yet"),
        "remind_at": remind,
        "priority": task.get_priority_display(),
        "status": task.get_status_display(),
        "conversation": task.conversation and customer_label(task.conversation),
        "contact": task.contact and contact_name(task.contact),
        "description": task.description,
    }
