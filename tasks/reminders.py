"""The moments that a task has (TA2): its reminder, which tells in the interface, by push and by e-mail, and the one
after which it is overdue, so that open screens show it. Each is a promise, and looks again what has become of the
task."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agents.mails import post_letter, speaking_to
from agents.models import Agent
from agents.push import browsers_of, deliver, has_open_tab, message_of
from contactcenter.events import TaskChanged, TaskReminded, publish
from contactcenter.promises import keeps, make_promise
from contactcenter.realtime import company_agents, one_agent
from contacts.templatetags.contacts import contact_name
from conversations.wording import customer_label
from tasks.days import MOMENT
from tasks.models import Task
from tasks.wording import due_words

# A push that arrives later than this helps nobody: the e-mail is there.
PUSH_WITHIN = 15 * 60


def promise_moments(task: Task, *, before: Task | None) -> None:
    """Promise what changed of the task's moments, as far as they lie ahead; in the transaction that changed them. What
    was promised before finds out by itself that it is not wanted any more."""
    now = timezone.now()
    if task.remind_at and task.remind_at > now and (before is None or before.remind_at != task.remind_at):
        make_promise(
            "task.remind",
            key=str(task.pk),
            due_at=task.remind_at,
            task_id=task.pk,
            at=task.remind_at.isoformat(),
        )
    if task.due_at and task.due_at > now and (before is None or before.due_at != task.due_at):
        make_promise("task.due", key=str(task.pk), due_at=task.due_at + MOMENT, task_id=task.pk)


@keeps("task.due")
def show_that_it_is_overdue(*, task_id: int) -> None:
    """Counters turn red, lists show it at the top."""
    task = Task.objects.filter(pk=task_id, deleted_at=None).first()
    if task is not None and task.is_overdue:
        publish(TaskChanged(task=task.pk), company_agents(task.company_id))


@keeps("task.remind")
def remind_if_still_wanted(*, task_id: int, at: str) -> None:
    """Once, since this is one transaction with the end of the promise. Done, deleted and moved tasks remind nobody;
    whoever has it now is reminded, or who made it if nobody has it."""
    tasks = Task.objects.select_for_update(of=("self",), no_key=True)
    task = tasks.select_related("contact", "conversation").filter(pk=task_id, deleted_at=None).first()
    if task is None or task.is_done or task.remind_at != datetime.fromisoformat(at):
        return
    agent = _whom(task)
    if agent is None:
        return
    due = task.due_at.isoformat() if task.due_at else None
    publish(TaskReminded(task=task.pk, title=task.title, due_at=due), one_agent(agent.pk))
    _post_mail(task, agent)
    if not has_open_tab(agent.pk):
        for browser in browsers_of(agent.pk):
            make_promise(
                "push.task", key=f"{task.pk}:{browser}", due_at=task.remind_at,
                task_id=task.pk, subscription_id=browser, at=at,
            )  # fmt: skip


def _whom(task: Task) -> Agent | None:
    number = task.assignee_id or task.created_by_id
    agents = Agent.objects.get_queryset().of(task.company_id).select_related("company")
    return agents.filter(pk=number or 0, is_active=True, company__is_suspended=False).first()


def _post_mail(task: Task, agent: Agent) -> None:
    with speaking_to(agent):
        post_letter(
            to=agent.email,
            template="tasks/mails/reminder",
            subject=_("Reminder: %(title)s") % {"title": task.title},
            context={
                "agent": agent,
                "company": agent.company,
                "task": task,
                "link": f"{settings.BASE_URL}/tasks/{task.pk}/",
                "facts": _facts(task),
            },
        )


def _facts(task: Task) -> list[tuple[str, str, str]]:
    """What the letter says of the task: label, value, address."""
    facts = [(_("Due date"), due_words(task), "")] if task.due_at else []
    facts.append((_("Priority"), task.get_priority_display(), ""))
    if task.contact:
        facts.append((_("Contact"), contact_name(task.contact), ""))
    if task.conversation:
        link = f"{settings.BASE_URL}/conversations/{task.conversation.pk}/"
        facts.append((_("Conversation"), customer_label(task.conversation), link))
    return facts


@keeps("push.task", outside=True)
def push_reminder(*, task_id: int, subscription_id: int, at: str) -> None:
    task = Task.objects.filter(pk=task_id, deleted_at=None).first()
    agent = Agent.objects.get_queryset().filter(push_subscriptions=subscription_id).first()
    if task is None or task.is_done or agent is None:
        return
    with speaking_to(agent):
        # Not what it is about: that is shown where nobody else looks over the shoulder.
        body = (
            date_format(timezone.localtime(task.due_at), "H:i")
            if task.due_at and not task.due_all_day
            else ""
        )
        message: dict[str, Any] = message_of(
            tag=f"task-{task.pk}", title=_("Reminder of a task"), body=body, task=task.pk
        )
    until = datetime.fromisoformat(at).timestamp() + PUSH_WITHIN
    deliver(subscription_id, message, until=datetime.fromtimestamp(until, tz=timezone.get_current_timezone()))
