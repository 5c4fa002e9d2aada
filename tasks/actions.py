"""What can be done to tasks. Everybody of the company may do it to every task of the company (TA1)."""

from collections.abc import Iterable
from copy import copy
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from agents.models import Agent, Company
from contactcenter.events import TaskAssigned, TaskChanged, publish
from contactcenter.folding import search_text
from contactcenter.promises import keeps, make_promise
from contactcenter.realtime import company_agents, one_agent
from contacts.actions import Gone, lock_contact
from files.models import StoredFile
from tasks.models import Task
from tasks.reminders import promise_moments
from tasks.uploads import forget_unless_used

# What was deleted comes back for so long, should somebody want it.
UNDO_FOR = timedelta(hours=1)


class ChangedMeanwhile(Exception):
    """Somebody changed the task after it was shown. Nothing was saved; `task` is how it stands now."""

    def __init__(self, task: Task) -> None:
        super().__init__(task.pk)
        self.task = task


class Deleted(Exception):
    """Somebody deleted the task in the meantime."""


@transaction.atomic
def create_task(*, company: Company, by: Agent, attachments: Iterable[StoredFile] = (), **facts: Any) -> Task:
    """A new task of the company's. `facts`: its fields by their names."""
    now = timezone.now()
    _let_go_of_deleted(company.pk, facts)
    task = Task(company=company, created_by=by, changed_by=by, created_at=now, changed_at=now, **facts)
    task.done_at = now if task.is_done else None
    task.search_text = _search_text(task)
    task.save()
    task.attachments.set(attachments)
    promise_moments(task, before=None)
    _tell(task)
    _tell_assignee(task, by)
    return task


@transaction.atomic
def change_task(
    *, task: Task, by: Agent, version: int, attachments: Iterable[StoredFile] = (), **facts: Any
) -> Task:
    """Set the task's fields. `version` is the one that `by` saw: raises ChangedMeanwhile when it is not the last any
    more, and Deleted."""
    # The contact first, as everybody does who changes both.
    _let_go_of_deleted(task.company_id, facts)
    before = _lock(task)
    if before.version != version:
        raise ChangedMeanwhile(before)
    task = copy(before)
    for name, fact in facts.items():
        setattr(task, name, fact)
    if task.is_done != before.is_done:
        task.done_at = timezone.now() if task.is_done else None
    _save(task, by)
    gone = set(task.attachments.values_list("pk", flat=True)) - {file.pk for file in attachments}
    task.attachments.set(attachments)
    forget_unless_used(gone)
    promise_moments(task, before=before)
    if task.assignee_id != before.assignee_id:
        _tell_assignee(task, by)
    return task


@transaction.atomic
def finish_task(*, task: Task, by: Agent) -> Task:
    """It is done. Finishing again is harmless. Raises Deleted."""
    task = _lock(task)
    if not task.is_done:
        task.status, task.done_at = Task.Status.DONE, timezone.now()
        _save(task, by)
    return task


@transaction.atomic
def reopen_task(*, task: Task, by: Agent, status: str = Task.Status.NEW) -> Task:
    """It is not done after all. Raises Deleted."""
    task = _lock(task)
    if task.is_done:
        task.status, task.done_at = status, None
        _save(task, by)
        promise_moments(task, before=None)
    return task


@transaction.atomic
def delete_task(*, task: Task, by: Agent) -> None:
    """Take a task away; for UNDO_FOR it can be restored. Deleting again is harmless."""
    found = Task.objects.select_for_update(of=("self",), no_key=True).get(pk=task.pk)
    if found.deleted_at is not None:
        return
    found.deleted_at = timezone.now()
    _save(found, by)
    make_promise("task.forget", key=str(found.pk), due_at=found.deleted_at + UNDO_FOR, task_id=found.pk)


@transaction.atomic
def restore_task(*, task: Task, by: Agent) -> Task:
    """Bring a deleted task back, as it was."""
    task = Task.objects.select_for_update(of=("self",), no_key=True).get(pk=task.pk)
    if task.deleted_at is not None:
        task.deleted_at = None
        _save(task, by)
        promise_moments(task, before=None)
    return task


@keeps("task.forget")
def forget_task_unless_restored(*, task_id: int) -> None:
    """What nobody has brought back goes for good, with the files that only it had."""
    task = Task.objects.select_for_update(of=("self",)).filter(pk=task_id).first()
    if task is None or task.deleted_at is None or task.deleted_at + UNDO_FOR > timezone.now():
        return
    files = list(task.attachments.values_list("pk", flat=True))
    task.delete()
    forget_unless_used(files)


# --- agents who leave ---------------------------------------------------------------------------------------------


def follow_departure(agent: Agent) -> None:
    """Registered with agents.actions: an agent was deleted. Locks nothing itself."""
    make_promise("task.agent_left", key=str(agent.pk), due_at=timezone.now(), agent_id=agent.pk)


@keeps("task.agent_left")
def leave_tasks_of_deleted(*, agent_id: int) -> None:
    """What they had to do is nobody's now, for somebody to take up. What they have done stays under their name."""
    agent = Agent.objects.get_queryset().filter(pk=agent_id, deleted_at__isnull=False).first()
    if agent is None or agent.company_id is None:
        return
    theirs = Task.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    for task in theirs.filter(company=agent.company_id, assignee=agent).exclude(status=Task.Status.DONE):
        task.assignee = None
        task.version += 1
        task.changed_at = timezone.now()
        task.save(update_fields=["assignee", "version", "changed_at", "due_order"])
    publish(TaskChanged(task=None), company_agents(agent.company_id))


# --- parts --------------------------------------------------------------------------------------------------------


def _let_go_of_deleted(company_id: int, facts: dict[str, Any]) -> None:
    """A contact that was deleted after the form was checked is none any more, as if it went a moment later; one that is
    there stays until the task is saved."""
    if facts.get("contact") is None:
        return
    try:
        facts["contact"] = lock_contact(company_id=company_id, pk=facts["contact"].pk)
    except Gone:
        facts["contact"] = None


def _lock(task: Task) -> Task:
    found = Task.objects.select_for_update(of=("self",), no_key=True).get(pk=task.pk)
    if found.deleted_at is not None:
        raise Deleted
    return found


def _save(task: Task, by: Agent) -> None:
    task.version += 1
    task.changed_at, task.changed_by = timezone.now(), by
    task.search_text = _search_text(task)
    task.save()
    _tell(task)


def search_anew(task: Task) -> list[str]:
    """Registered with contacts.custom_fields: a field was deleted, and the task has lost its value."""
    task.search_text = _search_text(task)
    return ["search_text"]


def _search_text(task: Task) -> str:
    return search_text(task.company_id, task.title, task.description, *map(str, task.custom.values()))


def _tell(task: Task) -> None:
    publish(TaskChanged(task=task.pk), company_agents(task.company_id))


def _tell_assignee(task: Task, by: Agent) -> None:
    """Whoever gave themselves a task knows."""
    if task.assignee_id is not None and task.assignee_id != by.pk and not task.is_done:
        publish(TaskAssigned(task=task.pk, title=task.title, by=by.name), one_agent(task.assignee_id))
