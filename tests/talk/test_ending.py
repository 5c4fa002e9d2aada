"""A visitor ends the conversation (WI7)."""

import pytest
from django.test import Client

from agents.models import Agent, Company
from conversations.actions import answer_conversation, ignore_conversation
from conversations.models import Conversation
from tests.factories import make_company
from tests.talk.people import Guest


@pytest.mark.parametrize("answered", [True, False])
def test_the_visitor_ends_it_and_the_agents_see_who_did(
    anna: Guest, conversation: Conversation, ewa: Agent, desk: Client, answered: bool
) -> None:
    if answered:
        answer_conversation(conversation=conversation, by=ewa)

    assert anna.end().json() == {"ended": True}
    assert anna.end().json() == {"ended": True}

    assert anna.look()["conversation"]["status"] == "closed"
    conversation.refresh_from_db()
    assert (conversation.status, conversation.waiting_since) == ("closed", None)
    page = desk.get(f"/history/{conversation.pk}/").content.decode()
    assert page.count("The customer ends the conversation") == 1


def test_what_they_write_then_begins_another(anna: Guest, conversation: Conversation) -> None:
    before = anna.conversation
    anna.end()
    anna.write("One thing more")
    assert anna.conversation != before


def test_nobody_ends_what_is_not_theirs(anna: Guest, conversation: Conversation, company: Company) -> None:
    stranger = Guest(company)
    stranger.write("Hello")
    stranger.conversation = anna.conversation
    assert stranger.end().status_code == 404
    elsewhere = Guest(make_company("Other"))
    elsewhere.token, elsewhere.conversation = anna.token, anna.conversation
    assert elsewhere.end().status_code == 400
    assert anna.post("end", [1]).status_code == 400
    conversation.refresh_from_db()
    assert conversation.is_open


def test_what_needed_no_answer_stays_so(anna: Guest, conversation: Conversation, ewa: Agent) -> None:
    ignore_conversation(conversation=conversation, by=ewa)
    assert anna.end().status_code == 409
