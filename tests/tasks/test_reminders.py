"""Reminders (TA2): once, to whoever has the task when the time comes, and only while it is still to be done."""

from typing import Any

import pytest
from django.test import Client

from agents.actions import delete_agent
from agents.models import Agent, Company
from contactcenter.events import TaskChanged, TaskReminded
from contactcenter.promises import sweep_promises
from contactcenter.realtime import company_agents, one_agent
from tasks.actions import change_task, delete_task, finish_task, reopen_task, restore_task
from tasks.models import Task
from tests.clock import Clock
from tests.factories import make_conversation
from tests.mail_server import MailServer
from tests.published import Published
from tests.tasks.conftest import MakeTask


@pytest.fixture
def task(clock: Clock, company: Company, make_task: MakeTask) -> Task:
    """To be done at noon; reminds Ewa in an hour."""
    conversation = make_conversation(company, customer_name="Hotel Bursztyn")
    task = make_task(
        "Quote <with> fitting", due="18 12:00", remind_at=clock.now.replace(hour=10, minute=0),
        description="Oak,\nherringbone", conversation=conversation,
    )  # fmt: skip
    task.refresh_from_db()
    return task


def an_hour_passes(clock: Clock) -> None:
    clock.move(hours=1)
    for _ in range(3):
        sweep_promises()


def reminded(published: Published, agent: Agent) -> int:
    return len([event for event in published.to(one_agent(agent.pk)) if isinstance(event, TaskReminded)])


def edit(task: Task, **facts: Any) -> Task:
    task.refresh_from_db()
    return change_task(task=task, by=task.created_by, version=task.version, **facts)


def test_it_tells_once_in_the_interface_and_by_mail(
    clock: Clock, published: Published, mail_server: MailServer, ewa: Agent, task: Task
) -> None:
    clock.move(minutes=59)
    sweep_promises()
    assert not published.of(TaskReminded)

    an_hour_passes(clock)
    assert published.to(one_agent(ewa.pk)) == [
        TaskReminded(task=task.pk, title="Quote <with> fitting", due_at=task.due_at.isoformat())
    ]
    (letter,) = mail_server.letters_to(ewa.email)
    assert letter["Subject"] == "Reminder: Quote <with> fitting"
    text = letter.get_body(("plain",)).get_content()
    for said in ("Oak,", "Nov. 18, 2026, 12:00", "Hotel Bursztyn", f"/tasks/{task.pk}/"):
        assert said in text, said
    html = letter.get_body(("html",)).get_content()
    assert "Quote &lt;with&gt; fitting" in html and "Open the task" in html


def test_it_speaks_the_language_of_who_is_reminded(
    clock: Clock, mail_server: MailServer, ewa: Agent, task: Task
) -> None:
    Agent.objects.filter(pk=ewa.pk).update(language="pl")
    an_hour_passes(clock)
    (letter,) = mail_server.letters_to(ewa.email)
    assert letter["Subject"] == "Przypomnienie: Quote <with> fitting"
    assert "18 listopada 2026, 12:00" in letter.get_body(("plain",)).get_content()


@pytest.mark.parametrize("what", ["done", "deleted", "moved", "cleared"])
def test_what_is_not_wanted_any_more_reminds_nobody(
    what: str, clock: Clock, published: Published, ewa: Agent, task: Task
) -> None:
    if what == "done":
        finish_task(task=task, by=ewa)
    elif what == "deleted":
        delete_task(task=task, by=ewa)
    else:
        edit(task, remind_at=task.remind_at.replace(hour=23) if what == "moved" else None)
    an_hour_passes(clock)
    assert not published.of(TaskReminded)


def test_a_moved_reminder_comes_at_its_new_time(
    clock: Clock, published: Published, ewa: Agent, task: Task
) -> None:
    edit(task, remind_at=task.remind_at.replace(hour=11))
    an_hour_passes(clock)
    assert reminded(published, ewa) == 0
    an_hour_passes(clock)
    assert reminded(published, ewa) == 1


def test_what_came_back_in_time_reminds(clock: Clock, published: Published, ewa: Agent, task: Task) -> None:
    delete_task(task=task, by=ewa)
    restore_task(task=task, by=ewa)
    finish_task(task=task, by=ewa)
    reopen_task(task=task, by=ewa)
    an_hour_passes(clock)
    assert reminded(published, ewa) == 1


def test_whoever_has_the_task_now_is_reminded(
    clock: Clock, published: Published, mail_server: MailServer, ewa: Agent, jan: Agent, task: Task
) -> None:
    edit(task, assignee=jan)
    an_hour_passes(clock)
    assert (reminded(published, ewa), reminded(published, jan)) == (0, 1)
    assert len(mail_server.letters_to(jan.email)) == 1 and not mail_server.letters_to(ewa.email)


def test_while_nobody_has_it_who_made_it_is_reminded(
    clock: Clock, published: Published, mail_server: MailServer, ewa: Agent, jan: Agent, task: Task
) -> None:
    edit(task, assignee=None)
    an_hour_passes(clock)
    assert reminded(published, ewa) == 1
    assert "nobody has it yet" in mail_server.letters_to(ewa.email)[0].get_body(("plain",)).get_content()


def test_open_screens_turn_red_when_the_time_is_over(
    clock: Clock, published: Published, company: Company, task: Task
) -> None:
    published.clear()
    clock.move(hours=2)
    sweep_promises()
    assert TaskChanged(task=task.pk) not in published.to(company_agents(company.pk))
    clock.move(seconds=1)
    sweep_promises()
    assert published.to(company_agents(company.pk)) == [TaskChanged(task=task.pk)]


def test_tasks_outlive_the_agent_who_had_them(
    client: Client,
    clock: Clock,
    published: Published,
    company: Company,
    ewa: Agent,
    jan: Agent,
    make_task: MakeTask,
) -> None:
    still_open, done = make_task("open", assignee=jan), make_task("done", assignee=jan)
    finish_task(task=done, by=jan)
    delete_agent(agent=jan)
    sweep_promises()
    still_open.refresh_from_db()
    done.refresh_from_db()
    assert (still_open.assignee, still_open.version, done.assignee) == (None, 2, jan)
    assert TaskChanged(task=None) in published.to(company_agents(company.pk))
    page = client.get(f"/tasks/{still_open.pk}/?show=all").content.decode()
    assert "Nobody has it yet" in page
