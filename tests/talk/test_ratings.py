"""What visitors think of a conversation that has ended (WI7)."""

from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Company
from contactcenter.events import EntryAdded, VisitorConversation
from conversations.actions import close_conversation, reopen_conversation, send_reply
from conversations.models import Conversation, Entry, Rating
from tests.clock import Clock
from tests.factories import make_company, new_id
from tests.published import Published
from tests.talk.people import Guest


@pytest.fixture
def ended(conversation: Conversation, ewa: Agent) -> Conversation:
    send_reply(conversation=conversation, by=ewa, client_id=new_id(), text="A new one leaves today")
    conversation.refresh_from_db()
    return close_conversation(conversation=conversation, by=ewa)


def test_stars_and_words_reach_the_agents(
    anna: Guest, ended: Conversation, ewa: Agent, desk: Client, published: Published
) -> None:
    assert anna.look()["conversation"]["rating"] == 0

    assert anna.rate(4, "Quick and kind").json() == {"rating": 4}

    rating = Rating.objects.get()
    assert (rating.stars, rating.comment, rating.agent) == (4, "Quick and kind", ewa)
    assert [event.kind for event in published.of(EntryAdded)] == ["event"]
    (told,) = published.of(VisitorConversation)
    assert told.rating == 4
    page = desk.get(f"/history/{ended.pk}/").content.decode()
    assert "The customer rates the conversation: 4 of 5: Quick and kind" in page
    assert "Quick and kind" in desk.get(f"/conversations/{ended.pk}/context/").content.decode()
    # Nothing of it stands in the conversation that the visitor sees.
    assert [entry["event"] for entry in anna.look()["entries"]][-1] == "closed"


def test_it_can_be_changed_and_the_same_again_changes_nothing(anna: Guest, ended: Conversation) -> None:
    anna.rate(2)
    anna.rate(5, "Now it works")
    anna.rate(5, "Now it works")

    assert [(rating.stars, rating.comment) for rating in Rating.objects.all()] == [(5, "Now it works")]
    assert Entry.objects.filter(event=Entry.Event.RATED).count() == 2


def test_for_a_day_after_the_end(anna: Guest, ended: Conversation, clock: Clock) -> None:
    anna.rate(3)
    clock.move(hours=25)
    answer = anna.rate(1)
    # By then it is not shown any more either.
    assert answer.status_code == 404
    assert Rating.objects.get().stars == 3


def test_an_open_conversation_is_not_rated(anna: Guest, ended: Conversation, ewa: Agent) -> None:
    reopen_conversation(conversation=ended, by=ewa)
    assert anna.rate(5).status_code == 409
    assert anna.look()["conversation"]["rating"] is None


def test_nobody_answered_so_there_is_nothing_to_rate(
    anna: Guest, conversation: Conversation, ewa: Agent
) -> None:
    close_conversation(conversation=conversation, by=ewa)
    assert anna.look()["conversation"]["rating"] is None
    assert anna.rate(5).status_code == 409


@pytest.mark.once
@pytest.mark.parametrize("stars", [0, 6, -1, "5", True, None, 4.5])
def test_stars_go_from_one_to_five(anna: Guest, ended: Conversation, stars: Any) -> None:
    assert anna.rate(stars).status_code == 400
    assert not Rating.objects.exists()


def test_a_comment_is_a_text_of_some_length(anna: Guest, ended: Conversation) -> None:
    anna.rate(5, "x\u0000" + "y" * 5000)
    assert Rating.objects.get().comment == "x" + "y" * 999


def test_strangers_rate_nothing(anna: Guest, ended: Conversation, company: Company) -> None:
    stranger = Guest(company)
    stranger.write("Hello")
    stranger.conversation = anna.conversation
    assert stranger.rate(1).status_code == 404
    elsewhere = Guest(make_company("Other"))
    elsewhere.token, elsewhere.conversation = anna.token, anna.conversation
    assert elsewhere.rate(1).status_code == 400
    assert anna.post("rating", [1]).status_code == 400
    assert not Rating.objects.exists()
