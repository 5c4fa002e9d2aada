"""`{% load hours %}`: how it stands with the company's working hours."""

from dataclasses import dataclass
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from agents.hours import POLISH_HOLIDAYS, hours_of
from agents.models import Company

register = template.Library()


@dataclass(frozen=True)
class Standing:
    """Whether the company works now, and in words until when that holds ("tomorrow at 8:00"); empty: for long."""

    is_open: bool
    until: str = ""


@register.simple_tag
def working_hours(company: Company | None) -> Standing | None:
    """None when the company keeps no hours."""
    hours = hours_of(company) if company else None
    if hours is None:
        return None
    now = timezone.now()
    change = hours.next_change(now)
    until = in_words(change.astimezone(hours.zone), now.astimezone(hours.zone)) if change else ""
    return Standing(hours.is_open(now), until)


@register.filter
def holiday_name(name: str) -> str:
    """As whoever looks calls it; what a company has named itself stays as it is."""
    return _(name) if name in POLISH_HOLIDAYS else name


def in_words(moment: datetime, now: datetime) -> str:
    """A coming moment as one says it on the company's day: the closer it is, the fewer words."""
    words = {"time": f"{moment.hour}:{moment:%M}"}
    days = (moment.date() - now.date()).days
    if days <= 1:
        return (_("at %(time)s") if days <= 0 else _("tomorrow at %(time)s")) % words
    if days < 7:
        return _on_weekday(moment.weekday()) % words
    # Without its zone, which would be turned into that of the page.
    words["date"] = format_date(moment.replace(tzinfo=None), "j E")
    return _("on %(date)s at %(time)s") % words


def _on_weekday(weekday: int) -> str:
    return [
        _("on Monday at %(time)s"),
        _("on Tuesday at %(time)s"),
        _("on Wednesday at %(time)s"),
        _("on Thursday at %(time)s"),
        _("on Friday at %(time)s"),
        _("on Saturday at %(time)s"),
        _("on Sunday at %(time)s"),
    ][weekday]
