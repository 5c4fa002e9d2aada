"""The workspace in Polish: the page, every piece of it that is fetched later, and how times and numbers read."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone, translation

from agents.models import Agent, Company
from conversations.models import Conversation
from conversations.templatetags.conversations import lasted, when, when_exactly
from tests.factories import make_agent, make_conversation, make_visitor

Headers = Callable[[str], dict[str, Any]]
ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}


@pytest.fixture
def ada(company: Company) -> Agent:
    return make_agent(company, "Ada", language="pl")


@pytest.fixture
def open_one(company: Company, ada: Agent) -> Conversation:
    return make_conversation(company, led_by=ada)


def text_of(client: Client, address: str, **extra: Any) -> str:
    headers = ENGLISH | extra.pop("headers", {})
    response = client.get(address, headers=headers, **extra)
    assert response.status_code == 200, address
    assert response["Content-Language"] == "pl"
    return response.text


def test_pieces_speak_the_agents_language_like_their_page(
    as_agent: Callable[[Agent], Client], ada: Agent, open_one: Conversation, htmx: Headers
) -> None:
    """The browser asks for English; the agent has chosen Polish."""
    client = as_agent(ada)
    path = f"/conversations/{open_one.pk}"
    assert '<html lang="pl"' in text_of(client, f"{path}/")

    pieces = {
        f"{path}/": ("conversation", "Prowadzisz tę rozmowę"),
        f"{path}/header/": ("conversation-header", "Przekaż"),
        f"{path}/context/": ("context", "Ta rozmowa"),
        f"{path}/transfer/": ("dialog", "Przekaż rozmowę"),
        f"{path}/tags/": ("dialog", "Dodaj tag"),
        f"{path}/entries/?after=0": ("", "Ada odpowiada na rozmowę"),
        "/conversations/list/?tab=all": ("list", "Wszystkie"),
        "/conversations/counters/": ("counters", "Bez odpowiedzi"),
        "/conversations/unanswered/": ("inbox", "Czekają na odpowiedź, od najdłużej"),
        "/history/": ("results", "1 rozmowa"),
        "/status/": ("me", "Przerwa"),
    }
    for address, (target, words) in pieces.items():
        assert words in text_of(client, address, **htmx(target)), address


def test_what_an_action_says_is_polish(
    as_agent: Callable[[Agent], Client], ada: Agent, open_one: Conversation, htmx: Headers
) -> None:
    response = as_agent(ada).post(
        f"/conversations/{open_one.pk}/close/", headers=ENGLISH | htmx("conversation-header")["headers"]
    )

    assert "Rozmowa zamkni\\u0119ta." in response["HX-Trigger"]
    assert "Ta rozmowa jest zamknięta." in response.text


def test_without_a_language_of_their_own_the_browsers_is_spoken(
    as_agent: Callable[[Agent], Client], company: Company, open_one: Conversation, htmx: Headers
) -> None:
    client = as_agent(make_agent(company, "Ola"))
    path = f"/conversations/{open_one.pk}/context/"

    for language, words in (("pl-PL,pl;q=0.9", "Ta rozmowa"), ("en-GB", "This conversation")):
        response = client.get(path, headers=htmx("context")["headers"] | {"Accept-Language": language})
        assert words in response.text


@pytest.mark.parametrize(("count", "words"), [(1, "1 wcześniejsza rozmowa"), (2, "2 wcześniejsze rozmowy")])
def test_numbers_have_their_form(
    as_agent: Callable[[Agent], Client], company: Company, ada: Agent, count: int, words: str
) -> None:
    visitor = make_visitor(company)
    for _ in range(count):
        make_conversation(company, visitor=visitor, led_by=ada, closed=True)
    conversation = make_conversation(company, visitor=visitor, led_by=ada)

    assert words in text_of(as_agent(ada), f"/conversations/{conversation.pk}/")


@pytest.mark.parametrize(
    ("language", "ago", "short", "exact"),
    [
        ("pl", timedelta(minutes=5), "15:55", "dziś 15:55"),
        ("pl", timedelta(days=1), "wczoraj", "wczoraj 16:00"),
        ("pl", timedelta(days=18), "02.11", "02.11 16:00"),
        ("pl", timedelta(days=365), "20.11.2025", "20.11.2025 16:00"),
        ("en", timedelta(days=1), "yesterday", "yesterday 16:00"),
        ("en", timedelta(days=18), "2 Nov", "2 Nov 16:00"),
        ("en", timedelta(days=365), "20 Nov 2025", "20 Nov 2025 16:00"),
    ],
)
def test_times_in_lists(language: str, ago: timedelta, short: str, exact: str) -> None:
    with (
        time_machine.travel(datetime(2026, 11, 20, 15, 0, tzinfo=UTC), tick=False),
        timezone.override("Europe/Warsaw"),
        translation.override(language),
    ):
        moment = timezone.now() - ago
        assert (when(moment), when_exactly(moment)) == (short, exact)


@pytest.mark.parametrize("language", ["pl", "en"])
def test_lengths_of_time_do_not_break(language: str) -> None:
    with translation.override(language):
        shown = [lasted(seconds) for seconds in (0, 48, 60, 3599, 3600, 86_399, 86_400, 300_000)]

    words = ["0 s", "48 s", "1 min", "59 min", "1 h", "23 h", "1 d", "3 d"]
    assert shown == [text.replace(" ", "\N{NO-BREAK SPACE}") for text in words]
