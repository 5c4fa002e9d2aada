"""History: search, filters, pages (HI1) and one conversation in full (HI2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agents.models import Agent, Company
from conversations.actions import ignore_conversation
from conversations.models import Conversation
from conversations.tagging import tag_conversation
from tests.factories import make_conversation

pytestmark = pytest.mark.django_db

QUERIES = 13


def found(client: Client, **filters: str) -> list[str]:
    """The names on the page of results, in order."""
    response = client.get("/history/", filters)
    assert response.status_code == 200
    return [row.customer_name for row in response.context["rows"]]


def at(conversation: Conversation, moment: datetime) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(last_entry_at=moment)


def test_words_are_found_without_accents_and_unfinished(client: Client, company: Company) -> None:
    make_conversation(company, customer_name="Łucja", text="Kiedy dostawa do Łodzi?")
    make_conversation(
        company, customer_name="Zażółć", customer_email="gesla@poczta.example", text="Żółta jaźń"
    )
    for query in ("łodzi", "lodz", "LODZI dostaw", "łucja", "Lucja"):
        assert found(client, q=query) == ["Łucja"]
    for query in ("zazolc", "jazn", "ŻÓŁTA", "gesla@poczta.example"):
        assert found(client, q=query) == ["Zażółć"]
    assert found(client, q="dostawa jazn") == []


def test_found_words_are_marked_and_the_rest_is_text(client: Client, company: Company) -> None:
    make_conversation(company, text="<i>tak</i> dostawa do Łodzi " + "i jeszcze " * 50)
    html = client.get("/history/", {"q": "lodz dost"}).content.decode()
    assert "&lt;i&gt;tak&lt;/i&gt; <mark>dostawa</mark> do <mark>Łodzi</mark>" in html


def test_filters(client: Client, company: Company, ewa: Agent, jan: Agent) -> None:
    chat = make_conversation(company, customer_name="chat", led_by=ewa)
    make_conversation(company, customer_name="sms", channel="sms", led_by=jan)
    out = make_conversation(company, customer_name="out", direction="out")
    ignored = make_conversation(company, customer_name="ignored")
    ignore_conversation(conversation=ignored, by=jan)
    tag = tag_conversation(conversation=chat, by=ewa, name="zwrot")
    assert tag is not None

    assert found(client, channel="sms") == ["sms"]
    assert found(client, agent=str(ewa.pk)) == ["chat"]
    assert found(client, tag=str(tag.pk)) == ["chat"]
    assert found(client, direction="out") == ["out"]
    assert found(client, status="ignored") == ["ignored"]
    assert found(client, status="new", direction="out", channel="chat") == ["out"]
    assert found(client, tag=str(tag.pk), agent=str(jan.pk)) == []
    assert out.pk


def test_days_begin_on_the_companys_clocks(client: Client, company: Company) -> None:
    for name, moment in (
        ("before", datetime(2026, 3, 9, 22, 59, tzinfo=UTC)),
        ("first minute", datetime(2026, 3, 9, 23, 0, tzinfo=UTC)),
        ("last minute", datetime(2026, 3, 10, 22, 59, tzinfo=UTC)),
        ("after", datetime(2026, 3, 10, 23, 0, tzinfo=UTC)),
    ):
        at(make_conversation(company, customer_name=name), moment)

    assert found(client, since="2026-03-10", until="2026-03-10") == ["last minute", "first minute"]


def test_filters_that_make_no_sense_do_no_harm(client: Client, company: Company) -> None:
    make_conversation(company, customer_name="there")
    for filters in (
        {"since": "yesterday", "until": "2026-99-99"},
        {"agent": "x"},
        {"tag": "9" * 40},
        {"channel": "pigeon"},
        {"after": "junk"},
        {"after": "2026-13-01T00:00:00+00:00_5"},
        {"after": "2030-01-01T00:00:00+00:00_" + "9" * 30},
        {"since": "0001-01-01", "until": "9999-12-31"},
        {"after": "0001-01-01T00:00:00+05:00_5"},
        {"after": "9999-12-31T23:59:59-05:00_5"},
        {"q": "\0"},
    ):
        assert found(client, **filters) == ["there"]
    assert b"Enter a valid date" in client.get("/history/", {"since": "yesterday"}).content


def test_pages_follow_each_other_without_gaps(client: Client, company: Company) -> None:
    now = timezone.now()
    for number in range(65):
        # Some at the very same moment.
        at(make_conversation(company, customer_name=f"{number:02}"), now - timedelta(minutes=number // 4))
    seen: list[str] = []
    after = ""
    for _ in range(3):
        response = client.get("/history/", {"channel": "chat", "after": after})
        seen += [row.customer_name for row in response.context["rows"]]
        after = response.context["next"]
    assert not after
    assert sorted(seen) == [f"{number:02}" for number in range(65)]
    assert "65 conversations" in client.get("/history/").content.decode()


def test_nothing_found_says_what_was_looked_for(client: Client, company: Company) -> None:
    assert b"Nothing here yet" in client.get("/history/").content
    make_conversation(company)
    html = client.get("/history/", {"q": "<unicorn>"}).content.decode()
    assert "Nothing found for “&lt;unicorn&gt;”" in html and "Clear filters" in html


def test_one_conversation_in_full(client: Client, company: Company, ewa: Agent, htmx: Any) -> None:
    conversation = make_conversation(
        company, customer_name="Marta", customer_email="marta@poczta.example", text="Dzień dobry", led_by=ewa
    )
    whole = client.get(f"/history/{conversation.pk}/?q=dzien").content.decode()
    piece = client.get(f"/history/{conversation.pk}/?q=dzien", **htmx("detail")).content.decode()
    assert "<html" in whole and "<html" not in piece
    for html in (whole, piece):
        assert "marta@poczta.example" in html and "Ewa takes the conversation" in html
        assert f'href="/conversations/{conversation.pk}/"' in html


def test_the_same_number_of_queries_for_few_and_for_many(
    client: Client, company: Company, ewa: Agent, django_assert_num_queries: Any
) -> None:
    for _ in range(2):
        conversation = make_conversation(company, led_by=ewa, text="dostawa")
        tag_conversation(conversation=conversation, by=ewa, name="zwrot")
        with django_assert_num_queries(QUERIES):
            client.get("/history/")
        with django_assert_num_queries(QUERIES + 1):
            client.get("/history/?q=dostawa")
        for _more in range(12):
            tagged = make_conversation(company, led_by=ewa, text="dostawa")
            tag_conversation(conversation=tagged, by=ewa, name="zwrot")
