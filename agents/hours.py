"""Working hours: whether a company works at a moment, and when that changes next (ST5).

The rule is one sentence: a company works while the clock on its wall shows a time inside an interval of that day,
unless the day is a holiday. So the hour that comes twice in autumn counts both times, and the one that spring leaves
out does not come at all. Pure functions of `Hours`; queries ask the database the same (agents/models/hours.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop

from agents.models import Company

# Whoever does not open within this time has no opening to be told of.
FARTHEST = timedelta(days=63)
WEEK = 7


@dataclass(frozen=True)
class Hours:
    """A company's week and holidays. Intervals are (weekday, opens, closes): Monday is 0, minutes of the day."""

    zone: ZoneInfo
    intervals: frozenset[tuple[int, int, int]]
    holidays: frozenset[date] = frozenset()

    def is_open(self, moment: datetime) -> bool:
        there = moment.astimezone(self.zone)
        if there.date() in self.holidays:
            return False
        minute = there.hour * 60 + there.minute
        return any(
            weekday == there.weekday() and opens <= minute < closes
            for weekday, opens, closes in self.intervals
        )

    def next_change(self, moment: datetime) -> datetime | None:
        """When it next opens or closes after this moment (UTC); None when it does not within two months."""
        if not self.intervals:
            return None
        now_open = self.is_open(moment)
        today = moment.astimezone(self.zone).date()
        for first in range(0, FARTHEST.days, WEEK):
            # A day more on either side: clocks that change may bring an instant of one day before those of another.
            days = (today + timedelta(days=first + count) for count in range(-1, WEEK + 1))
            instants = sorted({instant for day in days for instant in self._instants(day)})
            for instant in instants:
                if instant > moment and self.is_open(instant) != now_open:
                    return instant
        return None

    def _instants(self, day: date) -> Iterator[datetime]:
        """When something may change on a day of the company's calendar."""
        minutes = {0} | {
            minute
            for weekday, opens, closes in self.intervals
            if weekday == day.weekday()
            for minute in (opens, closes)
        }
        for minute in minutes:
            there = datetime.combine(day, time()) + timedelta(minutes=minute)
            # Times that come twice have two instants; of times that do not come, both are harmless.
            for fold in (0, 1):
                yield there.replace(tzinfo=self.zone, fold=fold).astimezone(UTC)
        if (turn := self._clock_change(day)) is not None:
            yield turn

    def _clock_change(self, day: date) -> datetime | None:
        """When the clocks change on that day: what opens in the hour that is left out opens then."""
        start = datetime.combine(day, time(), self.zone).astimezone(UTC)
        before, after = start, start + timedelta(hours=24)

        def offset(instant: datetime) -> timedelta | None:
            return instant.astimezone(self.zone).utcoffset()

        if offset(before) == offset(after):
            return None
        while after - before > timedelta(minutes=1):
            middle = before + timedelta(minutes=(after - before) // timedelta(minutes=2))
            before, after = (middle, after) if offset(middle) == offset(start) else (before, middle)
        return after


def hours_of(company: Company) -> Hours | None:
    """The company's hours; None when it keeps none and so always works."""
    if not company.keeps_hours:
        return None
    intervals = company.working_intervals.values_list("weekday", "opens", "closes")
    return Hours(
        company.zone, frozenset(intervals), frozenset(company.holidays.values_list("date", flat=True))
    )


def clock_time(minute: int) -> str:
    """A minute of the day as people write it: 1440 is 24:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


# --- Poland's public holidays ---------------------------------------------------------------------------------


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Gauss, Meeus)."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * sunday) // 451
    month, day = divmod(epact + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def polish_holidays(year: int) -> list[tuple[date, str]]:
    """The days off work of Polish law, Christmas Eve among them since 2025. Their names are kept in English; whoever
    looks reads them in their own language (`{{ name|holiday_name }}`)."""
    sunday = easter(year)
    days = [
        (date(year, 1, 1), gettext_noop("New Year's Day")),
        (date(year, 1, 6), gettext_noop("Epiphany")),
        (sunday, gettext_noop("Easter Sunday")),
        (sunday + timedelta(days=1), gettext_noop("Easter Monday")),
        (date(year, 5, 1), gettext_noop("Labour Day")),
        (date(year, 5, 3), gettext_noop("Constitution Day")),
        (sunday + timedelta(days=49), gettext_noop("Whit Sunday")),
        (sunday + timedelta(days=60), gettext_noop("Corpus Christi")),
        (date(year, 8, 15), gettext_noop("Assumption Day")),
        (date(year, 11, 1), gettext_noop("All Saints' Day")),
        (date(year, 11, 11), gettext_noop("Independence Day")),
        (date(year, 12, 25), gettext_noop("Christmas Day")),
        (date(year, 12, 26), gettext_noop("Second Day of Christmas")),
    ]
    if year >= 2025:
        days.append((date(year, 12, 24), gettext_noop("Christmas Eve")))
    return sorted(days)


POLISH_HOLIDAYS = frozenset(name for _day, name in polish_holidays(2025))
