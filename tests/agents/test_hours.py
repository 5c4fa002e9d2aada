"""Working hours (ST5): the company's own clock decides, also on the nights when the clocks change, and whoever looks at
the widget, the workspace or what waits sees the same."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from agents.availability import widget_availability
from agents.hours import Hours, hours_of
from agents.models import Agent, Channel, Company
from agents.opening import add_holidays, save_hours
from contactcenter.events import AvailabilityChanged, HoursTurned
from contactcenter.models import Promise
from contactcenter.promises import sweep_promises
from contactcenter.realtime import company_agents, widgets
from conversations.models import Conversation
from tests.clock import Clock
from tests.factories import come_online, heartbeat, make_agent, make_company, make_conversation
from tests.published import Published

WARSAW = ZoneInfo("Europe/Warsaw")
OFFICE = [(weekday, 9 * 60, 17 * 60) for weekday in range(5)]
# Friday 20 November 2026, noon in Warsaw.
FRIDAY_NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours_on(weekday: int, *intervals: tuple[str, str], holidays: tuple[date, ...] = ()) -> Hours:
    minutes = [tuple(int(time[:2]) * 60 + int(time[3:]) for time in interval) for interval in intervals]
    return Hours(WARSAW, frozenset((weekday, *both) for both in minutes), frozenset(holidays))


# --- what the clock on the wall shows -----------------------------------------------------------------------------

SUNDAY = 6
# In 2026 the clocks change on 29 March (2:00 → 3:00, at 01:00 UTC) and on 25 October (3:00 → 2:00, at 01:00 UTC).
NIGHTS = [
    # an interval over the change, in spring: two and a half hours by the clock are one and a half
    ("01:00", "03:30", "2026-03-28T23:59", False, "2026-03-29T00:00"),
    ("01:00", "03:30", "2026-03-29T00:00", True, "2026-03-29T01:30"),
    ("01:00", "03:30", "2026-03-29T01:00", True, "2026-03-29T01:30"),
    ("01:00", "03:30", "2026-03-29T01:30", False, "2026-04-04T23:00"),
    # and in autumn: they are three and a half
    ("01:00", "03:30", "2026-10-24T22:59", False, "2026-10-24T23:00"),
    ("01:00", "03:30", "2026-10-24T23:00", True, "2026-10-25T02:30"),
    ("01:00", "03:30", "2026-10-25T00:30", True, "2026-10-25T02:30"),
    ("01:00", "03:30", "2026-10-25T01:30", True, "2026-10-25T02:30"),
    ("01:00", "03:30", "2026-10-25T02:30", False, "2026-11-01T00:00"),
    # the hour that does not come in spring: closed all night, until the next Sunday
    ("02:00", "03:00", "2026-03-29T00:59", False, "2026-04-05T00:00"),
    ("02:00", "03:00", "2026-03-29T01:00", False, "2026-04-05T00:00"),
    # what would open in it opens when the clocks change
    ("02:30", "04:00", "2026-03-29T00:59", False, "2026-03-29T01:00"),
    ("02:30", "04:00", "2026-03-29T01:00", True, "2026-03-29T02:00"),
    # what would close in it closes then
    ("01:00", "02:30", "2026-03-29T00:59", True, "2026-03-29T01:00"),
    # the hour that comes twice in autumn counts both times
    ("02:00", "03:00", "2026-10-24T23:59", False, "2026-10-25T00:00"),
    ("02:00", "03:00", "2026-10-25T00:59", True, "2026-10-25T02:00"),
    ("02:00", "03:00", "2026-10-25T01:00", True, "2026-10-25T02:00"),
    ("02:00", "03:00", "2026-10-25T02:00", False, "2026-11-01T01:00"),
    # half of it: twice
    ("02:00", "02:30", "2026-10-25T00:29", True, "2026-10-25T00:30"),
    ("02:00", "02:30", "2026-10-25T00:30", False, "2026-10-25T01:00"),
    ("02:00", "02:30", "2026-10-25T01:00", True, "2026-10-25T01:30"),
]


@pytest.mark.parametrize(("opens", "closes", "moment", "is_open", "change"), NIGHTS)
def test_the_nights_when_the_clocks_change(
    opens: str, closes: str, moment: str, is_open: bool, change: str
) -> None:
    hours = hours_on(SUNDAY, (opens, closes))

    assert hours.is_open(utc(moment)) is is_open
    assert hours.next_change(utc(moment)) == utc(change)


DAYS = [
    # (moment in UTC; Warsaw is an hour ahead in November), open?, next change
    ("2026-11-20T07:59", False, "2026-11-20T08:00"),  # Friday
    ("2026-11-20T08:00", True, "2026-11-20T11:00"),
    ("2026-11-20T11:00", False, "2026-11-20T12:00"),  # the break
    ("2026-11-20T12:00", True, "2026-11-20T23:00"),  # closes at 24:00
    ("2026-11-20T22:59:59", True, "2026-11-20T23:00"),
    ("2026-11-20T23:00", False, "2026-11-27T08:00"),
]


@pytest.mark.parametrize(("moment", "is_open", "change"), DAYS)
def test_a_day_with_a_break(moment: str, is_open: bool, change: str) -> None:
    hours = hours_on(4, ("09:00", "12:00"), ("13:00", "24:00"))

    assert hours.is_open(utc(moment)) is is_open
    assert hours.next_change(utc(moment)) == utc(change)


def test_what_goes_on_over_midnight_does_not_turn_there() -> None:
    hours = Hours(WARSAW, frozenset({(4, 22 * 60, 24 * 60), (5, 0, 6 * 60)}))

    assert hours.next_change(utc("2026-11-20T21:30")) == utc("2026-11-21T05:00")


def test_a_holiday_is_closed_whatever_the_week_says() -> None:
    hours = hours_on(4, ("00:00", "24:00"), holidays=(date(2026, 11, 20),))

    assert hours.is_open(FRIDAY_NOON) is False
    assert hours.next_change(FRIDAY_NOON) == utc("2026-11-26T23:00")


@pytest.mark.parametrize("week", [[], [(day, 0, 1440) for day in range(7)]], ids=["never", "always"])
def test_who_never_turns_has_no_next_change(week: list[tuple[int, int, int]]) -> None:
    assert Hours(WARSAW, frozenset(week)).next_change(FRIDAY_NOON) is None


def test_the_next_change_is_the_first_moment_at_which_anything_is_different() -> None:
    """Against a walk minute by minute, over both nights and with odd intervals."""
    chance = random.Random(7)
    for night in ("2026-03-28T20:00", "2026-10-24T20:00"):
        for _ in range(8):
            week = frozenset((weekday, *sorted(chance.sample(range(0, 300, 15), 2))) for weekday in (5, 6, 6))
            hours = Hours(WARSAW, week)
            start = utc(night) + timedelta(minutes=chance.randrange(600))
            minute = start
            while hours.is_open(minute) == hours.is_open(start) and minute < start + timedelta(days=1):
                minute = (minute + timedelta(minutes=1)).replace(second=0)
            change = hours.next_change(start)
            assert change is not None
            if minute < start + timedelta(days=1):
                assert change == minute, (sorted(week), start)
            else:
                assert change >= minute, (sorted(week), start)


# --- the same in queries ------------------------------------------------------------------------------------------


@pytest.fixture
def company(clock: Clock, published: Published) -> Company:
    clock.move_to(FRIDAY_NOON)
    return make_company()


def keep(company: Company, *intervals: tuple[int, int, int], zone: str = "Europe/Warsaw") -> None:
    save_hours(company=company, keeps_hours=True, time_zone=zone, intervals=intervals)
    company.refresh_from_db()


ZONES = ["Europe/Warsaw", "America/Port-au-Prince", "Asia/Kolkata", "Pacific/Kiritimati", "UTC"]


@pytest.mark.parametrize("zone", ZONES)
def test_queries_say_the_same_as_the_clock_on_the_wall(company: Company, clock: Clock, zone: str) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    chance = random.Random(zone)
    week = [(weekday, *sorted(chance.sample(range(0, 1440, 30), 2))) for weekday in range(7)]
    keep(company, *week, zone=zone)
    add_holidays(company=company, days=[(date(2026, 10, 24), ""), (date(2026, 3, 29), "")])
    hours = hours_of(company)
    assert hours is not None
    found = set()
    for night in ("2026-03-28T00:00", "2026-10-24T00:00"):
        for _ in range(40):
            clock.move_to(utc(night) + timedelta(minutes=chance.randrange(4 * 1440)))
            heartbeat(ewa)
            available = Agent.objects.get_queryset().available(Channel.CHAT).filter(pk=ewa.pk).exists()
            assert available == hours.is_open(clock.now), clock.now
            found.add(available)
    assert found == {True, False}


def test_without_working_hours_a_widget_costs_one_query(
    company: Company, django_assert_num_queries: Callable
) -> None:
    make_agent(company, "Ewa", online=True)
    with django_assert_num_queries(1):
        assert widget_availability(company.pk)["online"] is True
    keep(company, *OFFICE)
    with django_assert_num_queries(1):
        assert widget_availability(company.pk)["online"] is True


# --- the doors open and close -------------------------------------------------------------------------------------


def told_to_widgets(published: Published, company: Company) -> list[bool]:
    told = published.to(widgets(company.pk, None))
    return [event.online for event in told if isinstance(event, AvailabilityChanged)]


def go_on(clock: Clock, agent: Agent, moment: datetime) -> None:
    """Time passes until then, with the agent's screen open; the clock process comes by in the end."""
    clock.move_to(moment)
    heartbeat(agent)
    sweep_promises()


def test_widgets_and_agents_are_told_when_the_doors_close_and_open(
    company: Company, clock: Clock, published: Published
) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    keep(company, *OFFICE)
    go_on(clock, ewa, utc("2026-11-20T15:59:30"))
    published.clear()

    go_on(clock, ewa, utc("2026-11-20T16:00"))
    assert told_to_widgets(published, company) == [False]
    assert HoursTurned(open=False) in published.to(company_agents(company.pk))

    go_on(clock, ewa, utc("2026-11-23T07:59"))
    published.clear()
    go_on(clock, ewa, utc("2026-11-23T08:00"))
    assert told_to_widgets(published, company) == [True]
    assert HoursTurned(open=True) in published.to(company_agents(company.pk))


def test_outside_working_hours_nobody_is_asked_and_in_the_morning_what_waits_is_offered(
    company: Company, clock: Clock
) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    keep(company, *OFFICE)
    go_on(clock, ewa, utc("2026-11-20T20:00"))

    conversation = make_conversation(company)
    for minutes in range(1, 4):
        go_on(clock, ewa, utc("2026-11-20T20:00") + timedelta(minutes=minutes))
    assert conversation.offers.count() == 0
    come_online(ewa)
    sweep_promises()
    assert conversation.offers.count() == 0

    go_on(clock, ewa, utc("2026-11-23T07:59"))
    assert conversation.offers.count() == 0
    go_on(clock, ewa, utc("2026-11-23T08:00"))
    sweep_promises()

    conversation.refresh_from_db()
    assert conversation.status == Conversation.Status.OFFERED
    assert [offer.agent for offer in conversation.offers.all()] == [ewa]


def test_what_rings_when_the_doors_close_can_still_be_answered(company: Company, clock: Clock) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    keep(company, *OFFICE)
    go_on(clock, ewa, utc("2026-11-20T15:59:50"))
    conversation = make_conversation(company)

    go_on(clock, ewa, utc("2026-11-20T16:00:05"))

    screen = Client()
    screen.force_login(ewa, backend="django.contrib.auth.backends.ModelBackend")
    screen.post(f"/conversations/{conversation.pk}/answer/")
    conversation.refresh_from_db()
    assert conversation.assignee == ewa


def test_a_turn_that_comes_late_says_how_it_stands_then(
    company: Company, clock: Clock, published: Published
) -> None:
    """No clock ran over the weekend: the promise of Friday's closing is kept on Monday morning."""
    ewa = make_agent(company, "Ewa", online=True)
    keep(company, *OFFICE)
    published.clear()

    go_on(clock, ewa, utc("2026-11-23T10:00"))

    assert told_to_widgets(published, company)[-1] is True
    assert Promise.objects.get(kind="hours.turn").due_at == utc("2026-11-23T16:00")


def test_hours_that_are_changed_meanwhile_turn_when_they_now_say(
    company: Company, clock: Clock, published: Published
) -> None:
    ewa = make_agent(company, "Ewa", online=True)
    keep(company, *OFFICE)
    keep(company, *OFFICE, zone="Europe/London")
    assert Promise.objects.get(kind="hours.turn").due_at == utc("2026-11-20T17:00")

    go_on(clock, ewa, utc("2026-11-20T16:00"))
    assert widget_availability(company.pk)["online"] is True

    save_hours(company=company, keeps_hours=False, time_zone="Europe/London", intervals=OFFICE)
    go_on(clock, ewa, utc("2026-11-20T17:00"))
    published.clear()
    go_on(clock, ewa, utc("2026-11-21T12:00"))
    assert widget_availability(company.pk)["online"] is True
    assert HoursTurned(open=False) not in published.to(company_agents(company.pk))
    assert not Promise.objects.filter(kind="hours.turn").exists()


def test_opening_a_large_company_takes_no_more_statements(
    clock: Clock, published: Published, django_assert_max_num_queries: Callable
) -> None:
    clock.move_to(FRIDAY_NOON)
    statements = []
    for people in (2, 40):
        company = make_company()
        for number in range(people):
            make_agent(company, f"Agent{number}", online=True)
        Promise.objects.all().delete()
        with django_assert_max_num_queries(40) as asked:
            keep(company, *OFFICE)
        statements.append(len(asked))
        assert Promise.objects.filter(kind="routing.agent_came").count() == people

    assert statements[0] == statements[1]
