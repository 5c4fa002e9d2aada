from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Company
from chat import limits
from conversations.models import Conversation
from tests.factories import make_agent, make_company
from tests.talk.people import Guest


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def still_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a clock that stands still, so that a slow machine refills nothing."""
    monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=lambda: 1_000.0))


@pytest.fixture
def company(commits: None) -> Company:
    company = make_company(language="en")
    company.default_email = "shop@florist.example"
    company.save()
    return company


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", last_name="Lis", language="en")


@pytest.fixture
def desk(ewa: Agent) -> Client:
    """Ewa's browser."""
    client = Client()
    client.force_login(ewa)
    return client


@pytest.fixture
def anna(company: Company) -> Guest:
    return Guest(company)


@pytest.fixture
def conversation(anna: Guest) -> Conversation:
    """Anna has written a first word."""
    anna.write("The cup came broken")
    return Conversation.objects.select_related("company").get()
