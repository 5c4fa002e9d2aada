import pytest
from django.test import Client

from agents.models import Agent
from contactcenter.events import AgentStatusChanged
from contactcenter.realtime import company_agents
from tests.factories import make_agent, make_company, make_operator
from tests.published import Published

pytestmark = pytest.mark.django_db


@pytest.fixture
def ewa() -> Agent:
    return make_agent(make_company(), "Ewa", last_name="Nowak", online=True)


def test_choosing_a_status(client: Client, ewa: Agent, published: Published) -> None:
    assert ewa.company_id is not None
    client.force_login(ewa)

    response = client.post("/status/", {"status": "break"}, headers={"HX-Request": "true"})

    ewa.refresh_from_db()
    assert ewa.status == Agent.Status.BREAK
    assert "Ewa Nowak, status: Break<" in response.text
    assert published.to(company_agents(ewa.company_id)) == [AgentStatusChanged(agent=ewa.pk, status="break")]


def test_without_scripts_the_status_form_works_too(client: Client, ewa: Agent) -> None:
    client.force_login(ewa)

    assert client.post("/status/", {"status": "offline"})["Location"] == "/"

    ewa.refresh_from_db()
    assert ewa.status == Agent.Status.OFFLINE


def test_reading_the_status_changes_nothing(client: Client, ewa: Agent, published: Published) -> None:
    client.force_login(ewa)

    response = client.get("/status/", {"status": "offline"})

    assert 'data-presence="online"' in response.text
    assert published == []


@pytest.mark.parametrize("status", ["", "away", "x" * 5000])
def test_a_status_that_is_not_there(client: Client, ewa: Agent, status: str) -> None:
    client.force_login(ewa)

    assert client.post("/status/", {"status": status}).status_code == 400

    ewa.refresh_from_db()
    assert ewa.status == Agent.Status.ONLINE


def test_operators_have_no_status(client: Client) -> None:
    client.force_login(make_operator())

    assert client.get("/status/").status_code == 403
    assert client.post("/status/", {"status": "online"}).status_code == 403
