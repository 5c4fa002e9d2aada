"""What agents do with conversations, through the addresses that the buttons post to."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Company
from contactcenter.events import ConversationChanged, EntryAdded, VisitorEntry
from conversations.actions import answer_conversation, close_conversation
from conversations.models import Conversation, Entry, Offer, Participant
from tests.factories import come_online, make_conversation, make_group, make_visitor

pytestmark = pytest.mark.django_db


def toast_of(response: Any) -> dict[str, str]:
    toast: dict[str, str] = json.loads(response.headers["HX-Trigger"])["toast"]
    return toast


def send(client: Client, conversation: Conversation, **fields: str) -> Any:
    message = {"id": "12345678-abcd", "kind": "reply", "text": "Hello"} | fields
    return client.post(f"/conversations/{conversation.pk}/messages/", message)


def messages(conversation: Conversation) -> list[str]:
    return list(
        Entry.objects.filter(conversation=conversation, kind="message").values_list("text", flat=True)
    )


def test_a_message_sent_twice_is_stored_once(client: Client, company: Company, ewa: Agent) -> None:
    conversation = make_conversation(company, text="Hi", led_by=ewa)
    first, second = send(client, conversation).json(), send(client, conversation).json()
    assert first == second
    assert first["text"] == "Hello" and first["author"] == ewa.pk
    assert messages(conversation) == ["Hi", "Hello"]


def test_a_message_confirmed_late_is_stored_though_closed_since(
    client: Client, company: Company, ewa: Agent
) -> None:
    conversation = make_conversation(company, led_by=ewa)
    stored = send(client, conversation).json()
    close_conversation(conversation=conversation, by=ewa)
    assert send(client, conversation).json() == stored
    late = send(client, conversation, id="another-one-1")
    assert late.status_code == 409 and "not sent" in late.json()["message"]


def test_a_reply_to_a_waiting_conversation_answers_it(client: Client, company: Company, ewa: Agent) -> None:
    conversation = make_conversation(company)
    assert send(client, conversation).status_code == 200
    conversation.refresh_from_db()
    assert (conversation.status, conversation.assignee) == ("active", ewa)


@pytest.mark.parametrize(
    "fields",
    [
        {"text": ""},
        {"text": " \n\t\0"},
        {"text": "x" * 10_001},
        {"id": "short"},
        {"id": "with space!"},
        {"id": "x" * 65},
        {"kind": "event"},
    ],
)
def test_what_is_no_message_is_refused(
    client: Client, company: Company, ewa: Agent, fields: dict[str, str]
) -> None:
    conversation = make_conversation(company, text="Hi", led_by=ewa)
    response = send(client, conversation, **fields)
    assert response.status_code == 422
    assert response.json()["message"]
    assert messages(conversation) == ["Hi"]


def test_texts_are_cleaned(client: Client, company: Company, ewa: Agent) -> None:
    conversation = make_conversation(company, led_by=ewa)
    assert send(client, conversation, text="  one\r\ntwo\0\x1b[31m ").json()["text"] == "one\ntwo[31m"


def test_notes_are_for_agents_only(client: Client, company: Company, ewa: Agent, published: Any) -> None:
    visitor = make_visitor(company)
    conversation = make_conversation(company, led_by=ewa, visitor=visitor)
    published.clear()
    send(client, conversation, kind="note", text="between us")
    close_conversation(conversation=conversation, by=ewa)
    assert send(client, conversation, id="note-after-end", kind="note", text="afterwards").status_code == 200
    told_visitors = published.of(VisitorEntry)
    assert not [event for event in told_visitors if "between us" in event.text or "afterwards" in event.text]


def test_channels_that_nobody_serves_are_read_only(client: Client, company: Company, ewa: Agent) -> None:
    conversation = make_conversation(company, led_by=ewa, channel="sms", text="Hi")
    assert send(client, conversation).status_code == 409
    assert messages(conversation) == ["Hi"]
    assert 'value="reply"' not in client.get(f"/conversations/{conversation.pk}/").content.decode()


def test_answering_opens_the_conversation(client: Client, company: Company, ewa: Agent, htmx: Any) -> None:
    come_online(ewa)
    conversation = make_conversation(company)
    response = client.post(f"/conversations/{conversation.pk}/answer/", **htmx("conversation"))
    assert response.headers["HX-Push-Url"] == f"/conversations/{conversation.pk}/?tab=mine"
    assert b'id="composer"' in response.content
    conversation.refresh_from_db()
    assert conversation.assignee == ewa
    assert Offer.objects.get(conversation=conversation).outcome == "accepted"


def test_whoever_is_slower_learns_who_was_quicker(
    client: Client, company: Company, jan: Agent, htmx: Any
) -> None:
    conversation = make_conversation(company)
    answer_conversation(conversation=conversation, by=jan)
    for target in ("conversation", "conversation-header"):
        response = client.post(f"/conversations/{conversation.pk}/answer/", **htmx(target))
        assert response.status_code == 409
        assert toast_of(response)["text"] == "Jan was quicker and has this conversation."
    plain = client.post(f"/conversations/{conversation.pk}/answer/", follow=True)
    assert b"Jan was quicker" in plain.content


def test_declining_is_for_ones_own_offers(
    client: Client, as_agent: Callable[[Agent], Client], company: Company, ewa: Agent, jan: Agent, htmx: Any
) -> None:
    come_online(ewa)
    conversation = make_conversation(company)
    offer = Offer.objects.get(conversation=conversation)
    assert as_agent(jan).post(f"/offers/{offer.pk}/decline/").status_code == 404
    assert client.post(f"/offers/{offer.pk}/decline/", **htmx("offers")).status_code == 200
    assert client.post(f"/offers/{offer.pk}/decline/", **htmx("offers")).status_code == 200
    offer.refresh_from_db()
    assert offer.outcome == "declined"


def test_closing_can_be_undone(client: Client, company: Company, ewa: Agent, htmx: Any) -> None:
    conversation = make_conversation(company, led_by=ewa)
    for action, status in (("close", "closed"), ("ignore", "ignored")):
        response = client.post(f"/conversations/{conversation.pk}/{action}/", **htmx("conversation-header"))
        conversation.refresh_from_db()
        assert conversation.status == status
        assert b"Reopen" in response.content
        undone = client.post(toast_of(response)["undo"], **htmx("conversation-header"))
        conversation.refresh_from_db()
        assert conversation.status == "active"
        assert b'id="composer"' in undone.content


def test_what_is_not_possible_any_more_is_said(
    client: Client, company: Company, ewa: Agent, htmx: Any
) -> None:
    visitor = make_visitor(company)
    ended = make_conversation(company, led_by=ewa, visitor=visitor, closed=True)
    make_conversation(company, visitor=visitor)
    for action, words in (
        ("join", "not possible"),
        ("reopen", "another conversation"),
        ("ignore", "not possible"),
    ):
        response = client.post(f"/conversations/{ended.pk}/{action}/", **htmx("conversation-header"))
        assert response.status_code == 409
        assert words in toast_of(response)["text"]
        assert b'id="conversation-header"' in response.content


def test_transfer_to_a_colleague_and_to_a_group(
    client: Client, company: Company, ewa: Agent, jan: Agent, htmx: Any
) -> None:
    group = make_group(company, "Returns")
    conversation = make_conversation(company, led_by=ewa)
    choice = client.get(f"/conversations/{conversation.pk}/transfer/").content.decode()
    assert "Jan" in choice and "Returns" in choice and "Ewa" not in choice

    response = client.post(
        f"/conversations/{conversation.pk}/transfer/",
        {"to": f"agent:{jan.pk}"},
        **htmx("conversation-header"),
    )
    assert toast_of(response)["text"] == "Handed over to Jan."
    conversation.refresh_from_db()
    assert conversation.assignee == jan
    assert not Participant.objects.filter(conversation=conversation, agent=ewa, left_at=None).exists()

    client.post(f"/conversations/{conversation.pk}/transfer/", {"to": f"group:{group.pk}"})
    conversation.refresh_from_db()
    assert (conversation.status, conversation.group) == ("new", group)


def test_joining(client: Client, company: Company, ewa: Agent, jan: Agent, htmx: Any) -> None:
    conversation = make_conversation(company, led_by=jan)
    assert b"Join" in client.get(f"/conversations/{conversation.pk}/header/").content
    response = client.post(f"/conversations/{conversation.pk}/join/", **htmx("conversation-header"))
    assert b"Join" not in response.content
    assert Participant.objects.filter(conversation=conversation, agent=ewa, left_at=None).exists()


def test_tags(client: Client, company: Company, ewa: Agent, htmx: Any) -> None:
    conversation = make_conversation(company, led_by=ewa)
    address = f"/conversations/{conversation.pk}/tags/"
    response = client.post(address, {"name": "  Zwrot  towaru "}, **htmx("conversation-header"))
    assert b"Zwrot towaru" in response.content
    client.post(address, {"name": "zwrot towaru"}, **htmx("conversation-header"))
    tag = conversation.tags.get()
    for name in ("", "   ", "x" * 41):
        refused = client.post(address, {"name": name}, **htmx("conversation-header"))
        assert (refused.status_code, refused.headers["HX-Retarget"]) == (422, "#dialog")
    client.post(f"{address}{tag.pk}/remove/", **htmx("conversation-header"))
    assert not conversation.tags.exists()


def test_colleagues_see_a_message_at_once(
    client: Client, company: Company, ewa: Agent, published: Any
) -> None:
    conversation = make_conversation(company, led_by=ewa)
    send(client, conversation, text="Told to everybody")
    added = published.of(EntryAdded)
    assert added[-1].text == "Told to everybody"
    client.post(f"/conversations/{conversation.pk}/close/")
    changed = published.of(ConversationChanged)
    assert changed[-1].status == "closed"
