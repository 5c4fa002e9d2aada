"""The timeline: the one place where entries are written (rules 1 and 2; docs/timeline.md).

Adding an entry is two statements in one transaction: the conversation's row gives out the next `seq` (and is locked by
that until the commit, so numbers are gapless and in order), then the entry is inserted with its sender's own id under a
unique constraint. They are SQL rather than ORM because this is the hot path of the product: see docs/benchmarks.md.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from agents.models import Agent
from contactcenter.events import EntryAdded, VisitorEntry, publish
from contactcenter.folding import search_text
from contactcenter.realtime import company_agents
from conversations.attachments import for_customer
from conversations.models import Attachment, Conversation, Entry

MAX_TEXT = 10_000
PREVIEW = 160
# What one answer tells a visitor: whoever wrote a lot cannot have a lot made of it by asking again and again.
MOST_ENTRIES, MOST_CHARACTERS = 1000, 200_000


class ConversationEnded(Exception):
    """The conversation is closed or ignored, or there is none of this number: nothing was added."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Where an entry stands in its timeline. `prev` is the number of the entry before it that the customer sees, None
    when they do not see this one."""

    seq: int
    prev: int | None
    at: datetime
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class _Draft:
    """An entry before it has a number."""

    kind: str
    by: str
    text: str
    author_id: int | None = None
    author_name: str = ""
    # What the customer is told instead of the author's full name, and of the text.
    public_name: str = ""
    public_text: str | None = None
    client_id: str | None = None
    event: str = ""
    data: dict[str, Any] | None = None
    searched: tuple[str, ...] = ()


_OPEN = "status IN ('new', 'offered', 'active', 'bot')"
_PUBLIC = "previous_public_seq = public_seq, public_seq = last_seq + 1"
_SHOWN = "last_entry_at = %s, changed_at = %s, preview = %s, preview_by = %s"


def _numbering(changes: str, *, public: bool, only: str = "") -> str:
    """The statement that gives out the next number, with what this kind of entry does to its conversation's row."""
    return (
        f"UPDATE conversations_conversation SET last_seq = last_seq + 1, {changes}"  # noqa: S608 - constants of this module
        f" WHERE id = %s{' AND ' + only if only else ''}"
        f" RETURNING last_seq, {'previous_public_seq' if public else 'NULL'}, company_id, public_id, customer_key"
    )


_BY_CUSTOMER = _numbering(
    f"{_PUBLIC}, {_SHOWN}, customer_seq = last_seq + 1, waiting_since = COALESCE(waiting_since, %s)",
    public=True,
    only=_OPEN,
)
_BY_AGENT = _numbering(
    f"{_PUBLIC}, {_SHOWN}, first_reply_at = COALESCE(first_reply_at, %s), waiting_since = NULL",
    public=True,
    only=_OPEN,
)
# Only while nobody has taken over.
_BY_BOT = _numbering(f"{_PUBLIC}, {_SHOWN}, waiting_since = NULL", public=True, only="status = 'bot'")
_NOTE = _numbering(_SHOWN, public=False)
_PUBLIC_EVENT = _numbering(f"{_PUBLIC}, changed_at = %s", public=True)
_PRIVATE_EVENT = _numbering("changed_at = %s", public=False)
_INSERT = (
    'INSERT INTO conversations_entry (conversation_id, company_id, seq, previous_public_seq, kind, "by", agent_id,'
    " author_name, client_id, text, event, data, search_text, created_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def add_customer_message(
    *, conversation_id: int, client_id: str, text: str, name: str = "", data: dict[str, Any] | None = None
) -> Stored:
    """Store what the customer wrote; every screen is told after the commit. Sending the same `client_id` again changes
    nothing and answers with what was stored before. Raises ConversationEnded."""
    now = timezone.now()
    draft = _Draft(
        "message", "customer", text, author_name=name, client_id=client_id, data=data, searched=(text,)
    )
    return _add(conversation_id, _BY_CUSTOMER, [now, now, text[:PREVIEW], "customer", now], draft, now)


def add_agent_message(
    *, conversation: Conversation, by: Agent, client_id: str, text: str, file: dict[str, Any] | None = None
) -> Stored:
    """Store an agent's reply; as above."""
    now = timezone.now()
    draft = _Draft(
        "message",
        "agent",
        text,
        by.pk,
        by.name,
        by.public_name,
        client_id=client_id,
        data={"file": file} if file else None,
        searched=(text,),
    )
    return _add(conversation.pk, _BY_AGENT, [now, now, text[:PREVIEW], "agent", now], draft, now)


def add_note(
    *, conversation: Conversation, by: Agent, client_id: str, text: str, file: dict[str, Any] | None = None
) -> Stored:
    """Store an internal note, which only agents are told of; as above, except that ended conversations take it too."""
    now = timezone.now()
    data = {"file": file} if file else None
    draft = _Draft("note", "agent", text, by.pk, by.name, client_id=client_id, data=data, searched=(text,))
    return _add(conversation.pk, _NOTE, [now, now, text[:PREVIEW], "note"], draft, now)


def add_automatic_message(
    *,
    conversation: Conversation,
    client_id: str,
    text: str,
    name: str = "",
    data: dict[str, Any] | None = None,
) -> Stored:
    """The company says something by itself. Everybody sees it and it answers nobody: who waits goes on waiting, lists
    keep showing the customer's words. The same `client_id` again changes nothing."""
    now = timezone.now()
    draft = _Draft(
        "message", "system", text, author_name=name, public_name=name, client_id=client_id, data=data
    )
    return _add(conversation.pk, _PUBLIC_EVENT, [now], draft, now)


def add_bot_message(
    *, conversation: Conversation, client_id: str, name: str, text: str, data: dict[str, Any]
) -> Stored:
    """The chatbot answers: as above, except that nobody waits any more. Raises ConversationEnded when somebody has
    taken over."""
    now = timezone.now()
    draft = _Draft(
        "message", "system", text, author_name=name, public_name=name, client_id=client_id, data=data
    )
    return _add(conversation.pk, _BY_BOT, [now, now, text[:PREVIEW], "bot"], draft, now)


def add_event(
    *,
    conversation: Conversation,
    event: Entry.Event,
    by: Agent | None = None,
    text: str = "",
    public_text: str = "",
    data: dict[str, Any] | None = None,
    searched: tuple[str, ...] = (),
) -> Stored:
    """Store that something happened, inside the transaction in which it does. `text` names whom or what for agents,
    `public_text` for the customer; `searched` are words by which the conversation shall be found."""
    now = timezone.now()
    if public_text:
        data = {**(data or {}), "public_text": public_text}
    draft = _Draft(
        "event",
        "agent" if by else "system",
        text,
        by.pk if by else None,
        by.name if by else "",
        by.public_name if by else "",
        public_text,
        event=event,
        data=data,
        searched=searched,
    )
    statement = _PUBLIC_EVENT if event in Entry.PUBLIC_EVENTS else _PRIVATE_EVENT
    return _add(conversation.pk, statement, [now], draft, now)


def _add(conversation_id: int, numbering: str, values: list[Any], draft: _Draft, now: datetime) -> Stored:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # Raw statements do not pass through the ORM's fields: the time as this database stores it.
            stamp = connection.ops.adapt_datetimefield_value(now)
            cursor.execute(
                numbering, [*(stamp if value is now else value for value in values), conversation_id]
            )
            row = cursor.fetchone()
            if row is None:
                raise ConversationEnded
            seq, prev, company_id, public_id, customer_key = row
            cursor.execute(_INSERT, _row(conversation_id, company_id, seq, prev, draft, stamp))
            if file := _file_of(draft.data):
                Attachment.objects.create(conversation_id=conversation_id, seq=seq, file_id=file["id"])
            _tell(conversation_id, company_id, public_id, customer_key, seq, prev, draft, now)
    except IntegrityError:
        stored = draft.client_id and find_stored(conversation_id=conversation_id, client_id=draft.client_id)
        if not stored:
            raise
        return stored
    return Stored(seq, prev, now)


def _row(
    conversation_id: int, company_id: int, seq: int, prev: int | None, draft: _Draft, stamp: Any
) -> list[Any]:
    return [
        conversation_id,
        company_id,
        seq,
        prev,
        draft.kind,
        draft.by,
        draft.author_id,
        draft.author_name,
        draft.client_id,
        draft.text,
        draft.event,
        json.dumps(draft.data) if draft.data else "{}",
        search_text(company_id, *draft.searched) if draft.searched else "",
        stamp,
    ]


def _tell(
    conversation_id: int,
    company_id: int,
    public_id: str,
    customer_key: str,
    seq: int,
    prev: int | None,
    draft: _Draft,
    now: datetime,
) -> None:
    at = iso(now)
    publish(
        EntryAdded(
            conversation_id,
            seq,
            draft.kind,
            draft.by,
            draft.author_id,
            draft.author_name,
            draft.text,
            draft.client_id,
            at,
            _file_of(draft.data),
        ),
        company_agents(company_id),
    )
    if prev is not None and customer_key:
        publish(_for_visitor(public_id, seq, prev, draft, at), customer_key)


def _for_visitor(public_id: str, seq: int, prev: int, draft: _Draft, at: str) -> VisitorEntry:
    return VisitorEntry(
        public_id,
        seq,
        prev,
        draft.client_id if draft.by == "customer" else None,
        draft.kind,
        "visitor" if draft.by == "customer" else draft.by,
        draft.public_name,
        draft.text if draft.public_text is None else draft.public_text,
        _event_for_visitor(draft.event),
        at,
        _of_bot(draft.data),
        for_customer(_file_of(draft.data)),
    )


def _file_of(data: dict[str, Any] | None) -> dict[str, Any] | None:
    """The file that a message carries (conversations/attachments.py)."""
    return data.get("file") if data else None


def _of_bot(data: dict[str, Any] | None) -> dict[str, Any] | None:
    """What makes a message one of the chatbot's."""
    return {"suggestions": data.get("suggestions", [])} if data and data.get("bot") else None


def _event_for_visitor(event: str) -> str | None:
    """Nobody is told that they were ignored."""
    return str(Entry.Event.CLOSED) if event == Entry.Event.IGNORED else event or None


def find_stored(*, conversation_id: int, client_id: str) -> Stored | None:
    """Where the entry that its sender called `client_id` stands, if it was stored."""
    entry = Entry.objects.filter(conversation_id=conversation_id, client_id=client_id).first()
    return Stored(entry.seq, entry.previous_public_seq, entry.created_at, is_new=False) if entry else None


def iso(moment: datetime) -> str:
    """A time as frames carry it: ISO 8601 in UTC, with milliseconds."""
    # Not strftime, which asks the operating system for the time zone again and again.
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# --- reading --------------------------------------------------------------------------------------------------


def entries_for_visitor(conversation: Conversation, after: int = 0) -> list[VisitorEntry]:
    """What the visitor may see of a conversation after a number, in order, as much as goes into one answer."""
    entries = (
        Entry.objects.filter(conversation=conversation, seq__gt=after, previous_public_seq__isnull=False)
        .select_related("agent")
        .order_by("seq")[:MOST_ENTRIES]
    )
    shown, room = [], MOST_CHARACTERS
    for entry in entries:
        room -= len(entry.text)
        if room < 0:
            break
        shown.append(_as_visitor_sees(conversation, entry))
    return shown


def _as_visitor_sees(conversation: Conversation, entry: Entry) -> VisitorEntry:
    public_name = entry.agent.public_name if entry.agent else entry.author_name.partition(" ")[0]
    return VisitorEntry(
        conversation=conversation.public_id,
        seq=entry.seq,
        prev=entry.previous_public_seq or 0,
        id=entry.client_id if entry.by == Entry.By.CUSTOMER else None,
        kind=entry.kind,
        by="visitor" if entry.by == Entry.By.CUSTOMER else entry.by,
        name="" if entry.by == Entry.By.CUSTOMER else public_name,
        text=entry.data.get("public_text", "") if entry.kind == Entry.Kind.EVENT else entry.text,
        event=_event_for_visitor(entry.event),
        at=iso(entry.created_at),
        bot=_of_bot(entry.data),
        file=for_customer(_file_of(entry.data)),
    )
