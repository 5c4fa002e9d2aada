"""A visitor wrote while somebody was online and left before anybody joined: who is written to, when, and in which cases
nobody is (NO3). The cases are those of docs/notices.md."""

import pytest

from agents.models import Agent, Company, Plan
from contactcenter.models import Promise
from contactcenter.promises import sweep_promises
from conversations.actions import (
    answer_conversation,
    close_conversation,
    ignore_conversation,
    transfer_to_agent,
    transfer_to_group,
)
from conversations.models import Offer
from conversations.routing import decline_offer
from conversations.timeline import add_customer_message
from tests.clock import Clock
from tests.factories import come_online, heartbeat, make_agent, make_group
from tests.notices.conftest import Guest, Wait, addressed, answer, go_offline, letters, signed_in


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", last_name="Lis", online=True)


# --- sent ---------------------------------------------------------------------------------------------------------


def test_a_visitor_who_left_before_anybody_joined_is_told_to_every_active_agent(
    guest: Guest, ewa: Agent, jan: Agent, clock: Clock, wait: Wait
) -> None:
    guest.write("About my invoice")
    guest.stay(clock, 60)
    wait(seconds=70)
    assert letters() == []
    wait(seconds=30)

    assert addressed() == sorted([ewa.email, jan.email])
    assert all("About my invoice" in letter.text for letter in letters())


def test_who_wrote_and_left_at_once_is_told_too(guest: Guest, ewa: Agent, wait: Wait) -> None:
    guest.write()
    wait(seconds=95)

    assert addressed() == [ewa.email]


def test_who_comes_back_and_leaves_again_without_a_word_is_told_once(
    guest: Guest, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    guest.write()
    wait(minutes=2)
    assert len(letters()) == 1
    guest.say()
    guest.stay(clock, 60)
    wait(minutes=5)

    assert len(letters()) == 1


def test_who_comes_back_writes_more_and_leaves_again_is_told_anew_with_the_new_words(
    guest: Guest, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    guest.write("About my invoice")
    wait(minutes=2)
    heartbeat(ewa)
    guest.say()
    guest.stay(clock, 20)
    guest.write("Number 10455")
    guest.stay(clock, 20)
    assert len(letters()) == 1
    wait(minutes=2)

    _, second = letters()
    assert "Number 10455" in second.text and "About my invoice" not in second.text


def test_opening_without_joining_is_not_answering(guest: Guest, ewa: Agent, wait: Wait) -> None:
    conversation = guest.write()
    signed_in(ewa).get(f"/conversations/{conversation.pk}/")
    wait(minutes=2)

    assert addressed() == [ewa.email]


def test_everybody_going_home_while_the_visitor_waits_makes_it_missed_all_the_same(
    guest: Guest, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    guest.write()
    go_offline(ewa)
    guest.stay(clock, 180)
    assert letters() == []
    wait(minutes=2)

    assert addressed() == [ewa.email]


def test_a_visitor_is_found_gone_after_everything_was_killed(guest: Guest, ewa: Agent, clock: Clock) -> None:
    """No connection was closed in order, nobody noted anything; an hour later somebody looks at the rows."""
    guest.write()
    clock.move(hours=1)
    sweep_promises()

    assert addressed() == [ewa.email]


def test_a_message_is_a_sign_of_life_although_no_ping_followed(
    guest: Guest, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    """The way of a message writes no lease; the message itself tells."""
    conversation = guest.write()
    for _ in range(5):
        clock.move(seconds=60)
        add_customer_message(
            conversation_id=conversation.pk, client_id=f"later-{clock.now:%H%M%S}", text="Hm"
        )
        sweep_promises()
    assert letters() == []
    wait(seconds=95)

    assert addressed() == [ewa.email]


# --- not sent -----------------------------------------------------------------------------------------------------


def test_not_to_who_has_switched_it_off(guest: Guest, ewa: Agent, jan: Agent, wait: Wait) -> None:
    Agent.objects.filter(pk=ewa.pk).update(mails_missed=False)
    guest.write()
    wait(minutes=2)

    assert addressed() == [jan.email]


def test_not_in_the_free_plan(guest: Guest, company: Company, ewa: Agent, wait: Wait) -> None:
    Company.objects.filter(pk=company.pk).update(plan=Plan.FREE)
    guest.write()
    wait(minutes=10)

    assert letters() == []


@pytest.mark.parametrize("plan", [Plan.STANDARD, Plan.PRO])
def test_in_the_paid_plans(guest: Guest, company: Company, ewa: Agent, plan: str, wait: Wait) -> None:
    Company.objects.filter(pk=company.pk).update(plan=plan)
    guest.write()
    wait(minutes=2)

    assert addressed() == [ewa.email]


def test_not_when_an_agent_joined_before_they_left(guest: Guest, ewa: Agent, wait: Wait) -> None:
    conversation = guest.write()
    wait(seconds=70)
    answer(conversation, ewa)
    wait(minutes=10)

    assert letters() == []


def test_not_when_an_agent_joined_and_handed_it_to_a_group_where_it_waits(
    guest: Guest, company: Company, ewa: Agent, wait: Wait
) -> None:
    conversation = guest.write()
    conversation = answer_conversation(conversation=conversation, by=ewa)
    transfer_to_group(conversation=conversation, by=ewa, to=make_group(company, "Sales"))
    wait(minutes=10)

    assert letters() == []


def test_not_when_it_was_given_to_a_colleague(guest: Guest, ewa: Agent, jan: Agent, wait: Wait) -> None:
    transfer_to_agent(conversation=guest.write(), by=ewa, to=jan)
    wait(minutes=10)

    assert letters() == []


@pytest.mark.parametrize("end", [close_conversation, ignore_conversation])
def test_not_when_an_agent_closed_or_ignored_it(guest: Guest, ewa: Agent, end, wait: Wait) -> None:
    end(conversation=guest.write(), by=ewa)
    wait(minutes=10)

    assert letters() == []


@pytest.mark.parametrize("every", [10, 60], ids=["tab in front", "tab in the background"])
def test_not_while_the_page_stays_open(guest: Guest, ewa: Agent, clock: Clock, every: int) -> None:
    """A browser lets a page in the background speak once a minute."""
    guest.write()
    for _ in range(5):
        heartbeat(ewa)
        guest.stay(clock, 120, every=every)

    assert letters() == []


def test_a_page_change_is_not_leaving(guest: Guest, ewa: Agent, clock: Clock) -> None:
    """The connection ends with the page, and the next page says hello."""
    guest.write()
    for _ in range(10):
        guest.stay(clock, 40)
        clock.move(seconds=25)
        sweep_promises()
        guest.say()

    assert letters() == []


def test_offers_that_run_out_are_not_leaving(guest: Guest, ewa: Agent, clock: Clock) -> None:
    conversation = guest.write()
    decline_offer(offer=Offer.objects.get(conversation=conversation), by=ewa)
    for _ in range(10):
        heartbeat(ewa)
        guest.stay(clock, 60)

    assert letters() == []


def test_what_began_offline_can_be_missed_once_somebody_is_online(
    guest: Guest, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    go_offline(ewa)
    guest.write("First")
    wait(minutes=2)
    assert len(letters()) == 1
    come_online(ewa)
    guest.write("Second")
    guest.stay(clock, 30)
    wait(minutes=10)

    _, missed = letters()
    assert "Second" in missed.text
    assert "First" not in missed.text


def test_so_it_can_when_somebody_came_before_the_offline_mail_went(
    guest: Guest, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    go_offline(ewa)
    guest.write("First")
    wait(minutes=1)
    come_online(ewa)
    guest.write("Second")
    wait(minutes=10)

    (missed,) = letters()
    assert "First" in missed.text
    assert "Second" in missed.text


def test_what_was_written_to_nobody_is_not_missed_when_somebody_comes(
    guest: Guest, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    go_offline(ewa)
    guest.write("First")
    wait(minutes=2)
    come_online(ewa)
    guest.stay(clock, 30)
    wait(minutes=10)

    assert len(letters()) == 1


# --- the lease ----------------------------------------------------------------------------------------------------


def test_a_visitor_is_written_down_every_half_minute_at_most(guest: Guest, ewa: Agent, clock: Clock) -> None:
    guest.write()
    writes = []
    for _ in range(12):
        clock.move(seconds=5)
        heartbeat(ewa)
        with_lease = Promise.objects.get(kind="chat.left").due_at
        guest.say(("ping", {}))
        writes.append(Promise.objects.get(kind="chat.left").due_at != with_lease)

    assert writes.count(True) == 2


def test_nobody_asks_where_a_visitor_is_who_talks_with_an_agent(
    guest: Guest, ewa: Agent, clock: Clock
) -> None:
    answer(guest.write(), ewa)
    clock.move(seconds=91)
    sweep_promises()
    guest.stay(clock, 120)

    assert not Promise.objects.filter(kind="chat.left").exists()
