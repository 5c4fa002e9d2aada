from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Company
from contacts.actions import save_contact
from contacts.models import Contact
from contacts.rows import Facts
from tests.factories import make_agent, make_company


@pytest.fixture
def company(commits: None) -> Company:
    return make_company(language="en")


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", language="en")


@pytest.fixture
def client(ewa: Agent) -> Client:
    """Ewa's browser."""
    client = Client()
    client.force_login(ewa)
    return client


@pytest.fixture
def adam(company: Company) -> Client:
    """The browser of somebody with full access."""
    client = Client()
    client.force_login(make_agent(company, "Adam", access=Agent.Access.FULL, language="en"))
    return client


@pytest.fixture
def save(company: Company) -> Callable[..., Contact]:
    """`save("Anna", "Nowak", emails=["anna@mail.example"], tags=["VIP"])`"""

    def make(
        first_name: str = "",
        last_name: str = "",
        *,
        tags: tuple[str, ...] = (),
        of: Company = company,
        **facts: Any,
    ) -> Contact:
        facts = Facts(first_name=first_name, last_name=last_name, **facts)
        return save_contact(company=of, by=None, facts=facts, tags=tags)

    return make
