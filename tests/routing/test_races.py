"""Many people at once on one conversation: one winner, nothing twice, nothing in between (rule 4).

The threads are real and each has its own database connection: on PostgreSQL they meet in the rows' locks, on SQLite in
the queue for the write transaction. SQLite gets as few threads as the product has there.
"""

# ruff: noqa: B023 - what is done together is over before its loop goes on

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections

from agents.models import Agent, Company
from chat.models import Visitor
from chat.tokens import issue_token
from chat.visits import Visit
from conversations.actions import (
    NotAllowed,
    TakenByAnother,
    answer_conversation,
    close_conversation,
    ignore_conversation,
    reopen_conversation,
    send_reply,
    transfer_to_agent,
    transfer_to_group,
)
from conversations.models import Conversation, Entry, Offer, Participant
from tests.factories import make_agent, make_company, make_conversation, make_group, new_id

pytestmark = pytest.mark.django_db(transaction=True)

AGENTS = 50
ROUNDS = 250  # twice on each deployment: a thousand in all
THREADS = 4 if settings.DATABASE_IS_SQLITE else 16

Together = Callable[[Sequence[Callable[[], Any]]], list[Any]]


@pytest.fixture
def together(transactional_db: None) -> Iterator[Together]:
    """Do several things at the same moment, each on a thread with a connection of its own; what each returned or
    raised comes back."""
    pool = ThreadPoolExecutor(THREADS)

    def together(actions: Sequence[Callable[[], Any]]) -> list[Any]:
        start = Barrier(min(len(actions), THREADS))

        def run(number: int, action: Callable[[], Any]) -> Any:
            if number < start.parties:
                start.wait(10)
            try:
                return action()
            except Exception as error:
                return error

        return list(pool.map(run, range(len(actions)), actions))

    yield together
    leave = Barrier(THREADS)

    def disconnect() -> None:
        leave.wait(10)
        connections.close_all()

    for _ in range(THREADS):
        pool.submit(disconnect)
    pool.shutdown(wait=True)


@pytest.fixture
def company(transactional_db: None) -> Company:
    return make_company()


def timeline_is_whole(conversation: Conversation) -> None:
    """Gapless numbers; and the entries that visitors see name each their predecessor."""
    conversation.refresh_from_db()
    entries = list(Entry.objects.filter(conversation=conversation).order_by("seq"))
    assert [entry.seq for entry in entries] == list(range(1, conversation.last_seq + 1))
    public = [entry for entry in entries if entry.is_public]
    assert [entry.previous_public_seq for entry in public] == [0, *(entry.seq for entry in public)][
        : len(public)
    ]
    assert conversation.public_seq == (public[-1].seq if public else 0)


@pytest.mark.parametrize("seed", [1, 2])
def test_of_fifty_who_press_answer_at_once_exactly_one_wins_each_time(
    company: Company, together: Together, seed: int
) -> None:
    agents = [make_agent(company, f"Agent{number}", online=number < 3) for number in range(AGENTS)]
    chance = random.Random(seed)
    for _ in range(ROUNDS):
        conversation = make_conversation(company)
        chance.shuffle(agents)

        results = together(
            [lambda agent=agent: answer_conversation(conversation=conversation, by=agent) for agent in agents]
        )

        winners = [result for result in results if isinstance(result, Conversation)]
        losers = [result for result in results if isinstance(result, TakenByAnother)]
        assert (len(winners), len(losers)) == (1, AGENTS - 1), results
        conversation.refresh_from_db()
        assert conversation.assignee is not None
        assert winners[0].assignee == conversation.assignee
        assert {loser.winner for loser in losers} == {conversation.assignee}
    answered = Entry.objects.filter(event=Entry.Event.ANSWERED)
    assert answered.count() == Participant.objects.count() == ROUNDS
    assert not Offer.objects.filter(outcome=Offer.Outcome.OPEN).exists()


def visit_of(company: Company, token: str) -> Visit:
    visit = Visit(company.pk)
    visit.hello({"token": token})
    return visit


def test_two_first_messages_of_a_visitor_at_once_make_one_conversation(
    company: Company, together: Together
) -> None:
    for _ in range(40):
        token = issue_token(company.pk)
        tabs = [visit_of(company, token) for _ in range(4)]

        results = together(
            [
                lambda tab=tab, number=number: tab.receive({"id": f"first-{number:05d}", "text": "Hello"})
                for number, tab in enumerate(tabs)
            ]
        )

        assert not [result for result in results if isinstance(result, Exception)]
        assert len({result["conversation"] for result in results}) == 1
        conversation = Conversation.objects.get(public_id=results[0]["conversation"])
        assert sorted(result["seq"] for result in results) == list(
            conversation.entries.filter(kind=Entry.Kind.MESSAGE).values_list("seq", flat=True)
        )
        timeline_is_whole(conversation)
    assert Conversation.objects.count() == Visitor.objects.count() == 40


def test_the_same_message_sent_by_every_tab_at_once_is_stored_once(
    company: Company, together: Together
) -> None:
    for number in range(40):
        token = issue_token(company.pk)
        tabs = [visit_of(company, token) for _ in range(4)]
        message = {"id": f"same-{number:05d}", "text": "Hello"}

        results = together([lambda tab=tab: tab.receive(dict(message)) for tab in tabs])

        assert not [result for result in results if isinstance(result, Exception)]
        assert len({(result["conversation"], result["seq"], result["at"]) for result in results}) == 1
        assert Entry.objects.filter(client_id=message["id"]).count() == 1


def test_everybody_talks_at_once_and_the_numbers_have_no_hole(company: Company, together: Together) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    token = issue_token(company.pk)
    first = visit_of(company, token).receive({"id": "first-message", "text": "Hello"})
    conversation = answer_conversation(
        conversation=Conversation.objects.get(public_id=first["conversation"]), by=ewa
    )
    tabs = [visit_of(company, token) for _ in range(4)]

    def speak(number: int) -> Callable[[], Any]:
        if number % 3 == 0:
            return lambda: send_reply(conversation=conversation, by=ewa, client_id=new_id(), text="Yes")
        return lambda: tabs[number % 4].receive({"id": f"word-{number:05d}", "text": "And"})

    results = together([speak(number) for number in range(120)])

    assert not [result for result in results if isinstance(result, Exception)]
    assert Entry.objects.filter(conversation=conversation, kind=Entry.Kind.MESSAGE).count() == 121
    timeline_is_whole(conversation)


def test_a_message_that_meets_the_closing_is_in_this_conversation_or_begins_the_next(
    company: Company, together: Together
) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    for number in range(40):
        token = issue_token(company.pk)
        visit = visit_of(company, token)
        first = visit.receive({"id": f"first-{number:05d}", "text": "Hello"})
        conversation = Conversation.objects.get(public_id=first["conversation"])
        message = {"id": f"after-{number:05d}", "text": "One more thing"}

        closing, stored, again = together(
            [
                lambda: close_conversation(conversation=conversation, by=ewa),
                lambda: visit.receive(dict(message)),
                lambda: visit_of(company, token).receive(dict(message)),
            ]
        )

        assert isinstance(closing, Conversation)
        assert (stored["conversation"], stored["seq"]) == (again["conversation"], again["seq"])
        entry = Entry.objects.get(client_id=message["id"])
        conversation.refresh_from_db()
        if entry.conversation == conversation:
            closed_at = conversation.entries.get(event=Entry.Event.CLOSED).seq
            assert entry.seq < closed_at == conversation.last_seq
        else:
            assert entry.conversation.is_open
        assert conversation.status == Conversation.Status.CLOSED
        for one in {conversation, entry.conversation}:
            timeline_is_whole(one)


def test_a_transfer_that_meets_an_answer_leaves_one_leader(company: Company, together: Together) -> None:
    ewa, jan, eva = (make_agent(company, name) for name in ("Ewa", "Jan", "Eva"))
    for _ in range(40):
        conversation = make_conversation(company)

        answering, transfer = together(
            [
                lambda: answer_conversation(conversation=conversation, by=ewa),
                lambda: transfer_to_agent(conversation=conversation, by=jan, to=eva),
            ]
        )

        conversation.refresh_from_db()
        assert isinstance(transfer, Conversation)
        assert isinstance(answering, Conversation | TakenByAnother)
        assert (conversation.status, conversation.assignee) == (Conversation.Status.ACTIVE, eva)
        timeline_is_whole(conversation)


def test_whatever_happens_at_once_the_conversation_is_in_one_state(
    company: Company, together: Together
) -> None:
    make_group(company, "Sales")
    agents = [make_agent(company, name, online=True, groups=("Sales",)) for name in ("Ewa", "Jan", "Eva")]
    group = make_group(company, "Sales")
    chance = random.Random(2)
    for _ in range(40):
        conversation = make_conversation(company)
        changes: list[Callable[[Agent], Any]] = [
            lambda by: answer_conversation(conversation=conversation, by=by),
            lambda by: transfer_to_group(conversation=conversation, by=by, to=group),
            lambda by: transfer_to_agent(conversation=conversation, by=by, to=chance.choice(agents)),
            lambda by: close_conversation(conversation=conversation, by=by),
            lambda by: ignore_conversation(conversation=conversation, by=by),
            lambda by: reopen_conversation(conversation=conversation, by=by),
            lambda by: send_reply(conversation=conversation, by=by, client_id=new_id(), text="Hello"),
        ]
        chance.shuffle(changes)

        results = together([lambda do=do: do(chance.choice(agents)) for do in changes])

        errors = [result for result in results if isinstance(result, Exception)]
        assert all(isinstance(error, NotAllowed) for error in errors), errors
        timeline_is_whole(conversation)
        ringing = Offer.objects.filter(conversation=conversation, outcome=Offer.Outcome.OPEN).count()
        assert ringing == (conversation.status == Conversation.Status.OFFERED)
        if conversation.status == Conversation.Status.ACTIVE:
            takes_part = Participant.objects.filter(conversation=conversation, agent=conversation.assignee)
            assert takes_part.get().left_at is None


def test_the_threads_really_meet(company: Company, together: Together) -> None:
    """The other tests prove something only when more than one connection is at work."""
    own = connection.connection
    others = together(
        [lambda: id(connection.connection or connection.cursor().connection) for _ in range(THREADS)]
    )

    assert len(set(others)) == THREADS
    assert id(own) not in others


def test_two_colleagues_hand_over_to_each_other_at_the_same_moment(
    company: Company, together: Together
) -> None:
    ada, bob = make_agent(company, "Ada"), make_agent(company, "Bob")
    of_ada, of_bob = make_conversation(company, led_by=ada), make_conversation(company, led_by=bob)
    for giver, taker in [(ada, bob), (bob, ada)] * 5:
        outcomes = together(
            [
                lambda: transfer_to_agent(conversation=of_ada, by=giver, to=taker),
                lambda: transfer_to_agent(conversation=of_bob, by=taker, to=giver),
            ]
        )
        assert [outcome.assignee_id for outcome in outcomes] == [taker.pk, giver.pk]
