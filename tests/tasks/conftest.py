"""A company with Ewa and Jan, its clock, and tasks for them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from agents.models import Agent, Company
from contacts.models import Contact
from files.models import StoredFile
from tasks.actions import create_task
from tasks.models import Task
from tests.clock import Clock
from tests.factories import make_agent, make_company

WARSAW = ZoneInfo("Europe/Warsaw")
FORM = {"title": "Call back", "priority": "2", "status": "new"}

MakeTask = Callable[..., Task]


@pytest.fixture
def company(clock: Clock, commits: None) -> Company:
    """A Wednesday, ten o'clock in Warsaw."""
    clock.move_to(datetime(2026, 11, 18, 10, tzinfo=WARSAW))
    return make_company(language="en")


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", language="en")


@pytest.fixture
def jan(company: Company) -> Agent:
    return make_agent(company, "Jan", language="en")


@pytest.fixture
def stranger(company: Company) -> Agent:
    """Somebody of another company."""
    return make_agent(make_company("Baker", language="en"), "Eve", language="en")


@pytest.fixture
def client(ewa: Agent) -> Client:
    """Ewa's browser."""
    return browser_of(ewa)


def browser_of(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client


@pytest.fixture
def make_task(company: Company, ewa: Agent) -> MakeTask:
    """`make_task("Call back", due="19 12:00", assignee=ewa)`: due in that November, by the company's clock."""

    def make(title: str = "Call back", *, due: str = "", by: Agent | None = None, **facts: Any) -> Task:
        if due:
            day, _space, clock = due.partition(" ")
            hour, minute = clock.split(":") if clock else ("23", "59")
            facts["due_at"] = datetime(2026, 11, int(day), int(hour), int(minute), tzinfo=WARSAW)
            facts["due_all_day"] = not clock
        facts.setdefault("assignee", ewa)
        return create_task(company=company, by=by or ewa, title=title, **facts)

    return make


def shelve(company: Company, name: str = "plan.pdf") -> StoredFile:
    """A file in the room Files."""
    return StoredFile.objects.create(
        company=company,
        key=f"files/{company.pk}/{name}",
        name=name,
        content_type="application/pdf",
        size=3,
        created_at=timezone.now(),
    )


def make_contact(company: Company, name: str, **fields: Any) -> Contact:
    now = timezone.now()
    return Contact.objects.create(company=company, first_name=name, created_at=now, changed_at=now, **fields)


def htmx(target: str = "") -> dict[str, Any]:
    return {"headers": {"HX-Request": "true", "HX-Target": target}}
