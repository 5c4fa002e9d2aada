"""Users taking part in a channel (AG8)."""

import pytest
from django.test import Client

from agents.models import Agent, Channel, Company
from contactcenter.events import AvailabilityChanged
from contactcenter.promises import sweep_promises
from contactcenter.realtime import widgets
from conversations.models import Conversation, Offer
from tests.factories import make_agent, make_conversation
from tests.published import Published

pytestmark = pytest.mark.django_db
PATH = "/settings/channels/chat/users/"


def switch(admin: Client, agent: Agent, *, on: bool, path: str = PATH):
    return admin.post(path, {"agent": agent.pk} | ({"on": "on"} if on else {}))


def channels_of(agent: Agent) -> set[str]:
    return set(agent.channels.values_list("channel", flat=True))


def test_the_section_names_everybody_and_counts_who_takes_part(admin: Client, company: Company) -> None:
    make_agent(company, "Ewa", groups=("Sales",))
    make_agent(company, "Jan", channels=[Channel.EMAIL])

    page = admin.get(PATH).text

    assert "Users taking part in the channel" in page
    assert "2 of 3" in page
    assert "Sales" in page
    assert 'aria-label="Ewa takes part: Chat" checked' in page
    assert 'aria-label="Jan takes part: Chat">' in page


def test_switching_an_agent_on_and_off(admin: Client, company: Company) -> None:
    ewa = make_agent(company, "Ewa", channels=[Channel.EMAIL])

    assert switch(admin, ewa, on=True).status_code == 302
    assert channels_of(ewa) == {"chat", "email"}

    switch(admin, ewa, on=True)
    switch(admin, ewa, on=False)
    assert channels_of(ewa) == {"email"}


def test_scripts_get_the_section_anew(admin: Client, company: Company) -> None:
    ewa = make_agent(company, "Ewa")

    response = admin.post(PATH, {"agent": ewa.pk}, headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert "1 of 2" in response.text
    assert "<html" not in response.text


def test_an_inactive_agents_switch_rests(admin: Client, company: Company) -> None:
    make_agent(company, "Ewa", takes_conversations=False)

    page = admin.get(PATH).text

    assert "Inactive: takes no conversations" in page
    assert 'aria-label="Ewa takes part: Chat" checked disabled' in page


def test_there_is_no_such_channel(admin: Client) -> None:
    assert admin.get("/settings/channels/pigeon/users/").status_code == 404


@pytest.mark.parametrize("agent", ["", "x", "0", "99999999999999999999", "1 OR 1=1"])
def test_made_up_agents_are_not_found(admin: Client, agent: str) -> None:
    assert admin.post(PATH, {"agent": agent, "on": "on"}).status_code == 404


def test_widgets_learn_when_the_last_one_leaves_the_chat(
    admin: Client, company: Company, published: Published
) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    published.clear()

    switch(admin, ewa, on=False)
    assert published.to(widgets(company.pk, None)) == [AvailabilityChanged(online=False, agents=[])]

    published.clear()
    switch(admin, ewa, on=True)
    (told,) = published.to(widgets(company.pk, None))
    assert isinstance(told, AvailabilityChanged) and told.online


def test_what_rings_goes_on_and_what_waits_rings(admin: Client, company: Company) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    conversation = make_conversation(company)
    assert Offer.objects.get(conversation=conversation).agent == ewa

    switch(admin, ewa, on=False)
    sweep_promises()

    conversation.refresh_from_db()
    assert conversation.status == Conversation.Status.NEW
    assert Offer.objects.get(conversation=conversation).outcome == Offer.Outcome.UNREACHABLE

    switch(admin, ewa, on=True)
    sweep_promises()

    assert Offer.objects.filter(conversation=conversation, agent=ewa, outcome=Offer.Outcome.OPEN).exists()


def test_the_number_of_queries_does_not_grow_with_the_people(
    admin: Client, company: Company, django_assert_num_queries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_agent(company, "Ewa", groups=("Sales",))
    with CaptureQueriesContext(connection) as few:
        admin.get(PATH)
    for number in range(12):
        make_agent(company, f"Agent{number}", groups=("Sales", "Service"))

    with django_assert_num_queries(len(few)):
        admin.get(PATH)
