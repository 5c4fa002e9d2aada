"""`{% load conversations %}`: how conversations are named and dated in lists, and the numbers in the top bar."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agents.models import Channel
from conversations import lists, wording
from conversations.models import Conversation
from conversations.timeline import iso

register = template.Library()

# Glyph, and the colour family that components.css knows.
CHANNELS = {
    Channel.CHAT: ("chat", "chat"),
    Channel.CALL_IN: ("phone-in", "phone"),
    Channel.CALL_OUT: ("phone-out", "phone"),
    Channel.SMS: ("sms", "sms"),
    Channel.EMAIL: ("mail", "email"),
    Channel.MESSENGER: ("messenger", "messenger"),
}


@register.filter
def channel_icon(channel: str) -> str:
    return CHANNELS.get(Channel(channel), ("chat", "chat"))[0]


@register.filter
def channel_family(channel: str) -> str:
    return CHANNELS.get(Channel(channel), ("chat", "chat"))[1]


@register.filter
def customer_label(conversation: Conversation) -> str:
    return wording.customer_label(conversation)


@register.filter
def initials(name: str) -> str:
    return "".join(part[0] for part in name.split()[:2] if part[0].isalnum()).upper()


@register.filter
def capped(count: int) -> str:
    return f"{lists.MOST_COUNTED}+" if count > lists.MOST_COUNTED else str(count)


@register.filter
def as_iso(moment: datetime | None) -> str:
    return iso(moment) if moment else ""


@register.filter
def when(moment: datetime | None) -> str:
    """A time in a list: the clock for today, "yesterday", else the date."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    days = (timezone.localdate() - local.date()).days
    if days == 0:
        return date_format(local, "H:i")
    if days == 1:
        return _("yesterday")
    if local.year == timezone.localdate().year:
        return date_format(local, pgettext("format of a date in this year", "j M"))
    return date_format(local, pgettext("format of a date in another year", "j M Y"))


@register.filter
def when_exactly(moment: datetime | None) -> str:
    """The same with the clock, for history, where times are absolute."""
    if moment is None:
        return ""
    clock = date_format(timezone.localtime(moment), "H:i")
    days = (timezone.localdate() - timezone.localtime(moment).date()).days
    if days == 0:
        return _("today %(time)s") % {"time": clock}
    return f"{when(moment)} {clock}"


@register.filter
def lasted(seconds: float) -> str:
    """A length of time in its largest unit, as static/js/times.js writes it."""
    units = [(86_400, _("%(n)s d")), (3600, _("%(n)s h")), (60, _("%(n)s min")), (1, _("%(n)s s"))]
    size, form = next((unit for unit in units if seconds >= unit[0]), units[-1])
    return (form % {"n": int(seconds // size)}).replace(" ", "\N{NO-BREAK SPACE}")


@register.filter
def waited(since: datetime | None) -> str:
    return lasted(max(0.0, (timezone.now() - since).total_seconds())) if since else ""


@register.filter
def first_reply_after(conversation: Conversation) -> str:
    if conversation.first_reply_at is None:
        return ""
    return lasted((conversation.first_reply_at - conversation.created_at).total_seconds())


@register.filter
def browser(user_agent: str) -> str:
    """Browser and system, as far as the user agent gives them away."""
    names = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]
    systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]
    found = [next((name for mark, name in known if mark in user_agent), "") for known in (names, systems)]
    return ", ".join(name for name in found if name)


@register.simple_tag(takes_context=True)
def counters(context: template.Context) -> dict[str, Any]:
    """The numbers of the top bar, asked for once a page."""
    request: Any = context.get("request")
    agent = getattr(request, "user", None)
    if agent is None or getattr(agent, "company_id", None) is None:
        return {}
    if not hasattr(request, "conversation_counters"):
        request.conversation_counters = lists.counters(agent)
    numbers: dict[str, Any] = request.conversation_counters
    return numbers
