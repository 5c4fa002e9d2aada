"""A company opens and closes: its people change its hours, and at every turn whoever is looking is told (ST5).

That an agent is unavailable outside working hours is true by itself (agents/models/hours.py). The promise "hours.turn",
one for each company, only tells the open screens and wakes routing at the right moment. See docs/hours.md.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from agents.hours import hours_of
from agents.models import Company, Holiday, WorkingInterval
from agents.presence import tell_company
from contactcenter.events import HoursTurned, publish
from contactcenter.promises import keeps, make_promise
from contactcenter.realtime import company_agents

# Looked at once a week at least, also where nothing changes for longer.
FARTHEST_LOOK = timedelta(days=7)

# (weekday, opens, closes), as in agents.hours.Hours.
Interval = tuple[int, int, int]


def _locked(company_id: int) -> Company | None:
    """The company, locked, so that nobody computes its next turn from hours that somebody is changing."""
    companies = Company.objects.select_for_update(of=("self",), no_key=True)
    return companies.filter(pk=company_id).first()


@transaction.atomic
def save_hours(*, company: Company, keeps_hours: bool, time_zone: str, intervals: Iterable[Interval]) -> None:
    """The company's week, in whole. The rows' own constraints refuse what is no interval."""
    locked = _locked(company.pk)
    if locked is None:
        return
    locked.keeps_hours, locked.time_zone = keeps_hours, time_zone
    locked.save(update_fields=["keeps_hours", "time_zone"])
    locked.working_intervals.all().delete()
    WorkingInterval.objects.bulk_create(
        WorkingInterval(company=locked, weekday=weekday, opens=opens, closes=closes)
        for weekday, opens, closes in sorted(intervals)
    )
    _tell_and_promise(locked)


@transaction.atomic
def add_holidays(*, company: Company, days: Iterable[tuple[date, str]]) -> int:
    """Days on which the company does not work; those that it has already stay as they are. Returns how many are new."""
    locked = _locked(company.pk)
    if locked is None:
        return 0
    known = set(locked.holidays.values_list("date", flat=True))
    fresh = {day: name for day, name in days if day not in known}
    Holiday.objects.bulk_create(
        Holiday(company=locked, date=day, name=name[:80]) for day, name in fresh.items()
    )
    _tell_and_promise(locked)
    return len(fresh)


@transaction.atomic
def remove_holiday(*, company: Company, holiday_id: int) -> Holiday | None:
    """What was removed; None when the company has no such holiday (any more)."""
    locked = _locked(company.pk)
    holiday = locked and locked.holidays.filter(pk=holiday_id).first()
    if not locked or not holiday:
        return None
    Holiday.objects.filter(pk=holiday.pk).delete()
    _tell_and_promise(locked)
    return holiday


def follow_hours(*, company: Company) -> None:
    """Whoever changed the company's hours or time zone elsewhere, inside their transaction: tell, and look ahead."""
    _tell_and_promise(company)


@keeps("hours.turn")
def turn(*, company_id: int) -> None:
    """The hour has come, or an hour that was meant has been changed since: say how it stands, and look ahead."""
    company = _locked(company_id)
    if company is not None and company.keeps_hours:
        _tell_and_promise(company)


def _tell_and_promise(company: Company) -> None:
    now = timezone.now()
    hours = hours_of(company)
    is_open = hours is None or hours.is_open(now)
    publish(HoursTurned(open=is_open), company_agents(company.pk))
    tell_company(company, is_open=is_open)
    if hours is not None:
        farthest = now + FARTHEST_LOOK
        due_at = min(hours.next_change(now) or farthest, farthest)
        make_promise("hours.turn", key=str(company.pk), due_at=due_at, company_id=company.pk)
