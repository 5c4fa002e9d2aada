"""Who has read what, told to the other side (WI7)."""

from typing import Any

import pytest
from django.test import Client

from agents.models import Agent
from contactcenter.events import CustomerRead, MessagesRead
from conversations.actions import send_reply, write_note
from conversations.models import Conversation
from tests.factories import new_id
from tests.published import Published
from tests.talk.people import Guest


def look(desk: Client, conversation: Conversation, seq: int | None = None) -> None:
    """The page is before Ewa's eyes, down to this line or to the end."""
    form = {} if seq is None else {"seq": seq}
    assert desk.post(f"/conversations/{conversation.pk}/read/", form).status_code == 204


def test_a_visitor_learns_that_an_agent_has_read(
    anna: Guest, conversation: Conversation, desk: Client, published: Published
) -> None:
    assert anna.look()["conversation"]["read_seq"] == 0

    look(desk, conversation)

    assert published.of(MessagesRead) == [MessagesRead(conversation=anna.conversation, seq=2)]
    assert anna.look()["conversation"]["read_seq"] == 2
    published.clear()
    look(desk, conversation)
    assert published.of(MessagesRead) == []


def test_loading_the_page_is_not_reading(anna: Guest, conversation: Conversation, desk: Client) -> None:
    desk.get(f"/conversations/{conversation.pk}/")
    assert anna.look()["conversation"]["read_seq"] == 0


def test_what_came_after_the_page_was_drawn_is_not_read(
    anna: Guest, conversation: Conversation, desk: Client, published: Published
) -> None:
    anna.write("And the plate too")

    look(desk, conversation, seq=2)

    assert published.of(MessagesRead) == [MessagesRead(conversation=anna.conversation, seq=2)]


def test_notes_and_own_words_give_nothing_away(
    anna: Guest, conversation: Conversation, desk: Client, ewa: Agent, published: Published
) -> None:
    look(desk, conversation)
    published.clear()
    write_note(conversation=conversation, by=ewa, client_id=new_id(), text="Again that courier")
    before = anna.look()["conversation"]

    look(desk, conversation)

    assert published.of(MessagesRead) == []
    assert anna.look()["conversation"] == before


def test_agents_learn_that_the_visitor_has_read(
    anna: Guest, conversation: Conversation, desk: Client, ewa: Agent, published: Published
) -> None:
    stored = send_reply(conversation=conversation, by=ewa, client_id=new_id(), text="A new one leaves today")
    page = f"/conversations/{conversation.pk}/"
    assert "entry__state--read" not in desk.get(page).content.decode().partition("<template")[0]

    anna.read(stored.seq)

    assert published.of(CustomerRead) == [CustomerRead(conversation=conversation.pk, seq=stored.seq)]
    assert "entry__state--read" in desk.get(page).content.decode().partition("<template")[0]
    assert anna.look()["conversation"]["seen_seq"] == stored.seq


@pytest.mark.once
@pytest.mark.parametrize("seq", [0, -1, 10_000, 2**40, "2", True, None, 1.5])
def test_numbers_that_cannot_be_read_count_for_nothing(
    anna: Guest, conversation: Conversation, published: Published, seq: Any
) -> None:
    anna.read(seq)
    assert published.of(CustomerRead) == []
    conversation.refresh_from_db()
    assert conversation.customer_read_seq == 0


def test_reading_never_goes_back_and_never_reaches_other_conversations(
    anna: Guest, conversation: Conversation, published: Published
) -> None:
    anna.write("And the plate too")
    anna.read(3)
    published.clear()

    anna.read(2)
    anna.read(2, conversation="c-00000000000000000000")

    conversation.refresh_from_db()
    assert conversation.customer_read_seq == 3 and published.of(CustomerRead) == []


def test_a_client_that_missed_a_mark_is_told_that_it_is_behind(
    anna: Guest, conversation: Conversation, desk: Client
) -> None:
    stand = {"conversation": anna.conversation, "seq": 2, "status": "waiting", "read": 0}
    assert anna.say(("ping", stand))[-1]["data"] == {"behind": False}

    look(desk, conversation)

    assert anna.say(("ping", stand))[-1]["data"] == {"behind": True}
    assert anna.say(("ping", stand | {"read": 2}))[-1]["data"] == {"behind": False}
