"""The transcript of a conversation by e-mail, for a visitor who asks for it (WI7).

Anybody may name any address, so it must be of no use to whoever wants to bother strangers: only conversations in which
somebody answered, few of them in an hour and to one address in a day, no links but to files and to the company, nothing
that hides in the writing, and agents see in the timeline where it went.
"""

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from textwrap import wrap
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from chat.letters import day_words, plain, without_tricks
from chat.limits import TRANSCRIPTS, TRANSCRIPTS_FROM_ADDRESS, TRANSCRIPTS_TO_ADDRESS, address_limit, too_much
from chat.visits import Visit
from chat.widget_colours import palette
from contactcenter.outbox import post_mail
from conversations.attachments import IN_MAIL, customers_path
from conversations.models import Conversation, Entry
from conversations.timeline import add_event

# Of a long conversation the end, of a long text the beginning.
MOST_ENTRIES, LONGEST_TEXT = 300, 4000
# Of one conversation in a day, however many browsers and addresses ask.
MOST_A_DAY = 5
TOGETHER = timedelta(minutes=5)


class NothingToSend(Exception):
    """Nobody has answered in this conversation."""


@dataclass(frozen=True)
class Item:
    """A message: words, or a file with its address."""

    text: str
    url: str = ""
    size: str = ""


@dataclass
class Turn:
    """Messages of one person, one after the other."""

    name: str
    is_me: bool
    at: datetime
    day: str
    items: list[Item] = field(default_factory=list)

    @property
    def clock(self) -> str:
        return date_format(self.at, "H:i")

    @property
    def lines(self) -> Iterator[str]:
        """For the plain mail: nothing that a visitor writes stands at the beginning of a line."""
        for item in self.items:
            head = f"[{self.clock}] {self.name}: "
            words = (
                _("file %(name)s (%(size)s)") % {"name": item.text, "size": item.size}
                if item.url
                else item.text
            )
            parts = [part for line in words.split("\n") for part in wrap(line, 68) or [""]]
            yield head + parts[0]
            yield from (f"    {part}" for part in parts[1:])
            if item.url:
                yield f"    {item.url}"


@transaction.atomic
def post_transcript(*, conversation: Conversation, visit: Visit, to: str, language: str) -> None:
    """Raises ProtocolError("rate_limited"), or NothingToSend."""
    if not conversation.first_reply_at:
        raise NothingToSend
    _count(conversation, visit, to)
    company = conversation.company
    with translation.override(language), timezone.override(zoneinfo.ZoneInfo(company.time_zone)):
        context = _context(conversation)
        post_mail(
            to=to,
            reply_to=company.default_email,
            subject=_("Your conversation with %(company)s, %(day)s")
            % {"company": plain(company.name), "day": context["short_day"]},
            text=render_to_string("chat/mails/transcript.txt", context),
            html=render_to_string("chat/mails/transcript.html", context),
        )
    add_event(conversation=conversation, event=Entry.Event.TRANSCRIPT, text=to)


def _count(conversation: Conversation, visit: Visit, to: str) -> None:
    since = timezone.now() - timedelta(days=1)
    sent = conversation.entries.filter(event=Entry.Event.TRANSCRIPT, created_at__gt=since).count()
    if sent >= MOST_A_DAY:
        raise too_much(86_400.0)
    limits = (
        (TRANSCRIPTS, visit.token_hash),
        (TRANSCRIPTS_FROM_ADDRESS, visit.address),
        (TRANSCRIPTS_TO_ADDRESS, to.lower()),
    )
    for limit, who in limits:
        if who and (wait := address_limit(limit, who)):
            raise too_much(wait)


# --- what it says -------------------------------------------------------------------------------------------------


def _context(conversation: Conversation) -> dict[str, Any]:
    company = conversation.company
    messages = conversation.entries.filter(kind=Entry.Kind.MESSAGE).select_related("agent")
    entries = list(messages.order_by("-seq")[:MOST_ENTRIES])[::-1]
    turns = _turns(conversation, entries)
    first, last = (timezone.localtime(entry.created_at) for entry in (entries[0], entries[-1]))
    agents = dict.fromkeys(entry.agent.public_name for entry in entries if entry.agent)
    colours = palette(company.widget_colour)
    return {
        "language": translation.get_language(),
        "company": company,
        "initial": (plain(company.name) or "?")[0].upper(),
        "day": day_words(first.date()),
        "short_day": date_format(first, "j E" if translation.get_language() == "pl" else "j F"),
        "hours": f"{date_format(first, 'H:i')}–{date_format(last, 'H:i')}",
        "agents": ", ".join(agents),
        "turns": turns,
        "light": colours["light"],
        "dark": colours["dark"],
        "preview": Truncator(turns[-1].items[-1].text).chars(90),
        "files_until": _files_until(entries),
    }


def _files_until(entries: list[Entry]) -> str:
    if not any("file" in entry.data for entry in entries):
        return ""
    until = timezone.localtime(timezone.now() + IN_MAIL)
    return date_format(until, "j E" if translation.get_language() == "pl" else "j F")


def _turns(conversation: Conversation, entries: list[Entry]) -> list[Turn]:
    turns: list[Turn] = []
    for entry in entries:
        at = timezone.localtime(entry.created_at)
        is_me = entry.by == Entry.By.CUSTOMER
        name = _("You") if is_me else _name(conversation, entry)
        last = turns[-1] if turns else None
        day = "" if last and last.at.date() == at.date() else day_words(at.date())
        if last is None or day or (last.name, last.is_me) != (name, is_me) or at - last.at > TOGETHER:
            last = Turn(name, is_me, at, day if turns else "")
            turns.append(last)
        last.items.append(_item(entry))
    return turns


def _name(conversation: Conversation, entry: Entry) -> str:
    if entry.agent:
        return entry.agent.public_name
    return plain(entry.author_name.partition(" ")[0]) or plain(conversation.company.name)


def _item(entry: Entry) -> Item:
    file = entry.data.get("file")
    if not file:
        return Item(Truncator(without_tricks(entry.text)).chars(LONGEST_TEXT))
    address = settings.BASE_URL + customers_path(file["id"], IN_MAIL)
    return Item(plain(file["name"]), address, filesizeformat(file["size"]))
