"""Deleting an agent (AG3): they are out at once, and their conversations stay under their name."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.test import Client

from agents.actions import LastFullAccessAgent, delete_agent
from agents.models import Agent, Company, Device, Invitation, PushSubscription
from agents.presence import lapse_presence_if_gone, renew_lease
from contactcenter.events import AgentStatusChanged, AvailabilityChanged, SessionEnded
from contactcenter.promises import sweep_promises
from contactcenter.realtime import company_agents, one_agent, widgets
from conversations.models import Conversation, Entry, Offer, Participant
from tests.clock import Clock
from tests.factories import PASSWORD, device_of, make_agent, make_company, make_conversation
from tests.locks import wait_until_somebody_waits
from tests.published import Published

pytestmark = pytest.mark.django_db
LAST_ONE = "at least one agent with full access"


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", online=True, groups=("Sales",))


def delete(admin: Client, agent: Agent, **headers: str):
    return admin.post(f"/settings/users/{agent.pk}/delete/", headers=headers)


def test_asking_deletes_nobody(admin: Client, ewa: Agent) -> None:
    page = admin.get(f"/settings/users/{ewa.pk}/delete/")

    assert "Delete Ewa?" in page.text
    assert "Conversations stay" in page.text
    ewa.refresh_from_db()
    assert ewa.deleted_at is None


def test_everything_that_lets_one_in_is_gone(
    admin: Client, company: Company, ewa: Agent, published: Published
) -> None:
    email = ewa.email
    theirs = Client()
    theirs.force_login(ewa)
    PushSubscription.objects.create(
        agent=ewa,
        session_id=theirs.session.session_key,
        endpoint="https://push.example/1",
        p256dh="x",
        auth="y",
    )
    published.clear()

    response = delete(admin, ewa)

    assert response["Location"] == "/settings/users/"
    page = admin.get("/settings/users/").text
    assert "Deleted: Ewa." in page
    assert email not in page
    assert theirs.get("/status/").status_code == 302
    assert SessionEnded(session=None) in published.to(one_agent(ewa.pk))
    assert AgentStatusChanged(agent=ewa.pk, status="offline") in published.to(company_agents(company.pk))
    assert AvailabilityChanged(online=False, agents=[]) in published.to(widgets(company.pk, None))
    for name in (email, f"deleted-{ewa.pk}@deleted.invalid"):
        assert Client().post("/login/", {"username": name, "password": PASSWORD}).status_code == 422
    ewa.refresh_from_db()
    assert not ewa.has_usable_password()
    assert not ewa.groups_of.exists()
    assert not ewa.channels.exists()
    assert not Device.objects.filter(agent=ewa).exists()
    assert not PushSubscription.objects.filter(agent=ewa).exists()


def test_the_address_can_be_invited_again(admin: Client, ewa: Agent) -> None:
    email = ewa.email
    delete(admin, ewa)

    fields = {"email": email, "access": "limited", "channels": ["chat"]}
    assert admin.post("/settings/users/invite/", fields).status_code == 302
    assert Invitation.objects.get().email == email


def test_scripts_are_sent_back_to_the_list(admin: Client, ewa: Agent) -> None:
    response = delete(admin, ewa, **{"HX-Request": "true"})

    assert response["HX-Redirect"] == "/settings/users/"


def test_who_was_deleted_is_not_found_any_more(admin: Client, ewa: Agent) -> None:
    delete(admin, ewa)

    assert admin.get(f"/settings/users/{ewa.pk}/").status_code == 404
    assert delete(admin, ewa).status_code == 404
    assert admin.post(f"/settings/users/{ewa.pk}/active/", {"on": "on"}).status_code == 404
    path = "/settings/channels/chat/users/"
    assert admin.post(path, {"agent": ewa.pk, "on": "on"}).status_code == 404
    assert admin.post("/settings/groups/add/", {"name": "New", "members": [ewa.pk]}).status_code == 422


# --- Conversations ------------------------------------------------------------------------------------------------


def test_conversations_they_led_wait_anew_and_are_offered(
    admin: Client, company: Company, ewa: Agent
) -> None:
    going_on = make_conversation(company, led_by=ewa)
    jan = make_agent(company, "Jan", online=True)

    delete(admin, ewa)
    sweep_promises()
    sweep_promises()

    going_on.refresh_from_db()
    assert (going_on.status, going_on.assignee) == (Conversation.Status.OFFERED, None)
    assert Offer.objects.get(conversation=going_on, outcome=Offer.Outcome.OPEN).agent == jan
    assert not Participant.objects.filter(agent=ewa, left_at=None).exists()
    left = Entry.objects.get(conversation=going_on, event=Entry.Event.LEFT)
    assert left.author_name == "Ewa"


def test_ended_conversations_stay_under_their_name(admin: Client, company: Company, ewa: Agent) -> None:
    ended = make_conversation(company, led_by=ewa, closed=True, text="Where are my tulips?")

    delete(admin, ewa)
    sweep_promises()

    ended.refresh_from_db()
    assert (ended.status, ended.assignee) == (Conversation.Status.CLOSED, ewa)
    page = admin.get("/history/", {"agent": ewa.pk}).text
    assert "Ewa" in page
    assert f"/history/{ended.pk}/" in page or f"{ended.pk}" in page
    assert f'<option value="{ewa.pk}" selected>Ewa</option>' in page


def test_somebody_known_by_their_address_keeps_that_name(admin: Client, company: Company) -> None:
    nameless = make_agent(company, "X", online=True)
    Agent.objects.filter(pk=nameless.pk).update(first_name="", email="anna@florist.example")

    delete(admin, nameless)

    nameless.refresh_from_db()
    assert nameless.name == "anna"


def test_what_rang_at_them_rings_at_the_next(admin: Client, company: Company, ewa: Agent) -> None:
    conversation = make_conversation(company)
    jan = make_agent(company, "Jan", online=True)
    assert Offer.objects.get(conversation=conversation).agent == ewa

    delete(admin, ewa)
    sweep_promises()

    assert Offer.objects.get(conversation=conversation, outcome=Offer.Outcome.OPEN).agent == jan


def test_an_answer_that_was_on_its_way_is_found_by_the_second_look(
    admin: Client, company: Company, ewa: Agent, clock: Clock
) -> None:
    delete(admin, ewa)
    sweep_promises()
    late = make_conversation(company, led_by=ewa)

    clock.move(seconds=31)
    sweep_promises()
    sweep_promises()

    late.refresh_from_db()
    assert (late.status, late.assignee) == (Conversation.Status.NEW, None)


def test_nobody_can_hand_over_to_them(admin: Client, company: Company, founder: Agent, ewa: Agent) -> None:
    conversation = make_conversation(company, led_by=founder)
    path = f"/conversations/{conversation.pk}/transfer/"
    assert f"agent:{ewa.pk}" in admin.get(path).text

    delete(admin, ewa)

    assert f"agent:{ewa.pk}" not in admin.get(path).text
    assert admin.post(path, {"to": f"agent:{ewa.pk}"}).status_code == 404


# --- The last one -------------------------------------------------------------------------------------------------


def test_the_last_full_access_agent_cannot_be_deleted(
    admin: Client, company: Company, founder: Agent
) -> None:
    response = delete(admin, founder)

    assert response.status_code == 422
    assert LAST_ONE in response.text
    founder.refresh_from_db()
    assert founder.deleted_at is None


def test_deleting_oneself_ends_at_the_door(admin: Client, company: Company, founder: Agent) -> None:
    make_agent(company, "Adam", access=Agent.Access.FULL)

    response = delete(admin, founder)

    assert response["Location"] == "/login/"
    assert admin.get("/status/").status_code == 302
    assert admin.get("/login/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_who_delete_each_other_at_once_do_not_rely_on_each_other() -> None:
    company = make_company()
    for round in range(5):
        make_agent(company, f"Adam{round}", access=Agent.Access.FULL)
        pair = list(Agent.objects.get_queryset().of(company.pk).filter(access="full"))
        assert len(pair) == 2

        def leave(agent: Agent) -> object:
            try:
                return delete_agent(agent=agent)
            except LastFullAccessAgent as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(leave, pair))

        assert sum(isinstance(result, LastFullAccessAgent) for result in results) == 1
        assert Agent.objects.get_queryset().of(company.pk).filter(access="full", is_active=True).count() == 1


@pytest.mark.deployed
@pytest.mark.django_db(transaction=True)
def test_who_is_deleted_while_a_tab_of_theirs_comes_back() -> None:
    """Both want the agent and the device, in an order of their own: PostgreSQL would end one of them."""
    ewa = make_agent(make_company(), "Ewa", online=True)
    Device.objects.update(seen_at=Device.objects.get().seen_at - timedelta(minutes=3))
    with transaction.atomic():
        lapse_presence_if_gone(agent_id=ewa.pk)

    def come_back() -> None:
        try:
            renew_lease(agent_id=ewa.pk, device=device_of(ewa))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Agent.objects.select_for_update(of=("self",), no_key=True).get(pk=ewa.pk)
            tab = pool.submit(come_back)
            wait_until_somebody_waits()
            delete_agent(agent=ewa)
        tab.result(10)

    assert Agent.objects.get(pk=ewa.pk).deleted_at is not None
