"""Days as the company's clocks show them: which of them a task is due on (TA2). A day begins at its own midnight, also
in the nights in which the clocks are changed."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

MOMENT = timedelta(microseconds=1)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins. Where its midnight does not exist, that is the moment the clocks jump."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last moment of the day."""
    return start_of(day + timedelta(days=1), zone) - MOMENT


def moment_of(day: date, clock: time, zone: ZoneInfo) -> datetime | None:
    """When the company's clocks show this; None when they jump over it. Shown twice, it is meant the first time."""
    local = datetime.combine(day, clock, tzinfo=zone)
    moment = local.astimezone(UTC)
    shown = moment.astimezone(zone).replace(tzinfo=None)
    return moment if shown == local.replace(tzinfo=None) else None


@dataclass(frozen=True)
class Calendar:
    """The borders between what is overdue, due today, tomorrow, this week and later."""

    now: datetime
    today: datetime
    tomorrow: datetime
    day_after: datetime
    # The next Monday, or the day after tomorrow if that is later.
    next_week: datetime


def calendar(zone: ZoneInfo) -> Calendar:
    now = timezone.now()
    today = now.astimezone(zone).date()
    day_after = start_of(today + timedelta(days=2), zone)
    monday = start_of(today + timedelta(days=7 - today.weekday()), zone)
    return Calendar(
        now=now,
        today=start_of(today, zone),
        tomorrow=start_of(today + timedelta(days=1), zone),
        day_after=day_after,
        next_week=max(monday, day_after),
    )
