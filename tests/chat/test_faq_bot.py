"""The visitor's conversation with the chatbot (ST7): answers, suggestions, and the way to people."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from agents.models import Agent, Company
from chat.bot import asks_for_people, used_this_month
from chat.faq.entries import save_entry
from chat.faq.models import BotQuestion, FaqEntry
from contactcenter.models import Promise
from contactcenter.promises import sweep_promises
from conversations.actions import TakenByAnother, answer_conversation, send_reply, transfer_to_group
from conversations.lists import counters
from conversations.models import Conversation, Entry, Offer
from tests.clock import Clock
from tests.factories import heartbeat, make_agent, make_company, make_group, new_id

DELIVERY = "Kurier doręcza następnego dnia."
COST = "Od 200 zł wysyłka jest bezpłatna."
INVOICE = "Fakturę wyślemy e-mailem."


@pytest.fixture
def company(commits: None, clock: Clock) -> Company:
    company = make_company(language="pl", bot_on=True)
    for answer, *phrases in (
        (DELIVERY, "Ile trwa dostawa?", "Kiedy dostanę paczkę?", "Czas dostawy"),
        (COST, "Ile kosztuje dostawa?", "Koszt wysyłki", "Czy jest darmowa dostawa?"),
        (INVOICE, "Jak dostać fakturę VAT?", "Czy wystawiacie faktury?"),
        ("Zwrot w 30 dni.", "Jak zwrócić towar?", "Ile czasu na zwrot?"),
    ):
        save_entry(company=company, entry=None, language="pl", answer=answer, phrases=phrases)
    return company


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", online=True)


class Visitor:
    """A visitor's widget, over plain HTTP."""

    def __init__(self, company: Company, **hello: Any) -> None:
        self.company, self.hello, self.token = company, {"lang": "pl"} | hello, None
        self.exchange()

    def exchange(self, *commands: tuple[str, Any]) -> list[dict[str, Any]]:
        frames = [{"type": "hello", "data": {"token": self.token} | self.hello}]
        frames += [{"type": kind, "data": data} for kind, data in commands]
        answer = Client().post(
            f"/widget/{self.company.key}/exchange",
            json.dumps({"frames": frames}),
            content_type="application/json",
        )
        found: list[dict[str, Any]] = answer.json()["frames"]
        self.welcome = found[0]["data"]
        self.token = self.welcome["token"]
        return found[1:]

    def write(self, text: str, *, id: str | None = None) -> dict[str, Any]:
        return self.exchange(("message.send", {"id": id or new_id(), "text": text}))[0]

    def asks(self, text: str) -> dict[str, Any]:
        """Writes, and reads what came last."""
        self.write(text)
        sweep_promises()
        return self.entries()[-1]

    def entries(self) -> list[dict[str, Any]]:
        self.exchange()
        return list(self.welcome["entries"])

    def texts(self) -> list[str]:
        return [entry["text"] for entry in self.entries() if entry["kind"] == "message"]

    @property
    def status(self) -> str:
        self.exchange()
        return str(self.welcome["conversation"]["status"])

    @property
    def conversation(self) -> Conversation:
        return Conversation.objects.latest("pk")


def outcomes() -> list[str]:
    return list(BotQuestion.objects.order_by("pk").values_list("outcome", flat=True))


# --- answers ------------------------------------------------------------------------------------------------------


def test_a_question_is_answered_by_the_chatbot_and_nobody_is_asked(company: Company, ewa: Agent) -> None:
    visitor = Visitor(company)
    answer = visitor.asks("Dzień dobry, ile trwa dostwa?")

    assert (answer["text"], answer["by"], answer["name"]) == (DELIVERY, "system", "Automat")
    assert answer["bot"] == {"suggestions": []}
    assert visitor.status == "bot"
    assert not Offer.objects.exists()
    numbers = counters(ewa)
    assert (numbers["new"], numbers["unanswered"], numbers["offers"]) == (0, 0, [])
    assert outcomes() == ["answered"]


def test_agents_see_it_under_all_as_with_the_chatbot_and_may_step_in(company: Company, ewa: Agent) -> None:
    visitor = Visitor(company)
    visitor.asks("Ile trwa dostawa?")
    screen = Client()
    screen.force_login(ewa, backend="django.contrib.auth.backends.ModelBackend")
    conversation = visitor.conversation

    assert f'id="row-{conversation.pk}"' not in screen.get("/?tab=new").content.decode()
    assert f'id="row-{conversation.pk}"' in screen.get("/?tab=all").content.decode()
    page = screen.get(f"/conversations/{conversation.pk}/").content.decode()
    assert "With the chatbot" in page and DELIVERY in page
    screen.post(f"/conversations/{conversation.pk}/answer/")
    visitor.write("A ile kosztuje?")
    sweep_promises()

    conversation.refresh_from_db()
    assert (conversation.status, conversation.assignee) == ("active", ewa)
    assert visitor.texts()[-1] == "A ile kosztuje?"


def test_an_unsure_answer_offers_questions_and_the_one_chosen_is_answered(company: Company) -> None:
    visitor = Visitor(company)
    offered = visitor.asks("czy dostawa jest w sobotę")
    suggestions = offered["bot"]["suggestions"]

    assert {each["text"] for each in suggestions} == {"Ile trwa dostawa?", "Ile kosztuje dostawa?"}
    chosen = next(each for each in suggestions if each["text"] == "Ile kosztuje dostawa?")
    (stored,) = visitor.exchange(("bot.choose", {"id": new_id(), "suggestion": chosen["id"]}))
    sweep_promises()

    assert stored["type"] == "message.stored"
    assert visitor.texts()[-2:] == ["Ile kosztuje dostawa?", COST]
    assert outcomes() == ["suggested", "answered"]
    assert used_this_month(company) == 1


def test_what_it_does_not_know_goes_to_people_with_all_that_was_said(company: Company, ewa: Agent) -> None:
    visitor = Visitor(company)
    visitor.asks("Ile trwa dostawa?")
    said = visitor.asks("Czy sukienka Laura ma podszewkę?")

    assert said["bot"] == {"suggestions": []} and said["text"].startswith("Tego nie wiem.")
    assert visitor.status == "waiting"
    assert Offer.objects.get().agent == ewa
    conversation = visitor.conversation
    assert conversation.status == "offered" and conversation.waiting_since is not None
    assert [entry.text for entry in conversation.entries.filter(kind="message", by="customer")] == [
        "Ile trwa dostawa?",
        "Czy sukienka Laura ma podszewkę?",
    ]
    visitor.write("Halo, ile trwa dostawa?")
    sweep_promises()
    assert visitor.texts()[-1] == "Halo, ile trwa dostawa?"


@pytest.mark.parametrize("way", ["button", "words"])
def test_people_can_always_be_asked_for(company: Company, ewa: Agent, way: str) -> None:
    visitor = Visitor(company)
    visitor.asks("Ile trwa dostawa?")
    if way == "button":
        visitor.exchange(("bot.people", {"id": new_id()}))
    else:
        visitor.write("chcę rozmawiać z konsultantem")
    sweep_promises()

    assert visitor.conversation.status == "offered"
    assert outcomes() == ["answered", "handed_over"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Konsultant", True),
        ("czy jest tu jakiś człowiek?", True),
        ("połącz mnie z agentem", True),
        ("human please", True),
        ("I want to talk to someone", True),
        ("Ile trwa dostawa?", False),
        ("czy mogę odebrać osobiście", False),
        ("do you sell agenda books", False),
    ],
)
def test_which_words_ask_for_people(text: str, expected: bool) -> None:
    assert asks_for_people(text) is expected


def test_outside_hours_it_answers_and_what_it_does_not_know_becomes_an_offline_message(
    company: Company, clock: Clock
) -> None:
    visitor = Visitor(company)
    assert visitor.asks("Ile trwa dostawa?")["text"] == DELIVERY
    assert not Promise.objects.filter(kind="chat.offline_mail").exists()
    said = visitor.asks("Czy sukienka Laura ma podszewkę?")

    assert "odpowiemy" in said["text"]
    assert visitor.conversation.status == "new"
    assert Promise.objects.filter(kind="chat.offline_mail").exists()


def test_it_speaks_the_visitors_language_only_where_it_has_entries(company: Company, ewa: Agent) -> None:
    english = Visitor(company, lang="en")
    english.write("How long does delivery take?")
    sweep_promises()

    assert english.conversation.status == "offered"
    assert not BotQuestion.objects.exists()


# --- when it is not there ------------------------------------------------------------------------------------------


def test_a_company_without_it_pays_nothing(company: Company, django_assert_max_num_queries: Any) -> None:
    Company.objects.update(bot_on=False)
    with django_assert_max_num_queries(200) as asked:
        Visitor(company).write("Ile trwa dostawa?")

    assert not [
        query
        for query in asked.captured_queries
        if "faq" in query["sql"] or "bot_" in query["sql"].split("FROM")[-1]
    ]
    assert not Promise.objects.filter(kind="chat.bot").exists()


def test_it_steps_aside_when_the_allowance_is_used_up(company: Company, ewa: Agent, clock: Clock) -> None:
    Company.objects.update(bot_monthly_limit=2)
    for _ in range(2):
        Visitor(company).asks("Ile trwa dostawa?")
    third = Visitor(company)
    third.write("Ile trwa dostawa?")

    assert third.conversation.status == "offered"
    clock.move(seconds=timedelta(days=32).total_seconds())
    next_month = Visitor(company)
    assert next_month.asks("Ile trwa dostawa?")["text"] == DELIVERY


def test_a_conversation_counts_once_and_only_when_it_was_of_use(company: Company) -> None:
    Visitor(company).asks("Czy sukienka Laura ma podszewkę?")
    assert used_this_month(company) == 0
    visitor = Visitor(company)
    visitor.asks("Ile trwa dostawa?")
    visitor.asks("Koszt wysyłki")

    assert used_this_month(company) == 1


def test_the_offline_form_goes_to_people(company: Company) -> None:
    form = {
        "id": new_id(),
        "email": "anna@example.com",
        "name": "Anna",
        "text": "Ile trwa dostawa?",
        "lang": "pl",
    }
    Client().post(f"/widget/{company.key}/offline", json.dumps(form), content_type="application/json")
    sweep_promises()

    assert Conversation.objects.get().status == "new"
    assert not BotQuestion.objects.exists()


def test_switched_off_in_the_middle_it_hands_over_without_a_word(company: Company, ewa: Agent) -> None:
    visitor = Visitor(company)
    visitor.asks("Ile trwa dostawa?")
    Company.objects.update(bot_on=False)
    visitor.asks("Koszt wysyłki")

    assert visitor.texts()[-1] == "Koszt wysyłki"
    assert visitor.conversation.status == "offered"


def test_a_suggestion_of_another_company_is_refused(company: Company) -> None:
    foreign = save_entry(
        company=make_company(), entry=None, language="pl", answer="Tajne", phrases=["Tajne?"]
    )
    visitor = Visitor(company)
    visitor.write("Ile trwa dostawa?")
    for suggestion in (foreign.pk, 2**70, -1, "1", None, True):
        (answer,) = visitor.exchange(("bot.choose", {"id": new_id(), "suggestion": suggestion}))
        assert answer["data"]["code"] == "unknown_suggestion", suggestion


# --- exactly once --------------------------------------------------------------------------------------------------


def test_two_messages_at_once_get_one_answer(company: Company) -> None:
    visitor = Visitor(company)
    visitor.write("Dzień dobry")
    visitor.write("ile trwa dostawa")
    sweep_promises()
    sweep_promises()

    assert visitor.texts() == ["Dzień dobry", "ile trwa dostawa", DELIVERY]
    assert BotQuestion.objects.get().text == "Dzień dobry\nile trwa dostawa"


def test_the_promise_kept_twice_answers_once(company: Company) -> None:
    from chat.bot import answer_if_still_asked

    visitor = Visitor(company)
    visitor.write("ile trwa dostawa", id="one-and-the-same")
    visitor.write("ile trwa dostawa", id="one-and-the-same")
    for _ in range(2):
        with transaction.atomic():
            answer_if_still_asked(conversation_id=visitor.conversation.pk)
    sweep_promises()

    assert visitor.texts() == ["ile trwa dostawa", DELIVERY]


def test_a_process_that_dies_before_the_answer_leaves_the_promise_to_the_next(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor(company)
    visitor.write("ile trwa dostawa")
    # Nobody swept as yet: what is left is the row that the message's own transaction made.
    assert Promise.objects.filter(kind="chat.bot").count() == 1
    assert visitor.texts() == ["ile trwa dostawa"]
    sweep_promises()

    assert visitor.texts() == ["ile trwa dostawa", DELIVERY]


@pytest.mark.parametrize("how", ["answers", "replies", "hands on"])
def test_an_agent_who_steps_in_first_is_not_talked_over(company: Company, ewa: Agent, how: str) -> None:
    visitor = Visitor(company)
    visitor.write("ile trwa dostawa")
    conversation = visitor.conversation
    if how == "answers":
        answer_conversation(conversation=conversation, by=ewa)
    elif how == "replies":
        send_reply(conversation=conversation, by=ewa, client_id=new_id(), text="Dzień dobry")
    else:
        transfer_to_group(conversation=conversation, by=ewa, to=make_group(company, "Sklep"))
    sweep_promises()

    assert DELIVERY not in visitor.texts()
    assert not BotQuestion.objects.exists()
    assert not Promise.objects.filter(kind="chat.bot").exists()


def test_of_two_agents_who_step_in_one_wins(company: Company, ewa: Agent) -> None:
    Visitor(company).asks("ile trwa dostawa")
    conversation = Conversation.objects.get()
    answer_conversation(conversation=conversation, by=ewa)
    with pytest.raises(TakenByAnother):
        answer_conversation(conversation=conversation, by=make_agent(company, "Jan", online=True))


# --- the end --------------------------------------------------------------------------------------------------------


def wait(clock: Clock, minutes: float, agent: Agent | None = None) -> None:
    clock.move(seconds=minutes * 60)
    if agent:
        heartbeat(agent)
    sweep_promises()


def test_who_has_an_answer_and_is_silent_for_ten_minutes_is_not_missed(
    company: Company, ewa: Agent, clock: Clock, mailoutbox: list[Any]
) -> None:
    visitor = Visitor(company)
    visitor.asks("ile trwa dostawa")
    wait(clock, 6)
    visitor.asks("koszt wysyłki")
    wait(clock, 6)
    assert visitor.status == "bot"
    wait(clock, 4)

    assert visitor.status == "closed"
    conversation = visitor.conversation
    assert (conversation.waiting_since, conversation.assignee) == (None, None)
    wait(clock, 30)
    assert mailoutbox == [] and not Offer.objects.exists()


def test_the_next_message_after_the_end_begins_with_the_chatbot_again(company: Company, clock: Clock) -> None:
    visitor = Visitor(company)
    visitor.asks("ile trwa dostawa")
    wait(clock, 11)
    visitor.asks("koszt wysyłki")

    assert visitor.texts() == ["koszt wysyłki", COST]
    assert Conversation.objects.count() == 2
    assert used_this_month(company) == 2


def test_what_an_agent_has_taken_over_is_not_closed(company: Company, ewa: Agent, clock: Clock) -> None:
    visitor = Visitor(company)
    visitor.asks("ile trwa dostawa")
    answer_conversation(conversation=visitor.conversation, by=ewa)
    wait(clock, 11, ewa)
    wait(clock, 11, ewa)

    assert visitor.conversation.status == "active"


# --- the index -------------------------------------------------------------------------------------------------------


def test_a_changed_entry_is_answered_at_once(company: Company) -> None:
    visitor = Visitor(company)
    visitor.asks("ile trwa dostawa")
    entry = FaqEntry.objects.get(answer=DELIVERY)
    save_entry(company=company, entry=entry, language="pl", answer="Dwa dni.", phrases=["Ile trwa dostawa?"])
    assert visitor.asks("ile trwa dostawa")["text"] == "Dwa dni."

    entry.delete()
    assert visitor.asks("ile trwa dostawa")["text"] != "Dwa dni."


def test_agents_read_that_a_machine_wrote_it(company: Company, ewa: Agent) -> None:
    Visitor(company).asks("ile trwa dostawa")
    entry = Entry.objects.get(text=DELIVERY)

    assert (entry.by, entry.data["bot"], entry.author_name) == ("system", True, "Automat")
