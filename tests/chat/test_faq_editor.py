"""Settings → Chatbot: what a company teaches its chatbot (ST7, BI8)."""

import html
import json
from typing import Any

import pytest
from django.test import Client

from agents.models import Company
from chat.faq.entries import save_entry
from chat.faq.models import BotQuestion, FaqEntry
from contactcenter.promises import sweep_promises
from conversations.models import Conversation
from tests.factories import make_company, new_id

GOOD = {
    "language": "pl",
    "phrases": "Ile trwa dostawa?\n\n  Kiedy   dostanę paczkę?  \nile trwa dostawa?",
    "answer": "Jeden dzień roboczy.",
    "is_on": "on",
}


@pytest.fixture
def company(commits: None) -> Company:
    return make_company(language="pl", bot_on=True)


@pytest.fixture
def owner(company: Company) -> Client:
    screen = Client()
    screen.force_login(company.agents.get(), backend="django.contrib.auth.backends.ModelBackend")
    return screen


def page_of(screen: Client, path: str = "/settings/chatbot/") -> str:
    return html.unescape(screen.get(path).content.decode())


def ask(company: Company, text: str, times: int = 1) -> None:
    """So many visitors ask the chatbot."""
    for _ in range(times):
        frames = [{"type": "hello", "data": {"token": None, "lang": "pl"}}]
        frames.append({"type": "message.send", "data": {"id": new_id(), "text": text}})
        Client().post(
            f"/widget/{company.key}/exchange", json.dumps({"frames": frames}), content_type="application/json"
        )
    sweep_promises()


def teach(company: Company, answer: str = "Jeden dzień.", *phrases: str, **facts: Any) -> FaqEntry:
    return save_entry(
        company=company,
        entry=None,
        language="pl",
        answer=answer,
        phrases=phrases or ("Ile trwa dostawa?",),
        **facts,
    )


def test_without_entries_the_page_says_how_to_begin(owner: Client) -> None:
    page = page_of(owner)

    assert "The chatbot knows nothing yet" in page and "Add the first answer" in page


def test_an_entry_is_written_with_its_ways_to_ask(owner: Client, company: Company) -> None:
    owner.post("/settings/chatbot/add/", GOOD)

    entry = FaqEntry.objects.get(company=company)
    assert [phrase.text for phrase in entry.phrases.all()] == ["ile trwa dostawa?", "Kiedy dostanę paczkę?"]
    assert entry.answer in page_of(owner)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"phrases": " \n "}, "Write at least one question."),
        ({"phrases": "x" * 201}, "A question has at most 200 characters."),
        ({"phrases": "\n".join(f"Question {n}?" for n in range(21))}, "Up to 20 questions."),
        ({"answer": ""}, "Write the answer."),
        ({"answer": "x" * 2001}, "An answer has at most 2000 characters."),
        ({"language": "de"}, "Select a valid choice"),
    ],
)
def test_what_is_out_of_bounds_is_refused(owner: Client, wrong: dict[str, str], words: str) -> None:
    answer = owner.post("/settings/chatbot/add/", GOOD | wrong)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not FaqEntry.objects.exists()


def test_an_entry_is_edited_switched_off_and_deleted(owner: Client, company: Company) -> None:
    entry = teach(company)
    owner.post(f"/settings/chatbot/{entry.pk}/", GOOD | {"answer": "Dwa dni.", "is_on": ""})
    entry.refresh_from_db()
    assert (entry.answer, entry.is_on) == ("Dwa dni.", False)

    assert entry.title in page_of(owner, f"/settings/chatbot/{entry.pk}/delete/")
    assert FaqEntry.objects.exists()
    owner.post(f"/settings/chatbot/{entry.pk}/delete/")
    assert not FaqEntry.objects.exists()


def test_an_entry_that_is_off_is_not_used(company: Company) -> None:
    teach(company, "Nie używać.", "Godziny otwarcia", is_on=False)
    teach(company)
    ask(company, "godziny otwarcia")

    assert Conversation.objects.get().status == "new"


def test_the_switch_turns_it_on_and_off(owner: Client, company: Company) -> None:
    for data, expected in (({}, False), ({"bot_on": "on"}, True)):
        owner.post("/settings/chatbot/switch/", data)
        company.refresh_from_db()
        assert company.bot_on is expected


def test_trying_shows_the_answer_and_the_words_that_met(owner: Client, company: Company) -> None:
    teach(company)
    teach(company, "Zwrot w 30 dni.", "Jak zwrócić towar?")
    page = page_of(owner, "/settings/chatbot/try/?question=jak+dlugo+trwa+dostwa&language=pl")

    assert "It would answer." in page and "Jeden dzień." in page
    assert "≈ dostaw" in page and "%</span>" in page
    assert "hand over to people" in page_of(owner, "/settings/chatbot/try/?question=podszewka&language=pl")
    assert "Write a question first." in page_of(owner, "/settings/chatbot/try/?question=&language=pl")
    assert not BotQuestion.objects.exists()


def test_questions_asked_in_vain_are_listed_once_with_how_often_newest_first(
    owner: Client, company: Company
) -> None:
    teach(company)
    ask(company, "Czy sukienka ma podszewkę?", times=3)
    ask(company, "Gdzie jest parking?")
    ask(company, "czy SUKIENKA ma podszewke")
    ask(company, "ile trwa dostawa")
    page = page_of(owner).split('id="questions"')[1]

    assert page.index("czy SUKIENKA ma podszewke") < page.index("Gdzie jest parking?")
    assert "asked 4 times" in page and "asked once" in page
    assert "ile trwa dostawa" not in page


def test_a_question_becomes_an_entry_with_a_click(owner: Client, company: Company) -> None:
    teach(company)
    ask(company, "Gdzie jest parking?", times=2)
    question = BotQuestion.objects.latest("pk")
    path = f"/settings/chatbot/add/?question={question.pk}"
    assert "Gdzie jest parking?" in page_of(owner, path)
    owner.post(path, GOOD | {"phrases": "Gdzie jest parking?", "answer": "Za sklepem."})

    assert "Nothing here" in page_of(owner)
    ask(company, "gdzie parking")
    assert Conversation.objects.latest("pk").entries.latest("seq").text == "Za sklepem."


def test_a_question_is_added_to_an_entry(owner: Client, company: Company) -> None:
    entry = teach(company)
    ask(company, "Kurier w sobotę będzie?")
    question = BotQuestion.objects.get()
    owner.post(f"/settings/chatbot/questions/{question.pk}/", {"entry": entry.pk})

    assert entry.phrases.last().text == "Kurier w sobotę będzie?"
    assert "Nothing here" in page_of(owner)


def test_a_question_goes_to_no_entry_of_another_company(owner: Client, company: Company) -> None:
    teach(company)
    foreign = teach(make_company())
    ask(company, "Gdzie jest parking?")
    question = BotQuestion.objects.get()

    assert owner.post(f"/settings/chatbot/questions/{question.pk}/", {"entry": foreign.pk}).status_code == 422
    assert foreign.phrases.count() == 1


def test_a_question_is_dismissed_with_all_that_are_the_same(owner: Client, company: Company) -> None:
    teach(company)
    ask(company, "Gdzie jest parking?", times=2)
    owner.post(f"/settings/chatbot/questions/{BotQuestion.objects.latest('pk').pk}/dismiss/")

    assert "Nothing here" in page_of(owner)


def test_the_months_count_stands_beside_the_allowance(owner: Client, company: Company) -> None:
    teach(company)
    ask(company, "ile trwa dostawa", times=2)
    assert "2 conversations this month" in page_of(owner)
    Company.objects.update(bot_monthly_limit=100)
    assert "2 of 100 conversations this month" in page_of(owner)
    Company.objects.update(bot_monthly_limit=2)
    assert "The allowance is used up" in page_of(owner)


def test_the_page_asks_as_little_for_many_as_for_few(
    owner: Client, company: Company, django_assert_max_num_queries: Any
) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(100) as asked:
            owner.get("/settings/chatbot/")
        return len(asked.captured_queries)

    teach(company)
    ask(company, "Gdzie jest parking?")
    few = queries()
    for number in range(12):
        teach(company, f"Odpowiedź {number}", f"Pytanie {number}?", f"Inaczej {number}?")
        ask(company, f"Gdzie jest parking numer{number}?")

    assert queries() == few
