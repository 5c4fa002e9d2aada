"""What an agent knows of the customer, and puts right beside the conversation (IN5)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Company
from contactcenter.events import ConversationChanged
from conversations.models import Conversation, Entry
from tests.factories import make_conversation
from tests.published import Published


def change(client: Client, conversation: Conversation, extra: dict[str, Any], **fields: str) -> Any:
    known = {"customer_name": "", "customer_email": "", "customer_phone": ""} | fields
    return client.post(f"/conversations/{conversation.pk}/customer/", known, **extra)


@pytest.fixture
def conversation(company: Company, ewa: Agent) -> Conversation:
    return make_conversation(company, led_by=ewa, customer_name="Ann")


def test_the_agent_puts_the_data_right(
    client: Client, conversation: Conversation, htmx: Callable[..., dict[str, Any]], published: Published
) -> None:
    published.clear()
    response = change(
        client,
        conversation,
        htmx("conversation-header"),
        customer_name="  Anna   Nowak ",
        customer_email="anna@post.example",
        customer_phone="+48 600 100 200",
    )
    assert response.status_code == 200
    shown = response.content.decode()
    assert "Anna Nowak" in shown and "mailto:anna@post.example" in shown and "tel:+48 600 100 200" in shown
    entry = Entry.objects.get(event=Entry.Event.CUSTOMER_DATA)
    assert (entry.by, entry.author_name, entry.is_public) == ("agent", "Ewa", False)
    assert "anna nowak" in entry.search_text
    assert published.of(ConversationChanged)


def test_nothing_changed_leaves_no_trace(
    client: Client, conversation: Conversation, htmx: Callable[..., dict[str, Any]]
) -> None:
    assert change(client, conversation, htmx("conversation-header"), customer_name="Ann").status_code == 200
    assert not Entry.objects.filter(event=Entry.Event.CUSTOMER_DATA).exists()


def test_a_fact_can_be_taken_away_also_after_the_end(client: Client, company: Company, ewa: Agent) -> None:
    ended = make_conversation(company, led_by=ewa, closed=True, customer_phone="600100200")
    assert change(client, ended, {}).status_code == 302
    ended.refresh_from_db()
    assert (ended.customer_phone, ended.status) == ("", "closed")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("customer_email", "anna at post", "Enter an e-mail address"),
        ("customer_phone", "call me", "Enter a phone number"),
        ("customer_phone", "+48" + "1" * 30, "Enter a phone number"),
        ("customer_name", "A" * 121, "121"),
    ],
)
def test_what_makes_no_sense_is_refused_in_the_dialog(
    client: Client,
    conversation: Conversation,
    htmx: Callable[..., dict[str, Any]],
    field: str,
    value: str,
    said: str,
) -> None:
    response = change(client, conversation, htmx("conversation-header"), **{field: value})
    assert response.status_code == 422 and response.headers["HX-Retarget"] == "#dialog"
    assert said in response.content.decode()
    conversation.refresh_from_db()
    assert conversation.customer_name == "Ann"


def test_hostile_names_are_text(
    client: Client, conversation: Conversation, htmx: Callable[..., dict[str, Any]]
) -> None:
    response = change(client, conversation, htmx(), customer_name="<script>alert(1)</script>\0")
    assert "<script>alert" not in response.content.decode()


def test_the_dialog_shows_what_is_known(client: Client, conversation: Conversation) -> None:
    assert 'value="Ann"' in client.get(f"/conversations/{conversation.pk}/customer/").content.decode()
