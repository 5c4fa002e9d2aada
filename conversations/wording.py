"""How agents read a timeline: an entry becomes a `Line`, ready for templates/conversations/includes/line.html. The
page's scripts make the same lines of the socket's events (static/js/lines.js), from templates that this fills."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from agents.models import Agent
from conversations.attachments import PICTURES
from conversations.models import Conversation, Entry
from conversations.timeline import iso

ICONS = {
    Entry.Event.OFFERED: "bell",
    Entry.Event.TRANSFERRED: "transfer",
    Entry.Event.CLOSED: "check",
    Entry.Event.REOPENED: "refresh",
    Entry.Event.IGNORED: "ignore",
    Entry.Event.TAGGED: "tag",
    Entry.Event.UNTAGGED: "tag",
    Entry.Event.LINKED: "chain",
    Entry.Event.UNLINKED: "chain",
    Entry.Event.RATED: "star",
    Entry.Event.TRANSCRIPT: "mail",
}


@dataclass(frozen=True)
class ShownFile:
    """A file in a timeline: where it is, and whether it can be shown in place."""

    name: str
    size: int
    path: str
    is_picture: bool

    @property
    def ending(self) -> str:
        """What stands on the little sheet."""
        ending = self.name.rpartition(".")[2]
        return ending.upper() if ending != self.name and len(ending) <= 4 else ""


@dataclass(frozen=True)
class Line:
    """An entry as it is shown. `author` tells whether two lines are by the same person, in the same role."""

    kind: str  # visitor, agent, note, event
    author: str = ""
    seq: int | None = None
    name: str = ""
    text: str = ""
    at: datetime | None = None
    is_own: bool = False
    icon: str = ""
    # The customer has read it.
    is_read: bool = False
    file: ShownFile | None = None

    @property
    def iso(self) -> str:
        return iso(self.at) if self.at else ""


def customer_label(conversation: Conversation) -> str:
    """What the customer is called; strangers are told apart by a number."""
    return conversation.customer or _("Visitor %(number)s") % {"number": conversation.short_number}


def lines_of(conversation: Conversation, entries: Iterable[Entry], agent: Agent) -> list[Line]:
    return [line_of(conversation, entry, agent) for entry in entries]


def line_of(conversation: Conversation, entry: Entry, agent: Agent) -> Line:
    facts: dict[str, Any] = {"seq": entry.seq, "at": entry.created_at}
    if entry.kind == Entry.Kind.EVENT:
        return Line("event", text=event_words(entry), icon=ICONS.get(Entry.Event(entry.event), ""), **facts)
    facts["text"] = entry.text
    facts["file"] = _shown(conversation, entry.data.get("file"))
    if entry.by == Entry.By.CUSTOMER:
        return Line("visitor", "customer", name=entry.author_name or customer_label(conversation), **facts)
    if entry.by == Entry.By.SYSTEM:
        facts["is_read"] = entry.seq <= conversation.customer_read_seq
        return Line("agent", "system", name=entry.author_name or _("Automatic message"), **facts)
    kind = "note" if entry.kind == Entry.Kind.NOTE else "agent"
    return Line(
        kind,
        f"{kind}-{entry.agent_id or entry.author_name}",
        name=entry.author_name,
        is_own=entry.agent_id == agent.pk,
        is_read=kind == "agent" and entry.seq <= conversation.customer_read_seq,
        **facts,
    )


def _shown(conversation: Conversation, file: dict[str, Any] | None) -> ShownFile | None:
    if not file:
        return None
    path = reverse("conversations:attachment", args=[conversation.pk, file["id"]])
    return ShownFile(file["name"], file["size"], path, file["type"] in PICTURES)


def blank_lines(conversation: Conversation, agent: Agent) -> dict[str, Line]:
    """Lines without content, for the page's scripts to copy and fill."""
    return {
        "visitor": Line("visitor", "customer", name=customer_label(conversation)),
        "agent": Line("agent"),
        "own": Line("agent", is_own=True),
        "note": Line("note"),
        "system": Line("agent", "system", name=_("Automatic message")),
    }


def event_words(entry: Entry) -> str:
    """What happened, in a sentence without a full stop."""
    names = {"by": entry.author_name, "whom": entry.text}
    sentence = _sentences().get(Entry.Event(entry.event))
    if entry.event == Entry.Event.RATED:
        words = _("The customer rates the conversation: %(stars)s of 5") % {"stars": entry.text}
        comment = entry.data.get("comment")
        return f"{words}: {comment}" if comment else words
    if entry.event == Entry.Event.CLOSED and entry.data.get("customer"):
        return _("The customer ends the conversation")
    if entry.event == Entry.Event.STARTED and entry.text:
        return _("Conversation started on %(page)s") % {"page": entry.text}
    if entry.by == Entry.By.SYSTEM:
        sentence = _impersonal().get(Entry.Event(entry.event), sentence)
    return (sentence or entry.get_event_display()) % names


def _sentences() -> dict[Entry.Event, str]:
    return {
        Entry.Event.STARTED: _("Conversation started"),
        Entry.Event.OFFERED: _("Offered to %(whom)s"),
        Entry.Event.OFFER_EXPIRED: _("%(whom)s did not answer in time"),
        Entry.Event.OFFER_DECLINED: _("%(whom)s declined"),
        Entry.Event.ANSWERED: _("%(by)s takes the conversation"),
        Entry.Event.JOINED: _("%(by)s joins the conversation"),
        Entry.Event.LEFT: _("%(by)s leaves the conversation"),
        Entry.Event.TRANSFERRED: _("%(by)s hands over to %(whom)s"),
        Entry.Event.CLOSED: _("%(by)s closes the conversation"),
        Entry.Event.TRANSCRIPT: _("The customer has the transcript sent to %(whom)s"),
        Entry.Event.REOPENED: _("%(by)s reopens the conversation"),
        Entry.Event.IGNORED: _("%(by)s: needs no answer"),
        Entry.Event.TAGGED: _("%(by)s adds the tag “%(whom)s”"),
        Entry.Event.UNTAGGED: _("%(by)s removes the tag “%(whom)s”"),
        Entry.Event.CUSTOMER_DATA: _("%(by)s changes the customer’s data"),
        Entry.Event.LINKED: _("%(by)s links the contact %(whom)s"),
        Entry.Event.UNLINKED: _("%(by)s takes the link to the contact %(whom)s off"),
    }


def _impersonal() -> dict[Entry.Event, str]:
    """The same when nobody did it by hand."""
    return {
        Entry.Event.CLOSED: _("Conversation closed"),
        Entry.Event.CUSTOMER_DATA: _("Customer data changed"),
        Entry.Event.TRANSFERRED: _("Handed over to %(whom)s"),
        Entry.Event.TAGGED: _("Tag “%(whom)s” added"),
    }
