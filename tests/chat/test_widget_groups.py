"""A widget for a group says the same over every way it asks (ST4)."""

import pytest
from django.test import Client

from agents.models import Company, Group
from tests.factories import make_agent, make_company


@pytest.fixture
def company(commits: None) -> Company:
    return make_company()


def online(client: Client, company: Company, group: int) -> bool:
    return client.get(f"/widget/{company.key}/status", {"group": group}).json()["online"]


def test_a_group_that_is_gone_or_somebody_elses_counts_as_none(client: Client, company: Company) -> None:
    make_agent(company, "Ewa", online=True, groups=("Sales",))
    make_agent(company, "Jan", groups=("Support",))
    sales, support = Group.objects.get(name="Sales"), Group.objects.get(name="Support")
    foreign = Group.objects.create(company=make_company(), name="Theirs")

    assert online(client, company, sales.pk)
    assert not online(client, company, support.pk)
    assert online(client, company, foreign.pk)
    gone = support.pk
    support.delete()
    assert online(client, company, gone)
    assert '"group":null' in client.get(f"/widget/{company.key}.js", {"group": gone}).content.decode()
