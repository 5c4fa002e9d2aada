from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Company
from tests.factories import make_agent, make_company


@pytest.fixture
def company(commits: None) -> Company:
    return make_company(language="en")


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", language="en")


@pytest.fixture
def jan(company: Company) -> Agent:
    return make_agent(company, "Jan", language="en")


@pytest.fixture
def as_agent() -> Callable[[Agent], Client]:
    """A browser in which the agent is signed in."""

    def sign_in(agent: Agent) -> Client:
        client = Client()
        client.force_login(agent)
        return client

    return sign_in


@pytest.fixture
def client(as_agent: Callable[[Agent], Client], ewa: Agent) -> Client:
    """Ewa's browser."""
    return as_agent(ewa)


@pytest.fixture
def htmx() -> Callable[[str], dict[str, Any]]:
    """What a request of the page's scripts carries, which will put the answer into `target`."""

    def headers(target: str = "") -> dict[str, Any]:
        return {"headers": {"HX-Request": "true", "HX-Target": target}}

    return headers
