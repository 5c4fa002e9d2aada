"""The lists of tasks (TA2): what stands where, in which order, and what is found."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from agents.models import Agent, Company
from tasks import lists
from tasks.actions import finish_task
from tasks.models import Task
from tests.clock import Clock
from tests.factories import make_conversation
from tests.tasks.conftest import WARSAW, MakeTask, browser_of, htmx, make_contact

LIST_QUERIES = 11


def shown(client: Client, **query: Any) -> dict[str, list[str]]:
    """The titles under each heading, as the page has them."""
    page = client.get("/tasks/", query).context["page"]
    return {str(section.heading): [task.title for task in section.tasks] for section in page.sections}


def titles(client: Client, **query: Any) -> list[str]:
    return [title for section in shown(client, **query).values() for title in section]


def test_tasks_stand_under_their_days(client: Client, ewa: Agent, make_task: MakeTask) -> None:
    for title, due in {
        "next month": "30 09:00",
        "sunday": "22",
        "sunday evening": "22 20:00",
        "monday": "23 00:00",
        "tomorrow": "19",
        "tonight": "18 23:30",
        "today": "18",
        "just past": "18 09:59",
        "yesterday": "17",
        "whenever": "",
    }.items():
        make_task(title, due=due)
    finish_task(task=make_task("done", due="18"), by=ewa)
    assert shown(client) == {
        "Overdue": ["yesterday", "just past"],
        "Today": ["tonight", "today"],
        "Tomorrow": ["tomorrow"],
        "This week": ["sunday evening", "sunday"],
        "Later": ["monday", "next month"],
        "Without a date": ["whenever"],
        "Done today": ["done"],
    }
    headings = client.get("/tasks/").context["page"].sections
    assert [section.count for section in headings] == [2, 2, 1, 2, 2, 1, 1]


def test_the_four_lists_and_their_numbers(
    client: Client, ewa: Agent, jan: Agent, make_task: MakeTask
) -> None:
    make_task("mine", due="19")
    make_task("mine, late", due="17")
    make_task("his, late", due="17 12:00", assignee=jan)
    make_task("nobody's", assignee=None)
    finish_task(task=make_task("done", due="17", assignee=jan), by=jan)
    assert titles(client) == ["mine, late", "mine"]
    assert titles(client, show="all") == ["his, late", "mine, late", "mine", "nobody's", "done"]
    assert titles(client, show="overdue") == ["his, late", "mine, late"]
    assert titles(client, show="done") == ["done"]
    assert titles(browser_of(jan)) == ["his, late", "done"]
    tabs = {tab.value: count for tab, count in client.get("/tasks/").context["tabs"]}
    assert tabs == {"mine": 2, "all": 4, "overdue": 2, "done": None}


def test_what_is_not_done_in_time_becomes_overdue_by_itself(
    client: Client, clock: Clock, make_task: MakeTask
) -> None:
    make_task("call", due="18 10:30")
    assert shown(client) == {"Today": ["call"]}
    clock.move(minutes=31)
    assert shown(client) == {"Overdue": ["call"]}


@pytest.mark.parametrize(
    ("now", "due", "heading"),
    [
        # The clocks go back in the night to Sunday 25 October 2026, forward in the night to 28 March 2027.
        ("2026-10-24 23:30", "2026-10-25 00:15", "Tomorrow"),
        ("2026-10-25 00:10", "2026-10-25 23:50", "Today"),
        ("2026-10-25 00:10", "2026-10-26 00:10", "Tomorrow"),
        ("2027-03-27 23:30", "2027-03-28 23:50", "Tomorrow"),
        ("2027-03-28 00:10", "2027-03-28 23:50", "Today"),
        ("2027-03-28 00:10", "2027-03-29 00:10", "Tomorrow"),
    ],
)
def test_days_are_right_in_the_nights_in_which_the_clocks_change(
    client: Client, clock: Clock, make_task: MakeTask, now: str, due: str, heading: str
) -> None:
    clock.move_to(datetime.fromisoformat(now).replace(tzinfo=WARSAW))
    make_task("call", due_at=datetime.fromisoformat(due).replace(tzinfo=WARSAW))
    assert shown(browser_of(Agent.objects.get(first_name="Ewa"))) == {heading: ["call"]}


def test_a_whole_day_ends_at_the_companys_midnight(client: Client, company: Company, clock: Clock) -> None:
    Company.objects.filter(pk=company.pk).update(time_zone="America/New_York")
    client.post(
        "/tasks/add/",
        {"title": "call", "priority": 2, "status": "new", "due_date": "2026-11-18", "assignee": ""},
    )
    midnight = datetime(2026, 11, 19, tzinfo=ZoneInfo("America/New_York"))
    assert Task.objects.get().due_at == midnight - timedelta(microseconds=1)
    clock.move_to(midnight - timedelta(minutes=1))
    client = browser_of(Agent.objects.get(first_name="Ewa"))
    assert shown(client, show="all") == {"Today": ["call"]}
    clock.move(minutes=2)
    assert shown(client, show="all") == {"Overdue": ["call"]}


def test_sorting_and_filters(
    client: Client, company: Company, jan: Agent, clock: Clock, make_task: MakeTask
) -> None:
    contact = make_contact(company, "Żaneta", search_text="companyx zaneta")
    make_task("low", due="18", priority=1, contact=contact)
    make_task("critical", due="20", priority=4)
    make_task("critical, sooner", due="19", priority=4, assignee=jan)
    make_task("begun", status="in_progress", assignee=None)
    everything = {"show": "all"}
    assert titles(client, **everything, sort="priority") == ["critical, sooner", "critical", "begun", "low"]
    assert titles(client, **everything, sort="newest") == ["begun", "critical, sooner", "critical", "low"]
    assert titles(client, **everything, priority="4") == ["critical, sooner", "critical"]
    assert titles(client, **everything, status="in_progress") == ["begun"]
    assert titles(client, **everything, assignee=jan.pk) == ["critical, sooner"]
    assert titles(client, **everything, assignee="none") == ["begun"]
    assert titles(client, **everything, contact=contact.pk) == ["low"]
    # What makes no sense filters nothing.
    nonsense = {
        "priority": "x",
        "status": "done",
        "assignee": "9" * 30,
        "contact": "9" * 30,
        "sort": "x",
        "after": "x_y",
    }
    assert len(titles(client, **everything, **nonsense)) == 4


def test_search_forgives_case_accents_and_endings(
    client: Client, company: Company, clock: Clock, make_task: MakeTask
) -> None:
    contact = make_contact(company, "Żaneta", search_text="companyx zaneta")
    make_task("Wysłać próbki", description="dąb olejowany", custom={"offer": "OF/312"}, contact=contact)
    make_task("Call back")
    for query in ("wyslac", "PRÓB", "dab ole", "of 312", "żaneta wysłać"):
        assert titles(client, q=query) == ["Wysłać próbki"], query
    assert titles(client, q="próbki call") == []
    assert "Nothing found for “zebra”" in client.get("/tasks/", {"q": "zebra"}).content.decode()


def test_every_order_can_be_paged_to_its_end(
    client: Client, make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE", 3)
    for number in range(10):
        # Several with the same date, several without one.
        make_task(f"task {number}", due="19" if number % 3 else "", priority=1 + number % 2)
    for sort in lists.Sort:
        seen, query = [], {"sort": sort.value, "show": "all"}
        for _page in range(5):
            page = client.get("/tasks/", query).context["page"]
            seen += [task.title for section in page.sections for task in section.tasks]
            if not page.next:
                break
            query["after"] = page.next
        assert sorted(seen) == [f"task {number}" for number in range(10)], sort
        whole = lists.tasks_of(Task.objects.first().company).order_by(*lists.ORDERS[sort])
        assert seen == [task.title for task in whole]


def test_what_was_done_can_be_paged(
    client: Client, clock: Clock, ewa: Agent, make_task: MakeTask, monkeypatch: Any
) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    for number in range(3):
        finish_task(task=make_task(f"task {number}"), by=ewa)
        clock.move(days=1)
    client = browser_of(ewa)
    first = client.get("/tasks/", {"show": "done"}).context["page"]
    assert [str(section.heading) for section in first.sections] == ["Done earlier"]
    assert titles(client, show="done", after=first.next) == ["task 0"]


def test_a_list_costs_the_same_however_long_it_is(
    client: Client,
    company: Company,
    ewa: Agent,
    jan: Agent,
    make_task: MakeTask,
    django_assert_num_queries: Any,
) -> None:
    for many in (1, 30):
        for number in range(many):
            make_task(f"task {number}", due="19", assignee=jan, conversation=make_conversation(company))
        finish_task(task=make_task("done"), by=ewa)
        with django_assert_num_queries(LIST_QUERIES):
            client.get("/tasks/?show=all", **htmx("task-list"))


def test_an_empty_room_says_what_to_do(client: Client, ewa: Agent) -> None:
    page = client.get("/tasks/").content.decode()
    assert "You have nothing to do" in page and "New task" in page
    assert "Nothing is overdue" in client.get("/tasks/?show=overdue").content.decode()
    assert "Nothing has been done yet" in client.get("/tasks/?show=done").content.decode()
