"""The workspace's pages and pieces, through their addresses."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agents.models import Agent, Company
from conversations.actions import close_conversation, send_reply, transfer_to_group, write_note
from conversations.attention import mark_read
from conversations.models import Conversation, Offer
from conversations.timeline import add_customer_message
from tests.factories import (
    come_online,
    make_agent,
    make_company,
    make_conversation,
    make_group,
    make_operator,
    new_id,
)

pytestmark = pytest.mark.django_db

# Session, agent, company; what stands in the top bar; the list; the open conversation. Not one more for each row.
LIST_QUERIES = 11
PAGE_QUERIES = 23


def write(conversation: Conversation, text: str) -> None:
    add_customer_message(conversation_id=conversation.pk, client_id=new_id(), text=text)


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_tabs_show_who_waits_what_is_mine_and_everything(
    client: Client, company: Company, ewa: Agent, jan: Agent
) -> None:
    make_conversation(company, text="nobody took me")
    make_conversation(company, text="hers", led_by=ewa)
    make_conversation(company, text="his", led_by=jan)
    make_conversation(company, text="long over", led_by=jan, closed=True)

    shown = {tab: page(client, f"/?tab={tab}") for tab in ("new", "mine", "all")}

    texts = ("nobody took me", "hers", "his", "long over")
    assert {tab: [text for text in texts if f">{text}<" in html] for tab, html in shown.items()} == {
        "new": ["nobody took me"],
        "mine": ["hers"],
        "all": ["nobody took me", "hers", "his", "long over"],
    }


def test_the_first_tab_is_mine_when_there_is_anything(client: Client, company: Company, ewa: Agent) -> None:
    assert "Nobody is waiting" in page(client, "/")
    make_conversation(company, text="hers", led_by=ewa)
    assert ">hers<" in page(client, "/")


def test_who_waits_longest_stands_first(client: Client, company: Company, ewa: Agent) -> None:
    waits = [make_conversation(company, text=f"text-{n}", led_by=ewa) for n in range(3)]
    for minutes, conversation in zip((1, 20, 3), waits, strict=True):
        since = timezone.now() - timedelta(minutes=minutes)
        Conversation.objects.filter(pk=conversation.pk).update(waiting_since=since)
    send_reply(conversation=waits[1], by=ewa, client_id=new_id(), text="answered-1")

    html = page(client, "/?tab=mine")

    places = [html.index(text) for text in ("text-2", "text-0", "You: answered-1")]
    assert places == sorted(places)


def test_unread_until_read(client: Client, company: Company, ewa: Agent) -> None:
    conversation = make_conversation(company, led_by=ewa)
    write(conversation, "second")
    assert '<span class="count count--accent">2<' in page(client, "/?tab=mine")

    assert client.post(f"/conversations/{conversation.pk}/read/").status_code == 204
    assert "data-unread" not in page(client, "/?tab=mine")
    write(conversation, "third")
    assert '<span class="count count--accent">1<' in page(client, "/?tab=mine")


def test_a_colleagues_conversation_is_not_mine_to_read(client: Client, company: Company, jan: Agent) -> None:
    make_conversation(company, led_by=jan)
    assert "data-unread" not in page(client, "/?tab=all")
    make_conversation(company)
    assert "data-unread" in page(client, "/?tab=all")


def test_another_companys_conversations_do_not_exist(client: Client, company: Company) -> None:
    foreign = make_company("Rival")
    theirs = make_conversation(foreign, text="secret of the rival")
    tag = foreign.tags.create(name="theirs")
    colleague, group = make_agent(foreign, "Zoe"), make_group(foreign, "Theirs")
    own = make_conversation(company)

    for piece in ("", "entries/", "header/", "composer/", "context/", "transfer/", "tags/"):
        assert client.get(f"/conversations/{theirs.pk}/{piece}").status_code == 404
    for action in ("messages", "read", "answer", "join", "close", "ignore", "reopen", "transfer", "tags"):
        assert client.post(f"/conversations/{theirs.pk}/{action}/", {"name": "x"}).status_code == 404
    assert client.get(f"/history/{theirs.pk}/").status_code == 404
    for to in (f"agent:{colleague.pk}", f"group:{group.pk}", "agent:x", "", "group:99999999999999999999"):
        assert client.post(f"/conversations/{own.pk}/transfer/", {"to": to}).status_code == 404
    assert client.post(f"/conversations/{own.pk}/tags/{tag.pk}/remove/").status_code == 404
    pages = ("/?tab=new", "/?tab=all", "/conversations/unanswered/", "/history/", "/history/?q=secret")
    assert not [path for path in pages if "secret of the rival" in page(client, path)]
    assert client.get(f"/conversations/list/?open={theirs.pk}").status_code == 200


@pytest.mark.parametrize("path", ["/conversations/987654321/", "/conversations/9" + "9" * 40 + "/"])
def test_unknown_numbers_are_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_wrong_methods_are_refused(client: Client, company: Company) -> None:
    pk = make_conversation(company).pk
    for action in ("messages", "read", "answer", "join", "close", "ignore", "reopen"):
        assert client.get(f"/conversations/{pk}/{action}/").status_code == 405
    for piece in ("entries", "header", "composer", "context"):
        assert client.post(f"/conversations/{pk}/{piece}/").status_code == 405


def test_an_operator_is_sent_to_the_administration(as_agent: Callable[[Agent], Client]) -> None:
    operator = as_agent(make_operator())
    for path in ("/", "/history/"):
        assert "/admin/" in page(operator, path)
    assert operator.get("/conversations/list/").status_code == 404


def test_timelines_come_in_pieces(client: Client, company: Company, ewa: Agent) -> None:
    conversation = make_conversation(company, text="the very first", led_by=ewa)
    for number in range(120):
        write(conversation, f"number-{number}-")
    html = page(client, f"/conversations/{conversation.pk}/")
    assert (
        "number-119-" in html
        and "the very first" not in html.partition('id="timeline"')[2].partition("</ol>")[0]
    )

    earlier = page(client, f"/conversations/{conversation.pk}/entries/?before=24")
    newer = page(client, f"/conversations/{conversation.pk}/entries/?after=121")

    assert "the very first" in earlier and "Show earlier" not in earlier
    assert [text in newer for text in ("number-117-", "number-118-", "number-119-")] == [False, True, True]
    for odd in ("-1", "x", "", "9" * 30):
        assert client.get(f"/conversations/{conversation.pk}/entries/?after={odd}").status_code == 200


def test_what_a_customer_writes_stays_text(client: Client, company: Company) -> None:
    conversation = make_conversation(company, text="<script>alert(1)</script>", customer_name="<b>Eve</b>")
    html = page(client, f"/conversations/{conversation.pk}/?tab=new")
    assert "<script>alert" not in html and "<b>Eve" not in html


def test_the_composer_is_renewed_only_when_it_is_another(
    client: Client, company: Company, ewa: Agent
) -> None:
    conversation = make_conversation(company, led_by=ewa)
    address = f"/conversations/{conversation.pk}/composer/?shown=open"
    assert client.get(address).status_code == 204
    close_conversation(conversation=conversation, by=ewa)
    assert "Reopen" in page(client, address)


def test_offers_are_there_while_they_last(client: Client, company: Company, ewa: Agent) -> None:
    come_online(ewa)
    make_conversation(company, customer_name="Marta Lewandowska")
    assert "Offered conversation: Marta Lewandowska" in page(client, "/conversations/offers/")
    assert 'data-offers="1"' in page(client, "/conversations/counters/")

    Offer.objects.update(due_at=timezone.now() - timedelta(seconds=1))

    assert "Marta" not in page(client, "/conversations/offers/")


def test_the_inbox_lists_what_nobody_has_answered(client: Client, company: Company, ewa: Agent) -> None:
    make_conversation(company, text="still waiting")
    answered = make_conversation(company, text="has an answer", led_by=ewa)
    send_reply(conversation=answered, by=ewa, client_id=new_id(), text="Here it is")

    html = page(client, "/conversations/unanswered/")

    assert "still waiting" in html and "Here it is" not in html
    assert 'data-unanswered="1"' in page(client, "/conversations/counters/")


def test_the_same_number_of_queries_for_few_and_for_many(
    client: Client, company: Company, ewa: Agent, jan: Agent, django_assert_num_queries: Any, htmx: Any
) -> None:
    def fill() -> Conversation:
        for leader in (ewa, jan, None):
            conversation = make_conversation(company, led_by=leader)
            write_note(conversation=conversation, by=jan, client_id=new_id(), text="note")
        make_conversation(company, led_by=ewa, closed=True)
        opened = make_conversation(company, led_by=ewa)
        mark_read(conversation=opened, by=ewa)
        write(opened, "unread")
        return opened

    for _ in range(2):
        opened = fill()
        with django_assert_num_queries(LIST_QUERIES):
            client.get("/conversations/list/?tab=all")
        with django_assert_num_queries(PAGE_QUERIES):
            client.get(f"/conversations/{opened.pk}/?tab=all")
        for _more in range(5):
            fill()


def test_a_group_conversation_names_its_group(client: Client, company: Company, ewa: Agent) -> None:
    conversation = make_conversation(company, led_by=ewa)
    transfer_to_group(conversation=conversation, by=ewa, to=make_group(company, "Returns"))
    assert "Returns" in page(client, f"/conversations/{conversation.pk}/header/")
