"""The list of a company's users, their pages, and the active switch (AG3–AG6, AG8)."""

import re
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from agents.invitations import invite
from agents.models import Agent, Channel, Company, EmailChange, Group
from contactcenter.events import AvailabilityChanged
from contactcenter.promises import sweep_promises
from contactcenter.realtime import widgets
from conversations.models import Conversation, Offer
from tests.factories import make_agent, make_company, make_conversation, make_group
from tests.published import Published

pytestmark = pytest.mark.django_db
LAST_ONE = "at least one agent with full access"


@pytest.fixture
def company() -> Company:
    return make_company(language="en", agent_limit=10)


@pytest.fixture
def founder(company: Company) -> Agent:
    return company.agents.get()


@pytest.fixture
def admin(client: Client, founder: Agent) -> Client:
    client.force_login(founder)
    return client


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", groups=("Sales",))


def save(admin: Client, agent: Agent, **changes):
    fields = {
        "first_name": agent.first_name or "Somebody",
        "last_name": agent.last_name,
        "email": agent.email,
        "position": agent.position,
        "description": agent.description,
        "access": agent.access,
        "groups": [group.pk for group in agent.groups_of.all()],
        "channels": [own.channel for own in agent.channels.all()],
    }
    return admin.post(f"/settings/users/{agent.pk}/", fields | changes)


# --- The list -----------------------------------------------------------------------------------------------------


def test_the_list_shows_who_they_are_and_what_they_do(admin: Client, company: Company) -> None:
    make_agent(company, "Ewa", online=True, groups=("Sales", "Service"), channels=[Channel.CHAT, Channel.SMS])
    make_agent(make_company("Baker"), "Eve")

    page = admin.get("/settings/users/").text

    ewa = re.search(r'(?s)<li class="row person">(?:(?!</li>).)*>Ewa<.*?</li>', page)[0]
    assert 'data-presence="online"' in ewa
    assert "@florist.example" in ewa
    assert "Limited access" in ewa
    assert "Sales, Service" in ewa
    assert 'aria-label="Chat"' in ewa and 'aria-label="SMS"' in ewa and 'aria-label="E-mail"' not in ewa
    assert 'aria-label="Ewa takes conversations"' in ewa
    assert "2/10" in page
    assert "Eve" not in page


def test_open_invitations_take_places_and_a_full_plan_invites_nobody(
    admin: Client, company: Company, founder: Agent
) -> None:
    Company.objects.filter(pk=company.pk).update(agent_limit=2)
    assert "1/2" in admin.get("/settings/users/").text
    company.refresh_from_db()
    invitation = invite(company=company, by=founder, email="marta@florist.example", access="limited")

    page = admin.get("/settings/users/").text
    assert "2/2" in page and "2 of 2 in your plan" in page
    assert "Every place of your plan is taken" in page
    assert 'href="/settings/users/invite/"' not in page
    # The answer to the button brings the heading along.
    path = f"/settings/users/invitations/{invitation.pk}/revoke/"
    page = admin.post(path, headers={"HX-Request": "true"}).text
    assert "1/2" in page and 'href="/settings/users/invite/"' in page


@pytest.mark.parametrize("path", ["/settings/chat/", "/settings/channels/chat/users/"])
def test_the_menu_of_the_settings_shows_where_one_is(admin: Client, path: str) -> None:
    assert '<a href="/settings/chat/" aria-current="page">' in admin.get(path).text


def test_a_plan_without_a_limit_shows_the_number_alone(admin: Client, company: Company) -> None:
    Company.objects.filter(pk=company.pk).update(agent_limit=None)

    assert '<span aria-hidden="true">1</span>' in admin.get("/settings/users/").text


def test_a_company_of_one_is_told_what_to_do(admin: Client, company: Company) -> None:
    page = admin.get("/settings/users/").text
    assert "You are alone here" in page
    assert 'href="/settings/users/invite/"' in page

    make_agent(company, "Ewa")
    assert "You are alone here" not in admin.get("/settings/users/").text


def test_the_number_of_queries_does_not_grow_with_the_people(
    admin: Client, company: Company, django_assert_num_queries
) -> None:
    def invite(number: int) -> None:
        fields = {"email": f"i{number}@florist.example", "access": "limited", "channels": ["chat"]}
        admin.post("/settings/users/invite/", fields)

    make_agent(company, "Ewa", groups=("Sales",))
    Company.objects.filter(pk=company.pk).update(agent_limit=None)
    invite(0)
    admin.get("/settings/users/")
    with CaptureQueriesContext(connection) as captured:
        admin.get("/settings/users/")
    few = len(captured)
    for number in range(1, 12):
        make_agent(company, f"Agent{number}", groups=("Sales", "Service"))
        invite(number)
    admin.get("/settings/users/")

    with django_assert_num_queries(few):
        admin.get("/settings/users/")


# --- Editing ------------------------------------------------------------------------------------------------------


def test_editing_an_agent(admin: Client, company: Company, ewa: Agent) -> None:
    service = make_group(company, "Service")
    assert 'value="Ewa"' in admin.get(f"/settings/users/{ewa.pk}/").text

    response = save(
        admin,
        ewa,
        first_name="Ewa Maria",
        last_name="Wiśniewska",
        position="Florist",
        description="Knows\nroses",
        access="full",
        groups=[service.pk],
        channels=["chat", "call_out"],
    )

    assert response["Location"] == "/settings/users/"
    ewa.refresh_from_db()
    assert (ewa.name, ewa.position, ewa.access) == ("Ewa Maria Wiśniewska", "Florist", "full")
    assert "roses" in ewa.description
    assert list(ewa.groups_of.all()) == [service]
    assert set(ewa.channels.values_list("channel", flat=True)) == {"chat", "call_out"}


def test_what_the_form_does_not_have_cannot_be_changed(admin: Client, ewa: Agent) -> None:
    before = ewa.email

    save(admin, ewa, is_staff="on", is_superuser="on", status="online", password="x")

    ewa.refresh_from_db()
    assert (ewa.email, ewa.is_staff, ewa.is_superuser, ewa.status) == (before, False, False, "offline")


@pytest.mark.parametrize(
    "changes",
    [
        {"first_name": " "},
        {"access": ""},
        {"access": "owner"},
        {"channels": ["pigeon"]},
        {"position": "x" * 81},
    ],
)
def test_what_makes_no_sense_is_refused_in_the_form(admin: Client, ewa: Agent, changes) -> None:
    response = save(admin, ewa, last_name="Changed", **changes)

    assert response.status_code == 422
    ewa.refresh_from_db()
    assert ewa.last_name == ""


@pytest.mark.parametrize("group", ["theirs", "x", "99999999"])
def test_groups_of_another_company_are_refused(admin: Client, ewa: Agent, group: str) -> None:
    theirs = make_group(make_company("Baker"), "Ovens")

    response = save(admin, ewa, groups=[theirs.pk if group == "theirs" else group])

    assert response.status_code == 422
    assert "Choose groups of your company." in response.text
    assert [own.name for own in ewa.groups_of.all()] == ["Sales"]


def test_the_last_full_access_agent_keeps_it_and_nothing_else_is_saved(
    admin: Client, company: Company, founder: Agent
) -> None:
    response = save(admin, founder, access="limited", last_name="Changed")

    assert response.status_code == 422
    assert LAST_ONE in response.text
    founder.refresh_from_db()
    assert founder.has_full_access
    assert founder.last_name == ""

    make_agent(company, "Adam", access=Agent.Access.FULL)
    assert save(admin, founder, access="limited")["Location"] == "/"
    assert admin.get("/settings/users/").status_code == 403


def test_an_agent_who_may_not_sign_in_does_not_count_as_having_the_keys(
    admin: Client, company: Company, founder: Agent
) -> None:
    make_agent(company, "Adam", access=Agent.Access.FULL, is_active=False)

    assert save(admin, founder, access="limited").status_code == 422


def test_widgets_learn_a_new_name(admin: Client, company: Company, published: Published) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    published.clear()

    save(admin, ewa, first_name="Eva")

    told = published.to(widgets(company.pk, None))[-1]
    assert isinstance(told, AvailabilityChanged)
    assert told.agents[0]["name"] == "Eva"


def test_a_new_email_counts_once_it_is_confirmed_from_there(
    admin: Client, ewa: Agent, mailoutbox: list[Any]
) -> None:
    """AG3, NO4."""
    before = ewa.email

    save(admin, ewa, email="Ewa@New.Example", position="Florist")

    ewa.refresh_from_db()
    assert (ewa.email, ewa.position) == (before, "Florist")
    page = admin.get(f"/settings/users/{ewa.pk}/").text
    assert "The new address ewa@new.example waits to be confirmed" in page
    sweep_promises()
    (mail,) = mailoutbox
    assert mail.to == ["ewa@new.example"]
    Client().post(re.search(r"http://[^/]+(/\S+/)", mail.body)[1])
    ewa.refresh_from_db()
    assert ewa.email == "ewa@new.example"
    sweep_promises()
    assert mailoutbox[-1].to == [before]


def test_an_email_of_somebody_else_is_refused_and_nothing_is_saved(
    admin: Client, ewa: Agent, founder: Agent
) -> None:
    response = save(admin, ewa, email=founder.email, position="Florist")

    assert response.status_code == 422 and "Another account uses this address already" in response.text
    ewa.refresh_from_db()
    assert ewa.position == ""


def test_ones_own_email_takes_the_password(admin: Client, founder: Agent) -> None:
    assert 'href="/settings/security/"' in admin.get(f"/settings/users/{founder.pk}/").text

    save(admin, founder, email="other@florist.example", access="full")

    assert not EmailChange.objects.exists()


# --- The photo ----------------------------------------------------------------------------------------------------


def a_photo(kind: str = "PNG") -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (40, 30), "green").save(content, kind)
    return SimpleUploadedFile("me.png", content.getvalue())


def test_giving_a_colleague_a_photo_and_taking_it_away(admin: Client, ewa: Agent) -> None:
    path = f"/settings/users/{ewa.pk}/photo/"

    assert admin.post(path, {"picture": a_photo()})["Location"] == f"/settings/users/{ewa.pk}/"
    ewa.refresh_from_db()
    assert ewa.avatar
    assert ewa.avatar in admin.get("/settings/users/").text

    admin.post(f"{path}remove/")
    ewa.refresh_from_db()
    assert ewa.avatar == ""


def test_what_is_no_picture_is_refused(admin: Client, ewa: Agent) -> None:
    drawing = SimpleUploadedFile("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")

    response = admin.post(f"/settings/users/{ewa.pk}/photo/", {"picture": drawing})

    assert response.status_code == 422
    assert "not a picture we can read" in response.text


# --- The active switch --------------------------------------------------------------------------------------------


def switch(admin: Client, agent: Agent, *, on: bool):
    return admin.post(f"/settings/users/{agent.pk}/active/", {"on": "on"} if on else {})


def test_an_inactive_agent_is_asked_nothing_and_active_again_is_asked(
    admin: Client, company: Company, published: Published
) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    conversation = make_conversation(company)
    assert Offer.objects.get(conversation=conversation).agent == ewa
    published.clear()

    switch(admin, ewa, on=False)
    sweep_promises()

    assert AvailabilityChanged(online=False, agents=[]) in published.to(widgets(company.pk, None))
    conversation.refresh_from_db()
    assert conversation.status == Conversation.Status.NEW

    switch(admin, ewa, on=True)
    sweep_promises()

    conversation.refresh_from_db()
    assert conversation.status == Conversation.Status.OFFERED
    assert published.to(widgets(company.pk, None))[-1].online


def test_what_an_inactive_agent_leads_stays_with_them(admin: Client, company: Company) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    conversation = make_conversation(company, led_by=ewa)

    switch(admin, ewa, on=False)
    sweep_promises()

    conversation.refresh_from_db()
    assert (conversation.status, conversation.assignee) == (Conversation.Status.ACTIVE, ewa)


def test_an_inactive_agent_signs_in_and_sees_what_their_access_allows(
    admin: Client, company: Company
) -> None:
    ewa, adam = make_agent(company, "Ewa"), make_agent(company, "Adam", access=Agent.Access.FULL)
    for agent in (ewa, adam):
        switch(admin, agent, on=False)
    clients = {}
    for agent in (ewa, adam):
        clients[agent.first_name] = Client()
        clients[agent.first_name].force_login(agent)

    assert clients["Ewa"].get("/history/").status_code == 200
    assert clients["Ewa"].get("/settings/users/").status_code == 403
    assert clients["Adam"].get("/settings/users/").status_code == 200


def test_the_last_full_access_agent_may_rest(admin: Client, founder: Agent) -> None:
    switch(admin, founder, on=False)

    founder.refresh_from_db()
    assert not founder.takes_conversations
    assert admin.get("/settings/users/").status_code == 200


def test_groups_given_on_the_page_decide_who_is_asked(admin: Client, company: Company) -> None:
    ewa = make_agent(company, "Ewa", online=True, groups=("Service",))
    conversation = make_conversation(company, group="Sales")
    sweep_promises()
    assert not Offer.objects.filter(conversation=conversation).exists()

    save(admin, ewa, groups=[Group.objects.get(name="Sales").pk])
    sweep_promises()
    assert Offer.objects.get(conversation=conversation).agent == ewa

    save(admin, ewa, groups=[Group.objects.get(name="Service").pk])
    sweep_promises()
    assert Offer.objects.get(conversation=conversation).outcome == Offer.Outcome.UNREACHABLE
