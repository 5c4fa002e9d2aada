"""The chatbot, its visitor and an agent in the same moment. The threads are real, each with its own connection."""

import json
from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Company
from chat.faq.entries import save_entry
from chat.faq.models import BotQuestion
from contactcenter.promises import sweep_promises
from conversations.actions import TakenByAnother, answer_conversation
from conversations.models import Conversation, Entry
from tests.agents.test_security_races import at_once
from tests.factories import make_agent, make_company, new_id

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


@pytest.fixture
def company(transactional_db: None) -> Company:
    company = make_company(language="pl", bot_on=True)
    save_entry(
        company=company, entry=None, language="pl", answer="Jeden dzień.", phrases=["Ile trwa dostawa?"]
    )
    return company


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", online=True)


class Visitor:
    def __init__(self, company: Company) -> None:
        self.path, self.token = f"/widget/{company.key}/exchange", None
        self.token = self.exchange()[0]["data"]["token"]

    def exchange(self, *frames: dict[str, Any]) -> list[dict[str, Any]]:
        hello = {"type": "hello", "data": {"token": self.token, "lang": "pl"}}
        answer = Client().post(
            self.path, json.dumps({"frames": [hello, *frames]}), content_type="application/json"
        )
        found: list[dict[str, Any]] = answer.json()["frames"]
        return found

    def write(self, text: str) -> dict[str, Any]:
        return self.exchange({"type": "message.send", "data": {"id": new_id(), "text": text}})[1]


def settle() -> None:
    for _ in range(3):
        sweep_promises()


def timeline(conversation: Conversation) -> list[Entry]:
    entries = list(conversation.entries.order_by("seq"))
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    return entries


def test_first_messages_at_once_make_one_conversation_and_every_question_is_looked_at_once(
    company: Company,
) -> None:
    for _ in range(ROUNDS):
        visitor = Visitor(company)
        at_once(
            [
                lambda who=visitor: who.write("ile trwa dostawa"),
                lambda who=visitor: who.write("ile trwa dostawa?"),
                sweep_promises,
                sweep_promises,
            ]
        )
        settle()
        conversation = Conversation.objects.latest("pk")
        entries = timeline(conversation)
        written = [entry.seq for entry in entries if entry.by == "customer"]
        questions = list(conversation.bot_questions.order_by("seq"))

        assert len(written) == 2
        assert conversation.status == "bot"
        assert questions[-1].seq == written[-1]
        assert sum(entry.text == "Jeden dzień." for entry in entries) == len(questions)
        assert sum(question.counts for question in questions) == 1
    assert Conversation.objects.count() == ROUNDS


def test_after_an_agent_has_stepped_in_the_chatbot_says_nothing(company: Company, ewa: Agent) -> None:
    for _ in range(ROUNDS):
        visitor = Visitor(company)
        visitor.write("ile trwa dostawa")
        conversation = Conversation.objects.latest("pk")
        results = at_once(
            [
                sweep_promises,
                lambda which=conversation: answer_conversation(conversation=which, by=ewa),
                lambda who=visitor: who.write("halo, ile trwa dostawa"),
                sweep_promises,
            ]
        )
        settle()
        entries = timeline(conversation)
        stepped_in = next(entry.seq for entry in entries if entry.event == "answered")

        assert not [result for result in results if isinstance(result, Exception)]
        assert all(entry.seq < stepped_in for entry in entries if entry.data.get("bot"))
        conversation.refresh_from_db()
        assert (conversation.status, conversation.assignee) == ("active", ewa)


def test_of_the_chatbot_handing_over_and_an_agent_both_are_heard(company: Company, ewa: Agent) -> None:
    for _ in range(ROUNDS):
        visitor = Visitor(company)
        visitor.write("czy sukienka ma podszewkę")
        conversation = Conversation.objects.latest("pk")
        _, agent = at_once(
            [sweep_promises, lambda which=conversation: answer_conversation(conversation=which, by=ewa)]
        )
        settle()
        timeline(conversation)
        conversation.refresh_from_db()

        assert not isinstance(agent, TakenByAnother)
        assert (conversation.status, conversation.assignee) == ("active", ewa)
        assert conversation.offers.filter(outcome="").count() == 0
        assert BotQuestion.objects.filter(conversation=conversation).count() <= 1
