"""The forms of working hours: a week with any number of intervals a day, and holidays."""

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.forms.company import time_zones
from agents.hours import clock_time
from agents.models import Company, Holiday, WorkingInterval

MIDNIGHT = WorkingInterval.MIDNIGHT
MOST_INTERVALS = 6
# What a company that never had hours sees first; it counts once it is saved.
USUAL_WEEK = {weekday: [("09:00", "17:00")] for weekday in range(5)}

_TIME = re.compile(r"(\d{1,2}):(\d{2})")


@dataclass
class Day:
    """A day of the week as it stands in the form: texts, until they are checked."""

    weekday: int
    rows: list[tuple[str, str]] = field(default_factory=list)
    error: str = ""

    @property
    def label(self) -> str:
        return str(WEEKDAYS[self.weekday])

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= MOST_INTERVALS

    def intervals(self) -> list[tuple[int, int]]:
        """The checked intervals, in order. Raises ValidationError."""
        intervals = sorted(interval for row in self.rows if (interval := _interval(*row)))
        for (_opens, closes), (opens, _closes) in pairwise(intervals):
            if opens < closes:
                words = {"time": clock_time(opens), "until": clock_time(closes)}
                raise ValidationError(
                    _("Two intervals overlap: one begins at %(time)s, before the other ends at %(until)s.")
                    % words
                )
        return intervals


def _interval(opens: str, closes: str) -> tuple[int, int] | None:
    if not opens and not closes:
        return None
    if not opens or not closes:
        raise ValidationError(_("Enter both times, or remove the interval."))
    start, end = _minute(opens), _minute(closes)
    if end == 0:
        end = MIDNIGHT
    if start >= end:
        words = {"opens": opens, "closes": closes}
        raise ValidationError(
            _(
                "%(opens)s–%(closes)s ends before it begins. For a night, enter it until 00:00 here, and the rest"
                " on the next day."
            )
            % words
        )
    return start, end


def _minute(text: str) -> int:
    found = _TIME.fullmatch(text)
    minute = int(found[1]) * 60 + int(found[2]) if found and int(found[2]) < 60 else MIDNIGHT + 1
    if minute > MIDNIGHT:
        raise ValidationError(_("“%(text)s” is no time of day. Write it like 09:30.") % {"text": text[:20]})
    return minute


class HoursForm(forms.Form):
    keeps_hours = forms.BooleanField(
        label=gettext_lazy("Keep working hours"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "switch", "role": "switch"}),
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))

    def __init__(self, data: QueryDict | None = None, *, company: Company) -> None:
        initial = {"keeps_hours": company.keeps_hours, "time_zone": company.time_zone}
        super().__init__(data, initial=initial)
        self.fields["time_zone"].choices = list(time_zones(company.time_zone))  # type: ignore[attr-defined]
        self.days = [Day(weekday) for weekday in range(7)]
        if data is None:
            self._fill_from(company)
        else:
            for day in self.days:
                opens, closes = data.getlist(f"from-{day.weekday}"), data.getlist(f"to-{day.weekday}")
                pairs = zip(opens[:MOST_INTERVALS], closes, strict=False)
                day.rows = [(start.strip(), end.strip()) for start, end in pairs]

    def _fill_from(self, company: Company) -> None:
        for interval in company.working_intervals.all():
            closes = clock_time(interval.closes % MIDNIGHT)
            self.days[interval.weekday].rows.append((clock_time(interval.opens), closes))
        if not company.keeps_hours and not any(day.rows for day in self.days):
            for weekday, rows in USUAL_WEEK.items():
                self.days[weekday].rows = list(rows)

    @property
    def intervals(self) -> list[tuple[int, int, int]]:
        """Of a valid form: (weekday, opens, closes)."""
        return [(day.weekday, *interval) for day in self.days for interval in day.intervals()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for day in self.days:
            try:
                day.intervals()
            except ValidationError as error:
                day.error = " ".join(error.messages)
        if any(day.error for day in self.days):
            raise ValidationError(_("Nothing was saved yet: look at the days that are marked."))
        if cleaned.get("keeps_hours") and not self.intervals:
            raise ValidationError(
                _(
                    "With these hours nobody would ever be there. Enter hours for a day, or switch working hours off."
                )
            )
        return cleaned

    # --- buttons that only change the form

    def rearrange(self, button: str) -> None:
        """Carry out "add 2", "remove 2 0" or "copy 2": the day's number, and of one interval its place."""
        action, *numbers = button.split()
        places = [int(number) for number in numbers if number.isascii() and number.isdigit()]
        if not places or places[0] > 6:
            return
        day = self.days[places[0]]
        if action == "add" and not day.is_full:
            day.rows.append(("", ""))
        elif action == "remove" and len(places) == 2 and places[1] < len(day.rows):
            del day.rows[places[1]]
        elif action == "copy":
            for other in self.days[:5]:
                other.rows = list(day.rows)


class HolidayForm(forms.ModelForm):
    class Meta:
        model = Holiday
        fields = ["date", "name"]
        widgets = {
            "date": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input"}),
            "name": forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        }
        error_messages = {"date": {"required": gettext_lazy("Choose a day.")}}
