"""The pages a visitor looks at (WI10): kept with their conversation, and shown to agents at once."""

import json
from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Company
from chat.limits import PAGES
from chat.models import VisitedPage, Visitor
from chat.trail import MOST_BEFORE, MOST_KEPT
from contactcenter.events import PageVisited
from contactcenter.realtime import company_agents
from conversations.actions import close_conversation
from conversations.models import Conversation
from tests.clock import Clock
from tests.factories import make_agent, make_company, new_id
from tests.published import Published

SHOP = "https://shop.example"


@pytest.fixture
def company(commits: None, clock: Clock) -> Company:
    return make_company(language="en")


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", language="en")


class Browser:
    """A visitor's widget over plain HTTP, which says with each exchange where the visitor is."""

    def __init__(self, company: Company) -> None:
        self.key, self.token, self.page, self.after = company.key, None, page("/"), None

    def exchange(self, *commands: tuple[str, Any], **hello: Any) -> list[dict[str, Any]]:
        for kind, data in commands:
            self.page = data if kind == "page" else self.page
        facts = {"token": self.token, "page": self.page, "after": self.after} | hello
        frames = [
            {"type": "hello", "data": facts},
            *({"type": kind, "data": data} for kind, data in commands),
        ]
        answer = Client().post(
            f"/widget/{self.key}/exchange", json.dumps({"frames": frames}), content_type="application/json"
        )
        assert answer.status_code == 200
        said: list[dict[str, Any]] = answer.json()["frames"]
        welcome = said[0]["data"]
        self.token = welcome["token"]
        if welcome["conversation"]:
            stands = welcome["conversation"]
            self.after = {"conversation": stands["id"], "seq": stands["last_seq"]}
        return said

    def load(self, path: str) -> None:
        """The browser goes to another page, and a new panel says hello from there."""
        self.page, self.after = page(path), None
        self.exchange()

    def write(self, **hello: Any) -> Conversation:
        self.exchange(("message.send", {"id": new_id(), "text": "Good morning"}), **hello)
        return Conversation.objects.latest("pk")


def page(path: str, **more: Any) -> dict[str, Any]:
    return {"url": SHOP + path, "title": f"Page {path}"} | more


@pytest.fixture
def visitor(company: Company) -> Browser:
    return Browser(company)


def kept(conversation: Conversation) -> list[str]:
    pages = VisitedPage.objects.filter(conversation=conversation).order_by("pk")
    return [visited.url.removeprefix(SHOP) for visited in pages]


def beside(ewa: Agent, conversation: Conversation, place: str = "conversations/{}/context/") -> str:
    client = Client()
    client.force_login(ewa)
    response = client.get("/" + place.format(conversation.pk))
    assert response.status_code == 200
    return response.content.decode()


def test_each_page_is_kept_once_and_told_to_agents(
    visitor: Browser, company: Company, ewa: Agent, published: Published
) -> None:
    conversation = visitor.write()
    published.clear()

    visitor.exchange(("page", page("/cart")))
    visitor.exchange(("page", page("/cart")))
    visitor.load("/cart")
    visitor.load("/checkout")

    assert kept(conversation) == ["/", "/cart", "/checkout"]
    told = [event for event in published.to(company_agents(company.pk)) if isinstance(event, PageVisited)]
    assert told == [PageVisited(conversation=conversation.pk)] * 2
    conversation.refresh_from_db()
    assert (conversation.page_url, conversation.page_title) == (f"{SHOP}/checkout", "Page /checkout")


def test_going_back_is_a_visit_too(visitor: Browser) -> None:
    conversation = visitor.write()
    visitor.load("/cart")
    visitor.load("/")
    assert kept(conversation) == ["/", "/cart", "/"]


def test_going_back_within_a_page_is_one_too(visitor: Browser) -> None:
    conversation = visitor.write()
    for path in ["/cart", "/", "/cart", "/cart", "/"]:
        visitor.exchange(("page", page(path)))
    assert kept(conversation) == ["/", "/cart", "/", "/cart", "/"]


def test_two_tabs_that_ask_in_turns_are_no_visits(visitor: Browser, company: Company) -> None:
    conversation = visitor.write()
    visitor.load("/cart")
    for path in ["/", "/cart"] * 3:
        visitor.page = page(path)
        visitor.exchange()
    assert kept(conversation) == ["/", "/cart"]


def test_a_page_of_which_the_word_was_lost_is_found_in_the_next_hello(visitor: Browser) -> None:
    conversation = visitor.write()
    visitor.exchange()
    visitor.page = page("/delivery")
    visitor.exchange()
    assert kept(conversation) == ["/", "/delivery"]


def test_what_was_looked_at_before_the_first_message_is_kept(visitor: Browser, clock: Clock) -> None:
    trail = [page(f"/{number}", ago=600 - number) for number in range(15)]
    conversation = visitor.write(trail=trail)

    assert kept(conversation) == [*(f"/{number}" for number in range(15 - MOST_BEFORE + 1, 15)), "/"]
    first = VisitedPage.objects.earliest("pk")
    assert (first.at - conversation.created_at).total_seconds() == pytest.approx(-594, abs=2)


def test_who_never_wrote_costs_nothing(visitor: Browser, django_assert_num_queries: Any) -> None:
    visitor.exchange()
    with django_assert_num_queries(_strangers_hello()):
        visitor.exchange(*(("page", page(f"/{number}")) for number in range(10)))
    assert not VisitedPage.objects.exists() and not Visitor.objects.exists()


def _strangers_hello() -> int:
    """What the same exchange costs without a page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    stranger = Browser(Company.objects.get())
    stranger.exchange()
    with CaptureQueriesContext(connection) as queries:
        stranger.exchange()
    return len(queries)


def test_after_the_end_pages_wait_for_the_next_conversation(visitor: Browser, ewa: Agent) -> None:
    ended = visitor.write()
    close_conversation(conversation=ended, by=ewa)
    visitor.load("/cart")
    assert kept(ended) == ["/"]
    visitor.page = page("/help")
    assert kept(visitor.write()) == ["/help"]


def test_only_the_newest_are_kept(visitor: Browser) -> None:
    conversation = visitor.write()
    at = conversation.created_at
    rows = [VisitedPage(conversation=conversation, url=SHOP, at=at) for _ in range(MOST_KEPT + 20)]
    VisitedPage.objects.bulk_create(rows)
    visitor.load("/cart")
    paths = kept(conversation)
    assert len(paths) == MOST_KEPT and paths[-1] == "/cart"


def test_who_changes_pages_all_the_time_is_not_kept_up_with(visitor: Browser) -> None:
    conversation = visitor.write()
    for number in range(PAGES[1][0] + 20):
        visitor.load(f"/{number}")
    assert PAGES[1][0] <= len(kept(conversation)) <= PAGES[1][0] + 10


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", 7, None, ["https://x"], ""],
)
def test_what_is_no_website_is_not_kept(visitor: Browser, url: Any) -> None:
    conversation = visitor.write()
    visitor.exchange(("page", {"url": url, "title": "Cart"}))
    assert kept(conversation) == ["/"]


def test_hostile_and_long_pages_are_text(visitor: Browser, ewa: Agent) -> None:
    conversation = visitor.write()
    visitor.exchange(
        (
            "page",
            {"url": f"{SHOP}/<script>alert(1)</script>", "title": "<img src=x onerror=alert(1)>\0\ud800"},
        ),
        ("page", {"url": "https://[broken", "title": "T" * 5000}),
        ("page", page("/" + "x" * 9000, ago="soon", referrer="javascript:alert(2)")),
    )
    shown = beside(ewa, conversation)
    assert "<script>alert" not in shown and "<img src=x" not in shown and "javascript:" not in shown
    longest = VisitedPage.objects.latest("pk")
    assert (len(longest.url), longest.referrer) == (2000, "")


def test_agents_see_them_beside_the_conversation_and_in_history(
    visitor: Browser, ewa: Agent, django_assert_num_queries: Any
) -> None:
    visitor.page = page("/", referrer="https://search.example/?q=roses")
    conversation = visitor.write()
    client = Client()
    client.force_login(ewa)
    one = _count(client, conversation)
    for number in range(12):
        visitor.exchange(("page", page(f"/shelf/{number}?colour=red")))

    shown = beside(ewa, conversation)
    assert "/shelf/11?colour=red" in shown and "Page /shelf/0?colour=red" in shown
    assert "Came from search.example" in shown and "5 pages before" in shown
    assert "Page /shelf/3" in beside(ewa, conversation, "history/{}/")
    assert _count(client, conversation) == one


def _count(client: Client, conversation: Conversation) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        client.get(f"/conversations/{conversation.pk}/context/")
    return len(queries)


def test_a_message_costs_no_statement_more(visitor: Browser) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from chat.visits import Visit

    visitor.write()
    visit = Visit(Company.objects.get().pk)
    visit.hello({"token": visitor.token, "page": page("/")})
    visit.is_online = True
    with CaptureQueriesContext(connection) as queries:
        visit.receive({"id": new_id(), "text": "Are you there?"})
    assert len([query for query in queries if query["sql"].startswith(("UPDATE", "INSERT", "SELECT"))]) == 2
