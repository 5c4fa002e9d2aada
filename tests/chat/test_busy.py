"""“We are busy” (ST6): who has waited for a while without an answer is told once that nobody is free yet."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Company
from agents.opening import save_hours
from agents.presence import change_status
from chat.busy import default_text
from contactcenter.models import Promise
from contactcenter.promises import sweep_promises
from conversations.actions import answer_conversation, close_conversation, send_reply, transfer_to_group
from conversations.models import Conversation, Entry
from tests.clock import Clock
from tests.factories import heartbeat, make_agent, make_company, make_group, new_id

WORDS = {"busy_pl": "Wszyscy rozmawiają.", "busy_en": "Everybody is talking."}


@pytest.fixture
def company(commits: None, clock: Clock) -> Company:
    return make_company(language="pl", busy_on=True, busy_after=60, **WORDS)


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", online=True)


class Visitor:
    """A visitor's widget, over plain HTTP."""

    def __init__(self, company: Company, **hello: Any) -> None:
        self.key, self.hello, self.token = company.key, hello, None

    def exchange(self, *commands: tuple[str, Any]) -> dict[str, Any]:
        frames = [{"type": "hello", "data": {"token": self.token} | self.hello}]
        frames += [{"type": kind, "data": data} for kind, data in commands]
        answer = Client().post(
            f"/widget/{self.key}/exchange", json.dumps({"frames": frames}), content_type="application/json"
        )
        welcome = answer.json()["frames"][0]["data"]
        self.token = welcome["token"]
        return welcome

    def write(self, text: str = "Good morning") -> Conversation:
        self.exchange()
        self.exchange(("message.send", {"id": new_id(), "text": text}))
        return Conversation.objects.latest("pk")

    def automatic(self) -> list[str]:
        return [entry["text"] for entry in self.exchange()["entries"] if entry["by"] == "system"]


def wait(clock: Clock, seconds: float, agent: Agent | None = None) -> None:
    clock.move(seconds=seconds)
    if agent:
        heartbeat(agent)
    sweep_promises()


@pytest.mark.parametrize(
    ("lang", "expected"),
    [("pl", WORDS["busy_pl"]), ("en", WORDS["busy_en"]), (None, WORDS["busy_pl"])],
    ids=["Polish", "English", "no language: the company's"],
)
def test_who_has_waited_is_told_once_in_their_language(
    company: Company, ewa: Agent, clock: Clock, lang: str | None, expected: str
) -> None:
    visitor = Visitor(company, lang=lang)
    visitor.write()

    wait(clock, 59.9, ewa)
    assert visitor.automatic() == []
    wait(clock, 0.1, ewa)
    assert visitor.automatic() == [expected]

    visitor.exchange(("message.send", {"id": new_id(), "text": "Hello?"}))
    for _ in range(5):
        wait(clock, 60, ewa)
    assert visitor.automatic() == [expected]


@pytest.mark.parametrize("lang", ["pl", "en"])
def test_a_company_without_words_of_its_own_lends_ours(
    company: Company, ewa: Agent, clock: Clock, lang: str
) -> None:
    Company.objects.update(busy_pl="", busy_en="  ")
    visitor = Visitor(company, lang=lang)
    visitor.write()
    wait(clock, 60, ewa)

    assert visitor.automatic() == [default_text(lang)]
    assert default_text("pl") != default_text("en")


def test_it_answers_nothing(company: Company, ewa: Agent, clock: Clock) -> None:
    conversation = Visitor(company).write("Where is my parcel?")
    before = {
        name: getattr(conversation, name)
        for name in ("waiting_since", "first_reply_at", "preview", "preview_by", "last_entry_at", "status")
    }
    asked = conversation.offers.count()

    clock.move(seconds=60)
    heartbeat(ewa)
    Promise.objects.exclude(kind="chat.busy").delete()
    sweep_promises()

    conversation.refresh_from_db()
    assert {name: getattr(conversation, name) for name in before} == before
    assert Conversation.objects.unanswered().count() == 1
    assert conversation.offers.count() == asked
    entry = conversation.entries.get(by=Entry.By.SYSTEM, kind=Entry.Kind.MESSAGE)
    assert entry.previous_public_seq is not None and entry.client_id == "busy"


def answered(conversation: Conversation, ewa: Agent) -> None:
    answer_conversation(conversation=conversation, by=ewa)


def replied(conversation: Conversation, ewa: Agent) -> None:
    send_reply(conversation=conversation, by=ewa, client_id=new_id(), text="Good morning")


def handed_on_to_a_group(conversation: Conversation, ewa: Agent) -> None:
    answer_conversation(conversation=conversation, by=ewa)
    conversation.refresh_from_db()
    transfer_to_group(conversation=conversation, by=ewa, to=make_group(ewa.company, "Sales"))


def closed(conversation: Conversation, ewa: Agent) -> None:
    close_conversation(conversation=conversation, by=ewa)


def switched_off(conversation: Conversation, ewa: Agent) -> None:
    Company.objects.update(busy_on=False)


def went_offline(conversation: Conversation, ewa: Agent) -> None:
    change_status(agent=ewa, status=Agent.Status.OFFLINE)


def doors_closed(conversation: Conversation, ewa: Agent) -> None:
    save_hours(company=ewa.company, keeps_hours=True, time_zone="Europe/Warsaw", intervals=[])


@pytest.mark.parametrize(
    "happens",
    [answered, replied, handed_on_to_a_group, closed, switched_off, went_offline, doors_closed],
)
def test_nothing_is_said_when_meanwhile(company: Company, ewa: Agent, clock: Clock, happens: Any) -> None:
    visitor = Visitor(company)
    conversation = visitor.write()
    wait(clock, 30, ewa)
    happens(conversation, ewa)
    for _ in range(3):
        wait(clock, 30, ewa)

    assert visitor.automatic() == []


def test_nothing_is_said_to_who_found_the_widget_offline(company: Company, clock: Clock) -> None:
    visitor = Visitor(company)
    visitor.write()
    ewa = make_agent(company, "Ewa", online=True)
    wait(clock, 300, ewa)

    assert visitor.automatic() == []


def test_nothing_is_said_where_it_is_switched_off(company: Company, ewa: Agent, clock: Clock) -> None:
    Company.objects.update(busy_on=False)
    visitor = Visitor(company)
    visitor.write()
    wait(clock, 300, ewa)

    assert visitor.automatic() == []
    assert not Promise.objects.filter(kind="chat.busy").exists()


def test_a_widget_of_a_group_counts_its_own_people_only(company: Company, clock: Clock) -> None:
    make_group(company, "Support")
    seller = make_agent(company, "Seller", online=True, groups=("Sales",))
    support = Visitor(company, group=make_group(company, "Support").pk)
    sales = Visitor(company, group=make_group(company, "Sales").pk)
    support.write()
    sales.write()
    wait(clock, 60, seller)

    assert support.automatic() == []
    assert sales.automatic() == [WORDS["busy_pl"]]


def test_the_next_conversation_of_the_same_visitor_is_told_anew(
    company: Company, ewa: Agent, clock: Clock
) -> None:
    visitor = Visitor(company)
    first = visitor.write()
    wait(clock, 60, ewa)
    close_conversation(conversation=first, by=ewa)
    second = visitor.write("One more thing")
    wait(clock, 60, ewa)

    assert second != first
    assert visitor.automatic() == [WORDS["busy_pl"]]


def test_agents_read_that_nobody_wrote_it(company: Company, ewa: Agent, clock: Clock) -> None:
    conversation = Visitor(company).write()
    wait(clock, 60, ewa)
    screen = Client()
    screen.force_login(ewa, backend="django.contrib.auth.backends.ModelBackend")

    page = screen.get(f"/conversations/{conversation.pk}/").content.decode()
    timeline = page.split('id="timeline"')[1].split("</ol>")[0]
    (line,) = [line for line in timeline.split("<li") if WORDS["busy_pl"] in line]
    assert "Automatic message" in line and 'data-author="system"' in line
    # The scripts draw it from the same template.
    assert 'id="line-system"' in page


# --- the page -----------------------------------------------------------------------------------------------------


@pytest.fixture
def owner(company: Company) -> Client:
    screen = Client()
    screen.force_login(company.agents.get(), backend="django.contrib.auth.backends.ModelBackend")
    return screen


GOOD = {"busy_on": "on", "busy_after": "45", "busy_pl": "Chwileczkę.", "busy_en": "One moment."}


def test_the_message_is_set_on_the_page_of_the_chat(owner: Client, company: Company) -> None:
    page = owner.get("/settings/chat/").content.decode()
    assert WORDS["busy_pl"] in page and f"{len(WORDS['busy_pl'])}/300" in page
    assert 'id="participants-chat"' in page

    owner.post("/settings/chat/busy/", GOOD)

    company.refresh_from_db()
    assert (company.busy_on, company.busy_after, company.busy_pl, company.busy_en) == (
        True,
        45,
        "Chwileczkę.",
        "One moment.",
    )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"busy_after": "9"}, "From 10 to 300 seconds."),
        ({"busy_after": "301"}, "From 10 to 300 seconds."),
        ({"busy_after": ""}, "From 10 to 300 seconds."),
        ({"busy_after": "soon"}, "From 10 to 300 seconds."),
        ({"busy_pl": "ą" * 301}, "300"),
    ],
)
def test_what_is_out_of_bounds_is_refused_and_nothing_is_saved(
    owner: Client, company: Company, wrong: dict[str, str], words: str
) -> None:
    answer = owner.post("/settings/chat/busy/", GOOD | wrong)

    assert answer.status_code == 422
    assert words in answer.content.decode().split('<p class="error"')[1]
    company.refresh_from_db()
    assert company.busy_after == 60 and company.busy_pl == WORDS["busy_pl"]


def test_a_promise_that_is_kept_late_looks_at_how_it_stands_then(
    company: Company, ewa: Agent, clock: Clock
) -> None:
    """No clock ran for a while."""
    visitor = Visitor(company)
    visitor.write()
    clock.move_to(datetime(2030, 1, 1, tzinfo=UTC))
    sweep_promises()

    assert visitor.automatic() == []


@pytest.mark.parametrize(("late", "said"), [(55, [WORDS["busy_pl"]]), (65, [])])
def test_nothing_is_said_long_after_its_time(
    company: Company, ewa: Agent, clock: Clock, late: int, said: list[str]
) -> None:
    """No worker ran for a while; the visitor waits, and Ewa is there."""
    visitor = Visitor(company)
    visitor.write()
    clock.move(seconds=60 + late)
    heartbeat(ewa)
    sweep_promises()

    assert visitor.automatic() == said
