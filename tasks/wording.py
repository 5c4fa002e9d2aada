"""How a task's dates are put into words, by the clock and in the language of the page or the letter."""

from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tasks.models import Task


def due_words(task: Task) -> str:
    """The due date in full: in a letter, in the description of a task."""
    if task.due_at is None:
        return ""
    local = timezone.localtime(task.due_at)
    day = date_format(local, "DATE_FORMAT")
    return day if task.due_all_day else f"{day}, {date_format(local, 'H:i')}"


def due_briefly(task: Task, *, under_heading: str = "") -> str:
    """The due date in a row: the clock for today, names for the days around it. Under a heading that names the day only
    what it leaves open."""
    if task.due_at is None:
        return ""
    local = timezone.localtime(task.due_at)
    clock = _("all day") if task.due_all_day else date_format(local, "H:i")
    if under_heading in {"today", "tomorrow"}:
        return clock
    day = _day(local.date() - timezone.localdate())
    if not day:
        same_year = local.year == timezone.localdate().year
        form = (
            pgettext("format of a date in this year", "j M")
            if same_year
            else pgettext("format of a date in another year", "j M Y")
        )
        day = date_format(local, form)
        near = timedelta() < local.date() - timezone.localdate() < timedelta(days=7)
        day = f"{date_format(local, 'D')} {day}" if near else day
    if task.due_all_day:
        return day
    return clock if local.date() == timezone.localdate() else f"{day} {clock}"


def _day(away: timedelta) -> str:
    return {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}.get(away.days, "")
