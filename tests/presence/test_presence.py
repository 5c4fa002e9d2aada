"""Who is here (ST1-ST4): what an agent chose counts while some device gave a sign of life within two minutes, and
widgets are told the moment that changes."""

from collections.abc import Callable

import pytest
from django.test import Client

from agents.models import Agent, Channel, Company
from agents.presence import change_status, release_lease, renew_lease
from contactcenter.events import AgentStatusChanged, AvailabilityChanged
from contactcenter.models import Promise
from contactcenter.promises import sweep_promises
from contactcenter.realtime import company_agents, one_agent, widgets
from tests.clock import Clock
from tests.factories import (
    come_online,
    device_of,
    heartbeat,
    make_agent,
    make_company,
    make_conversation,
    make_group,
)
from tests.published import Published

Online = Callable[..., bool]


@pytest.fixture
def company(clock: Clock, published: Published) -> Company:
    return make_company()


@pytest.fixture
def widget_is_online(client: Client, company: Company) -> Online:
    """What a visitor's page is told when it asks; with `group=` as the widget of a group."""

    def ask(group: int | None = None) -> bool:
        sweep_promises()
        query = {"group": group} if group else {}
        return bool(client.get(f"/widget/{company.key}/status", query).json()["online"])

    return ask


def told_to_widgets(published: Published, company: Company, group: int | None = None) -> list[bool]:
    told = published.to(widgets(company.pk, group))
    return [event.online for event in told if isinstance(event, AvailabilityChanged)]


def work(clock: Clock, seconds: float) -> None:
    """Time passes, with the sweep coming by every second."""
    for _ in range(int(seconds)):
        clock.move(seconds=1)
        sweep_promises()


# --- the grace --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("closes", [True, False], ids=["closed the last tab", "lost the line without a word"])
def test_gone_for_two_minutes_is_offline_and_a_moment_less_is_not(
    company: Company, widget_is_online: Online, clock: Clock, closes: bool
) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    if closes:
        clock.move(seconds=9)
        release_lease(agent_id=ewa.pk, device=device_of(ewa))

    clock.move(seconds=119.999)
    assert widget_is_online() is True
    assert ewa.presence == "online"
    clock.move(seconds=0.001)

    assert widget_is_online() is False
    assert ewa.presence == "offline"


def test_a_killed_server_process_leaves_the_grace_too(
    company: Company, widget_is_online: Online, clock: Clock
) -> None:
    """Nobody told that the sockets are gone, and every promise was lost with the broker."""
    make_agent(company, "Ewa", online=True)
    Promise.objects.all().delete()

    clock.move(seconds=120)

    assert widget_is_online() is False


def test_coming_back_within_the_grace_changes_nothing_and_tells_nobody(
    company: Company, clock: Clock, published: Published
) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    sweep_promises()
    release_lease(agent_id=ewa.pk, device=device_of(ewa))
    published.clear()

    work(clock, 110)
    heartbeat(ewa, "phone")
    work(clock, 60)

    assert published == []
    assert ewa.is_present()


def test_coming_back_after_the_grace_brings_back_what_was_chosen_and_tells_everybody(
    company: Company, clock: Clock, published: Published
) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    work(clock, 121)
    published.clear()

    heartbeat(ewa)

    assert AgentStatusChanged(agent=ewa.pk, status="online") in published.to(company_agents(company.pk))
    assert told_to_widgets(published, company) == [True]


def test_who_was_gone_unnoticed_gets_what_has_come_in_the_meantime(company: Company, clock: Clock) -> None:
    """The clock process was away: nobody told that the agent had gone, so nobody was there to be told of a return."""
    ewa = make_agent(company, "Ewa", online=True)
    sweep_promises()
    clock.move(seconds=130)
    conversation = make_conversation(company)
    assert conversation.offers.count() == 0

    heartbeat(ewa)
    sweep_promises()

    assert [offer.agent for offer in conversation.offers.all()] == [ewa]


def test_heartbeats_keep_one_online_for_a_working_day(
    company: Company, clock: Clock, published: Published
) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    sweep_promises()
    published.clear()
    for _ in range(8 * 60):
        clock.move(minutes=1)
        heartbeat(ewa)
        sweep_promises()

    assert published == []
    assert Promise.objects.filter(kind="presence.lapse").count() == 1


def test_widgets_are_told_that_somebody_is_gone_within_the_sweep_after_the_grace(
    company: Company, clock: Clock, published: Published
) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    work(clock, 60)
    heartbeat(ewa)
    published.clear()

    work(clock, 119)
    assert told_to_widgets(published, company) == []
    work(clock, 1)

    assert told_to_widgets(published, company) == [False]
    assert AgentStatusChanged(agent=ewa.pk, status="offline") in published.to(one_agent(ewa.pk))


def test_a_line_that_was_silent_for_long_is_not_granted_its_silence_again(
    company: Company, clock: Clock
) -> None:
    """The server gives a half-open connection up after 45 seconds; the two minutes run since its last heartbeat."""
    from datetime import timedelta

    ewa = make_agent(company, "Ewa", online=True)
    clock.move(seconds=45)
    release_lease(agent_id=ewa.pk, device=device_of(ewa), silent_for=timedelta(seconds=45))

    clock.move(seconds=74)
    assert ewa.is_present()
    clock.move(seconds=1)
    assert not ewa.is_present()


def test_an_old_socket_that_closes_late_takes_nothing_from_the_new_one(
    company: Company, clock: Clock
) -> None:
    from datetime import timedelta

    ewa = make_agent(company, "Ewa", online=True)
    clock.move(seconds=45)
    heartbeat(ewa)
    release_lease(agent_id=ewa.pk, device=device_of(ewa), silent_for=timedelta(seconds=45))

    device = ewa.devices.get()
    assert device.is_connected and device.seen_at == clock.now


# --- chosen by hand ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["break", "offline"])
def test_what_is_chosen_by_hand_counts_at_once(
    company: Company, widget_is_online: Online, published: Published, status: str
) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    assert widget_is_online() is True
    published.clear()

    screen = Client()
    screen.force_login(ewa, backend="django.contrib.auth.backends.ModelBackend")
    screen.post("/status/", {"status": status})

    assert told_to_widgets(published, company) == [False]
    assert widget_is_online() is False


def test_a_status_is_the_agents_and_reaches_every_device(company: Company, published: Published) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    heartbeat(ewa, "phone")
    published.clear()

    change_status(agent=ewa, status=Agent.Status.BREAK)

    changed = AgentStatusChanged(agent=ewa.pk, status="break")
    assert changed in published.to(one_agent(ewa.pk)) and changed in published.to(company_agents(company.pk))


def test_with_two_devices_one_that_closes_changes_nothing(
    company: Company, widget_is_online: Online, clock: Clock
) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    heartbeat(ewa, "phone")
    release_lease(agent_id=ewa.pk, device=device_of(ewa, "laptop"))
    for _ in range(30):
        clock.move(seconds=10)
        heartbeat(ewa, "phone")
        assert widget_is_online() is True

    clock.move(seconds=120)
    assert widget_is_online() is False


def test_choosing_online_without_any_open_screen_brings_nobody_online(
    company: Company, widget_is_online: Online
) -> None:
    ewa = make_agent(company, "Ewa")
    change_status(agent=ewa, status=Agent.Status.ONLINE)

    assert widget_is_online() is False


def test_an_open_screen_of_somebody_who_is_offline_brings_nobody_online(
    company: Company, widget_is_online: Online
) -> None:
    heartbeat(make_agent(company, "Ewa"))

    assert widget_is_online() is False


# --- groups -----------------------------------------------------------------------------------------------------


def test_an_agent_counts_for_the_widgets_of_their_groups_and_for_that_of_the_company(
    company: Company, widget_is_online: Online, published: Published
) -> None:
    sales, support = make_group(company, "Sales"), make_group(company, "Support")
    published.clear()
    make_agent(company, "Seller", online=True, groups=("Sales",))

    assert (widget_is_online(sales.pk), widget_is_online(support.pk), widget_is_online()) == (
        True,
        False,
        True,
    )
    assert told_to_widgets(published, company, sales.pk)[-1] is True
    assert told_to_widgets(published, company, support.pk)[-1] is False


def test_one_agent_without_a_group_turns_every_widget_on_and_off(
    company: Company, widget_is_online: Online
) -> None:
    groups = [make_group(company, name).pk for name in ("Sales", "Support")]
    eva = make_agent(company, "Eva", online=True)
    assert [widget_is_online(group) for group in (None, *groups)] == [True] * 3

    change_status(agent=eva, status=Agent.Status.OFFLINE)
    assert [widget_is_online(group) for group in (None, *groups)] == [False] * 3


def test_another_companys_agents_turn_nothing_on(company: Company, widget_is_online: Online) -> None:
    make_agent(make_company("Baker"), "Stranger", online=True)

    assert widget_is_online() is False


def test_who_takes_no_part_in_chat_turns_no_chat_on(company: Company, widget_is_online: Online) -> None:
    make_agent(company, "Mailer", online=True, channels=[Channel.EMAIL])

    assert widget_is_online() is False


def test_widgets_learn_first_names_of_three_agents_and_nothing_else(
    company: Company, client: Client, published: Published
) -> None:
    for name in ("Ewa", "Jan", "Eva", "Ola"):
        come_online(make_agent(company, name, last_name="Kowalska"))

    said = client.get(f"/widget/{company.key}/status").json()

    assert len(said["agents"]) == 3
    assert all(agent.keys() == {"name", "avatar"} for agent in said["agents"])
    assert "Kowalska" not in str(said) and "@" not in str(said)
    assert told_to_widgets(published, company)[-1] is True


def test_two_tabs_that_wake_at_once_make_one_device_each(company: Company) -> None:
    ewa = make_agent(company, "Ewa")
    for device in ("tab-one-one", "tab-two-two", "tab-one-one"):
        renew_lease(agent_id=ewa.pk, device=device)

    assert ewa.devices.count() == 2
