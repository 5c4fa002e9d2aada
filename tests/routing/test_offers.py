"""Whom a waiting conversation is offered to, for how long, and what comes after (IN2, IN3)."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from agents.models import Agent, Channel, Company
from agents.presence import change_status
from contactcenter.events import OfferEnded, OfferMade
from contactcenter.models import Promise
from contactcenter.promises import sweep_promises
from contactcenter.realtime import one_agent
from conversations.actions import (
    answer_conversation,
    close_conversation,
    ignore_conversation,
    reopen_conversation,
    send_reply,
    transfer_to_agent,
    transfer_to_group,
)
from conversations.models import Conversation, Entry, Offer
from conversations.routing import decline_offer
from tests.clock import Clock
from tests.factories import come_online, heartbeat, make_agent, make_conversation, make_group, new_id
from tests.published import Published
from tests.routing.conftest import offered_to, open_offer, outcomes

Status = Conversation.Status


# --- Who is asked -----------------------------------------------------------------------------------------------


def test_the_least_loaded_agent_is_asked_first(company: Company, write) -> None:
    busy = make_agent(company, "Busy", online=True)
    idle = make_agent(company, "Idle", online=True)
    make_conversation(company, led_by=busy)

    assert offered_to(write()) == idle


def test_what_rings_counts_as_load(company: Company, write) -> None:
    first, second = make_agent(company, "First", online=True), make_agent(company, "Second", online=True)

    assert {offered_to(write()), offered_to(write())} == {first, second}


def test_of_equally_loaded_agents_the_longest_idle_is_asked(company: Company, write, clock: Clock) -> None:
    early, late = make_agent(company, "Early"), make_agent(company, "Late")
    make_conversation(company, led_by=late, closed=True)
    clock.move(seconds=1)
    make_conversation(company, led_by=early, closed=True)
    come_online(early), come_online(late)

    assert offered_to(write()) == late


def test_an_agent_who_never_had_a_conversation_has_been_idle_longest(company: Company, write) -> None:
    veteran, fresh = make_agent(company, "Veteran"), make_agent(company, "Fresh")
    make_conversation(company, led_by=veteran, closed=True)
    come_online(veteran), come_online(fresh)

    assert offered_to(write()) == fresh


@pytest.mark.parametrize(
    "reason",
    [
        pytest.param({"status": Agent.Status.BREAK}, id="on a break"),
        pytest.param({"status": Agent.Status.OFFLINE}, id="offline"),
        pytest.param({"takes_conversations": False}, id="switched to inactive"),
        pytest.param({"is_active": False}, id="may not sign in"),
    ],
)
def test_who_is_not_available_is_never_asked(company: Company, write, reason: dict) -> None:
    agent = make_agent(company, "Ewa", online=True)
    Agent.objects.filter(pk=agent.pk).update(**reason)

    assert offered_to(write()) is None


def test_who_takes_no_part_in_chat_is_never_asked(company: Company, write) -> None:
    make_agent(company, "Mailer", online=True, channels=[Channel.EMAIL])

    assert offered_to(write()) is None


def test_an_agent_of_another_company_is_never_asked(company: Company, write) -> None:
    from tests.factories import make_company

    make_agent(make_company("Baker"), "Stranger", online=True)

    assert offered_to(write()) is None


def test_somebody_at_the_screen_is_asked_before_somebody_within_the_grace(
    company: Company, write, clock: Clock
) -> None:
    from agents.presence import release_lease
    from tests.factories import device_of

    gone, there = make_agent(company, "Gone", online=True), make_agent(company, "There", online=True)
    make_conversation(company, led_by=there)
    release_lease(agent_id=gone.pk, device=device_of(gone))

    assert offered_to(write()) == there


# --- Thirty seconds ---------------------------------------------------------------------------------------------


def test_an_offer_stands_for_exactly_thirty_seconds_and_then_goes_to_the_second_agent(
    company: Company, write, clock: Clock, published: Published
) -> None:
    first, second = make_agent(company, "First", online=True), make_agent(company, "Second", online=True)
    conversation = write()
    offer = open_offer(conversation)
    assert offer.agent == first

    clock.move(seconds=29.999)
    assert offered_to(conversation) == first

    clock.move(seconds=0.001)
    assert offered_to(conversation) == second
    assert outcomes(conversation) == [("First", "expired"), ("Second", "")]
    ended = OfferEnded(offer=offer.pk, conversation=conversation.pk, outcome="expired")
    assert ended in published.to(one_agent(first.pk))
    assert [
        event.conversation for event in published.to(one_agent(second.pk)) if isinstance(event, OfferMade)
    ] == [conversation.pk]


def test_each_is_asked_once_a_round_and_then_it_waits_for_anybody(
    company: Company, write, clock: Clock
) -> None:
    make_agent(company, "First", online=True), make_agent(company, "Second", online=True)
    conversation = write()
    for _ in range(6):
        clock.move(seconds=30)
        for agent in Agent.objects.filter(company=company, status=Agent.Status.ONLINE):
            heartbeat(agent)
        offered_to(conversation)

    assert conversation.status == Status.NEW
    assert outcomes(conversation) == [("First", "expired"), ("Second", "expired")]


def test_whoever_becomes_available_is_offered_what_waits_oldest_first(
    company: Company, write, clock: Clock
) -> None:
    older = write("older")
    clock.move(seconds=1)
    newer = write("newer")
    assert offered_to(older) is offered_to(newer) is None

    ewa = make_agent(company, "Ewa", online=True)

    assert offered_to(older) == offered_to(newer) == ewa
    assert open_offer(older).pk < open_offer(newer).pk


def test_who_let_it_pass_is_asked_again_after_having_been_away(company: Company, write, clock: Clock) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    conversation = write()
    clock.move(seconds=30)
    assert offered_to(conversation) is None

    change_status(agent=ewa, status=Agent.Status.BREAK)
    assert offered_to(conversation) is None
    change_status(agent=ewa, status=Agent.Status.ONLINE)

    assert offered_to(conversation) == ewa
    assert outcomes(conversation) == [("Ewa", "expired"), ("Ewa", "")]


def test_an_agent_who_comes_and_goes_at_once_starts_no_new_round_for_the_others(
    company: Company, write, clock: Clock
) -> None:
    adam, ewa = make_agent(company, "Adam", online=True), make_agent(company, "Ewa", online=True)
    conversation = write()
    for _ in range(2):
        clock.move(seconds=30)
        offered_to(conversation)

    change_status(agent=ewa, status=Agent.Status.BREAK)
    change_status(agent=ewa, status=Agent.Status.ONLINE)
    change_status(agent=ewa, status=Agent.Status.BREAK)

    assert offered_to(conversation) is None
    assert outcomes(conversation) == [("Adam", "expired"), ("Ewa", "expired")]
    assert adam.offers.count() == 1


def test_what_another_channel_waits_for_does_not_hold_up_a_chat(
    company: Company, write, clock: Clock
) -> None:
    make_conversation(company, channel=Channel.SMS)
    clock.move(seconds=1)
    chat = write()

    ewa = make_agent(company, "Ewa", online=True, channels=[Channel.CHAT])

    assert offered_to(chat) == ewa


# --- Declining and leaving --------------------------------------------------------------------------------------


def test_a_declined_offer_goes_on_at_once(company: Company, write) -> None:
    first, second = make_agent(company, "First", online=True), make_agent(company, "Second", online=True)
    conversation = write()

    decline_offer(offer=open_offer(conversation), by=first)

    assert offered_to(conversation) == second
    assert outcomes(conversation)[0] == ("First", "declined")


def test_nobody_declines_for_somebody_else(company: Company, write) -> None:
    first, second = make_agent(company, "First", online=True), make_agent(company, "Second", online=True)
    conversation = write()

    decline_offer(offer=open_offer(conversation), by=second)

    assert offered_to(conversation) == first


def test_declining_after_the_time_is_over_changes_nothing(company: Company, write, clock: Clock) -> None:
    first, second = make_agent(company, "First", online=True), make_agent(company, "Second", online=True)
    conversation = write()
    offer = open_offer(conversation)
    clock.move(seconds=30)
    assert offered_to(conversation) == second

    decline_offer(offer=offer, by=first)

    assert offered_to(conversation) == second


@pytest.mark.parametrize("status", [Agent.Status.BREAK, Agent.Status.OFFLINE])
def test_whoever_takes_a_break_passes_on_what_rings(company: Company, write, status: str) -> None:
    first, second = make_agent(company, "First", online=True), make_agent(company, "Second", online=True)
    conversation = write()

    change_status(agent=first, status=status)

    assert offered_to(conversation) == second
    assert outcomes(conversation)[0] == ("First", "unreachable")


def test_what_rings_at_somebody_who_has_vanished_goes_on_when_the_grace_ends(
    company: Company, write, clock: Clock
) -> None:
    first = make_agent(company, "First", online=True)
    clock.move(seconds=100)
    second = make_agent(company, "Second", online=True)
    make_conversation(company, led_by=second)
    conversation = write()
    assert offered_to(conversation) == first

    clock.move(seconds=19.9)
    assert offered_to(conversation) == first
    clock.move(seconds=0.1)

    assert offered_to(conversation) == second


# --- Groups -----------------------------------------------------------------------------------------------------


def test_a_widget_of_a_group_asks_its_members_and_those_without_any_group(
    company: Company, write, clock: Clock
) -> None:
    seller = make_agent(company, "Seller", online=True, groups=("Sales",))
    make_agent(company, "Helper", online=True, groups=("Support",))
    floating = make_agent(company, "Floating", online=True)
    conversation = write(group=make_group(company, "Sales").pk)

    asked = [offered_to(conversation)]
    for _ in range(2):
        clock.move(seconds=30)
        asked.append(offered_to(conversation))

    assert asked == [seller, floating, None]


def test_a_widget_without_a_group_asks_everybody(company: Company, write) -> None:
    seller = make_agent(company, "Seller", online=True, groups=("Sales",))

    assert offered_to(write()) == seller


def test_a_group_of_another_company_narrows_nothing(company: Company, write) -> None:
    from tests.factories import make_company

    ewa = make_agent(company, "Ewa", online=True)
    theirs = make_group(make_company("Baker"), "Sales")
    conversation = write(group=theirs.pk)

    assert offered_to(conversation) == ewa
    assert conversation.group is None


def test_a_newcomer_of_another_group_is_not_offered_what_waits_for_a_group(company: Company, write) -> None:
    conversation = write(group=make_group(company, "Sales").pk)

    make_agent(company, "Helper", online=True, groups=("Support",))
    assert offered_to(conversation) is None

    seller = make_agent(company, "Seller", online=True, groups=("Sales",))
    assert offered_to(conversation) == seller


# --- Answering, transferring, closing -----------------------------------------------------------------------------


def test_answering_ends_the_offer(company: Company, write, clock: Clock) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    conversation = write()

    answer_conversation(conversation=conversation, by=ewa)
    clock.move(seconds=31)
    sweep_promises()

    conversation.refresh_from_db()
    assert (conversation.status, conversation.assignee) == (Status.ACTIVE, ewa)
    assert outcomes(conversation) == [("Ewa", "accepted")]


def test_a_colleague_may_answer_what_rings_at_somebody_else(
    company: Company, write, published: Published
) -> None:
    ewa, jan = make_agent(company, "Ewa", online=True), make_agent(company, "Jan", online=True)
    conversation = write()
    offer = open_offer(conversation)

    answer_conversation(conversation=conversation, by=jan)

    assert outcomes(conversation) == [("Ewa", "withdrawn")]
    ended = OfferEnded(offer=offer.pk, conversation=conversation.pk, outcome="withdrawn")
    assert ended in published.to(one_agent(ewa.pk))


def test_a_reply_to_a_waiting_conversation_answers_it(company: Company, write) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    conversation = write()

    send_reply(conversation=conversation, by=ewa, client_id=new_id(), text="Hello")

    conversation.refresh_from_db()
    assert (conversation.status, conversation.assignee) == (Status.ACTIVE, ewa)
    assert outcomes(conversation) == [("Ewa", "accepted")]


def test_no_more_than_three_ring_at_once_and_the_fourth_follows_when_one_is_answered(
    company: Company, write, clock: Clock
) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    conversations = []
    for _ in range(4):
        conversations.append(write())
        clock.move(seconds=1)
    assert [offered_to(one) for one in conversations] == [ewa, ewa, ewa, None]

    answer_conversation(conversation=conversations[0], by=ewa)

    assert offered_to(conversations[3]) == ewa


def test_what_found_every_agent_ringing_is_looked_at_again_although_nothing_reminded_of_it(
    company: Company, write, clock: Clock
) -> None:
    """Two transactions that do not see each other: one frees the agent while the other finds nobody free."""
    ewa = make_agent(company, "Ewa", online=True)
    conversations = [write() for _ in range(4)]
    assert offered_to(conversations[3]) is None
    answer_conversation(conversation=conversations[0], by=ewa)
    Promise.objects.filter(kind="routing.agent_free").delete()

    clock.move(seconds=5)

    assert offered_to(conversations[3]) == ewa


@pytest.mark.parametrize("end", [close_conversation, ignore_conversation])
def test_ending_a_ringing_conversation_lets_the_next_one_ring(company: Company, write, end) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    conversations = [write() for _ in range(4)]
    assert [offered_to(one) for one in conversations] == [ewa, ewa, ewa, None]

    end(conversation=conversations[0], by=make_agent(company, "Boss"))

    assert offered_to(conversations[3]) == ewa
    assert outcomes(conversations[0]) == [("Ewa", "withdrawn")]


def test_a_transfer_hands_it_to_the_colleague_without_an_offer(company: Company, write) -> None:
    ewa, jan = make_agent(company, "Ewa", online=True), make_agent(company, "Jan", online=True)
    conversation = answer_conversation(conversation=write(), by=ewa)

    transfer_to_agent(conversation=conversation, by=ewa, to=jan)

    assert offered_to(conversation) is None
    assert (conversation.status, conversation.assignee) == (Status.ACTIVE, jan)
    assert list(Conversation.objects.get_queryset().mine(jan)) == [conversation]
    assert list(Conversation.objects.get_queryset().mine(ewa)) == []


def test_a_transfer_to_a_group_makes_it_wait_and_ring_there(company: Company, write) -> None:
    ewa = make_agent(company, "Ewa", online=True, groups=("Support",))
    seller = make_agent(company, "Seller", online=True, groups=("Sales",))
    conversation = answer_conversation(conversation=write(), by=ewa)

    transfer_to_group(conversation=conversation, by=ewa, to=make_group(company, "Sales"))

    assert offered_to(conversation) == seller
    assert conversation.assignee is None
    assert list(Conversation.objects.get_queryset().mine(ewa)) == []


def test_a_reply_sent_again_does_not_bring_its_author_back_after_a_transfer(company: Company, write) -> None:
    ewa, jan = make_agent(company, "Ewa", online=True), make_agent(company, "Jan", online=True)
    conversation = answer_conversation(conversation=write(), by=ewa)
    reply = {"conversation": conversation, "by": ewa, "client_id": new_id(), "text": "One moment"}
    first = send_reply(**reply)
    transfer_to_agent(conversation=conversation, by=ewa, to=jan)

    again = send_reply(**reply)

    assert (again.seq, again.is_new) == (first.seq, False)
    assert list(Conversation.objects.get_queryset().mine(ewa)) == []


def test_a_reply_sent_again_does_not_take_it_from_the_group_it_went_to(company: Company, write) -> None:
    ewa = make_agent(company, "Ewa", online=True, groups=("Support",))
    seller = make_agent(company, "Seller", online=True, groups=("Sales",))
    conversation = answer_conversation(conversation=write(), by=ewa)
    reply = {"conversation": conversation, "by": ewa, "client_id": new_id(), "text": "One moment"}
    send_reply(**reply)
    transfer_to_group(conversation=conversation, by=ewa, to=make_group(company, "Sales"))

    send_reply(**reply)

    assert offered_to(conversation) == seller


def test_closing_and_taking_up_again_leaves_nothing_ringing(company: Company, write, clock: Clock) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    conversation = write()
    close_conversation(conversation=conversation, by=ewa)
    reopen_conversation(conversation=conversation, by=ewa)
    clock.move(seconds=31)

    assert offered_to(conversation) is None
    assert (conversation.status, conversation.assignee) == (Status.ACTIVE, ewa)
    events = list(conversation.entries.filter(kind=Entry.Kind.EVENT).values_list("event", flat=True))
    assert events == ["started", "offered", "closed", "reopened"]


# --- What must never be false -------------------------------------------------------------------------------------


def test_the_database_refuses_a_second_open_offer_of_a_conversation(company: Company, write) -> None:
    make_agent(company, "Ewa", online=True)
    jan = make_agent(company, "Jan")
    conversation = write()
    now = timezone.now()

    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.create(conversation=conversation, agent=jan, round=1, offered_at=now, due_at=now)


def test_the_database_refuses_to_ask_an_agent_twice_in_a_round(company: Company, write) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    conversation = write()
    decline_offer(offer=open_offer(conversation), by=ewa)
    now = timezone.now()

    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.create(conversation=conversation, agent=ewa, round=1, offered_at=now, due_at=now)


def test_the_time_is_kept_although_no_alarm_ever_rang(company: Company, write, clock: Clock) -> None:
    """The broker lost everything: the sweep alone keeps the thirty seconds, and late is better than never."""
    make_agent(company, "First", online=True)
    conversation = write()
    clock.move(seconds=90)
    second = make_agent(company, "Second", online=True)

    assert offered_to(conversation) == second
    assert outcomes(conversation)[0] == ("First", "expired")
