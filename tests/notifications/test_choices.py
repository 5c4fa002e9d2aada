"""Settings → Notifications: which mails come, and how an offer rings."""

import re

import pytest
from django.test import Client

from agents.models import Agent, Company, Plan
from tests.factories import make_agent, make_conversation, make_visitor

pytestmark = pytest.mark.django_db

PAGE = "/settings/notifications/"
HTMX = {"HX-Request": "true"}
ALL_ON = {"mails_offline": "on", "mails_missed": "on", "ringtone": "long"}


def test_a_switch_saves_by_itself(client: Client, ewa: Agent) -> None:
    response = client.post(PAGE, {"mails_missed": "on", "ringtone": "short"}, headers=HTMX)

    ewa.refresh_from_db()
    assert (ewa.mails_offline, ewa.mails_missed, ewa.ringtone) == (False, True, "short")
    assert '"Saved"' in response.headers["HX-Trigger"]
    assert "list.stale" in response.headers["HX-Trigger"]
    assert "<html" not in response.text


def test_without_scripts_the_form_saves_too(client: Client, ewa: Agent) -> None:
    response = client.post(PAGE, ALL_ON | {"ringtone": "short"}, follow=True)

    ewa.refresh_from_db()
    assert ewa.ringtone == "short"
    assert response.redirect_chain == [(PAGE, 302)]
    assert "Saved" in response.text


def test_there_is_no_third_ringtone(client: Client, ewa: Agent) -> None:
    response = client.post(PAGE, ALL_ON | {"ringtone": "trumpet"}, headers=HTMX)

    assert response.status_code == 422
    ewa.refresh_from_db()
    assert ewa.ringtone == "long"


def test_the_page_says_where_mails_go(client: Client, ewa: Agent) -> None:
    page = client.get(PAGE).text

    assert ewa.email in page
    assert '<a href="/settings/security/">Change the address</a>' in page


def test_on_the_free_plan_no_mail_about_missed_conversations(
    client: Client, company: Company, ewa: Agent
) -> None:
    """NO3. What was chosen is kept for the day the plan changes."""
    company.plan = Plan.FREE
    company.save()

    page = client.get(PAGE).text
    client.post(PAGE, {"ringtone": "long"}, headers=HTMX)

    switch = re.search(r'<input type="checkbox" name="mails_missed"[^>]*>', page)
    assert switch is not None and "disabled" in switch[0]
    assert "Not part of the Free plan." in page
    ewa.refresh_from_db()
    assert (ewa.mails_offline, ewa.mails_missed) == (False, True)


def test_every_page_knows_how_to_ring(client: Client, ewa: Agent) -> None:
    client.post(PAGE, ALL_ON | {"ringtone": "short"}, headers=HTMX)

    assert 'data-ringtone="short"' in client.get("/").text
    assert 'data-ringtone="short"' in client.get("/conversations/counters/").text


def test_what_a_hidden_page_may_tell_of_a_message(client: Client, company: Company, ewa: Agent) -> None:
    """Of one's own conversations, and of nobody else's (IN2)."""
    visitor = make_visitor(company, name="Anna")
    mine = make_conversation(company, led_by=ewa, visitor=visitor, customer_name="Anna")
    other = make_conversation(company, led_by=make_agent(company, "Jan", online=True))

    assert client.get(f"/conversations/{mine.pk}/notice/").json() == {
        "mine": True,
        "name": "Anna",
        "channel": "Chat",
    }
    assert client.get(f"/conversations/{other.pk}/notice/").json()["mine"] is False
