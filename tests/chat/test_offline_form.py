"""What is left through the offline form (WI5)."""

from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Company
from contactcenter.models import OutgoingMail
from conversations.actions import send_reply
from conversations.models import Conversation, Entry
from tests.factories import make_agent, make_company, new_id


@pytest.fixture
def company(commits: None) -> Company:
    return make_company(language="en")


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa")


def leave(client: Client, company: Company, **fields: Any) -> dict[str, Any]:
    letter = {"id": new_id(), "email": "anna@post.example", "name": "Anna", "text": "Call me"} | fields
    answer = client.post(f"/widget/{company.key}/offline", letter, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_letter_becomes_a_conversation_that_is_answered_by_mail(
    client: Client, company: Company, ewa: Agent
) -> None:
    leave(client, company)

    conversation = Conversation.objects.get()
    assert (conversation.customer_name, conversation.customer_email) == ("Anna", "anna@post.example")
    assert not Entry.objects.filter(event=Entry.Event.CUSTOMER_DATA).exists()
    send_reply(conversation=conversation, by=ewa, client_id=new_id(), text="When?")
    assert OutgoingMail.objects.filter(to="anna@post.example").count() == 1


def test_a_letter_adds_its_address_to_the_conversation_that_waits_already(
    client: Client, company: Company, ewa: Agent
) -> None:
    frames = [
        {"type": "hello", "data": {}},
        {"type": "message.send", "data": {"id": new_id(), "text": "Is anybody there?"}},
    ]
    answer = client.post(
        f"/widget/{company.key}/exchange", {"frames": frames}, content_type="application/json"
    )
    leave(client, company, token=answer.json()["frames"][0]["data"]["token"])

    conversation = Conversation.objects.get()
    assert (conversation.customer_name, conversation.customer_email) == ("Anna", "anna@post.example")
    send_reply(conversation=conversation, by=ewa, client_id=new_id(), text="When?")
    assert OutgoingMail.objects.filter(to="anna@post.example").count() == 1
    found = Entry.objects.get(event=Entry.Event.CUSTOMER_DATA)
    assert "anna post example" in found.search_text and not found.is_public
