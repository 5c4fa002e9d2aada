"""The catalogue of what is told to open screens, and `publish`, the one way to tell it.

An event is a hint: the rows are the truth, and a screen that missed an event finds out by `seq` or by its heartbeat.
Events carry ids and plain values. Names are past tense.
"""

from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, ClassVar

from django.db import transaction

from contactcenter import realtime
from contactcenter.frames import encode


@dataclass(frozen=True, slots=True)
class Event:
    type: ClassVar[str]

    def as_frame(self) -> str:
        """The frame as it goes over the socket. Raises TypeError when a field is not a plain value."""
        return encode({"type": self.type, "data": asdict(self)})


# --- to agents ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EntryAdded(Event):
    """A conversation's timeline grew. Carries the content, so that chat shows without another request."""

    type: ClassVar[str] = "entry.added"
    conversation: int
    seq: int
    kind: str
    by: str
    author: int | None
    name: str
    text: str
    client_id: str | None
    at: str
    # Of a file that was sent: {"id": 4, "name": "…", "size": 2400, "type": "image/png"}.
    file: dict[str, Any] | None = None

    def as_frame(self) -> str:
        # The one event on the hot path: `asdict` copies deeply, which costs more than the rest together.
        data = {name: getattr(self, name) for name in self.__slots__}
        return encode({"type": self.type, "data": data})


@dataclass(frozen=True, slots=True)
class ConversationChanged(Event):
    """Status, people, tags or customer data of a conversation changed: lists and headers refetch themselves."""

    type: ClassVar[str] = "conversation.changed"
    conversation: int
    status: str


@dataclass(frozen=True, slots=True)
class PageVisited(Event):
    """The customer of this conversation looks at another page: what stands beside it refetches itself."""

    type: ClassVar[str] = "page.visited"
    conversation: int


@dataclass(frozen=True, slots=True)
class OfferMade(Event):
    """A conversation is offered to this agent until `due_at`."""

    type: ClassVar[str] = "offer.made"
    offer: int
    conversation: int
    channel: str
    name: str
    due_at: str


@dataclass(frozen=True, slots=True)
class OfferEnded(Event):
    """An offer made to this agent is over: accepted, declined, expired, withdrawn or unreachable."""

    type: ClassVar[str] = "offer.ended"
    offer: int
    conversation: int
    outcome: str


@dataclass(frozen=True, slots=True)
class AgentStatusChanged(Event):
    """An agent chose another status, came, or has been gone for longer than the grace."""

    type: ClassVar[str] = "agent.status_changed"
    agent: int
    status: str


@dataclass(frozen=True, slots=True)
class HoursTurned(Event):
    """The company opens or closes, or has changed its hours."""

    type: ClassVar[str] = "company.hours_turned"
    open: bool


@dataclass(frozen=True, slots=True)
class ConversationRead(Event):
    """The agent has read a conversation on one device: the others take its unread mark away."""

    type: ClassVar[str] = "conversation.read"
    conversation: int
    seq: int


@dataclass(frozen=True, slots=True)
class TaskChanged(Event):
    """A task was made, changed, done or deleted, or its time has come: lists and counters refetch themselves. No number
    when several changed at once."""

    type: ClassVar[str] = "task.changed"
    task: int | None


@dataclass(frozen=True, slots=True)
class TaskAssigned(Event):
    """A colleague gave this agent a task."""

    type: ClassVar[str] = "task.assigned"
    task: int
    title: str
    by: str


@dataclass(frozen=True, slots=True)
class TaskReminded(Event):
    """The time has come at which this agent wanted to be reminded of a task."""

    type: ClassVar[str] = "task.reminded"
    task: int
    title: str
    due_at: str | None


@dataclass(frozen=True, slots=True)
class CustomerRead(Event):
    """The customer has read a conversation up to this entry."""

    type: ClassVar[str] = "customer.read"
    conversation: int
    seq: int


@dataclass(frozen=True, slots=True)
class SessionEnded(Event):
    """The agent signed out, changed the password or lost access: sockets of the session close."""

    type: ClassVar[str] = "session.ended"
    session: str | None


# --- to agents and visitors -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VisitorTyping(Event):
    type: ClassVar[str] = "visitor.typing"
    conversation: int
    name: str
    on: bool


@dataclass(frozen=True, slots=True)
class AgentTyping(Event):
    """As the visitor's widget knows it (docs/widget-protocol.md)."""

    type: ClassVar[str] = "typing"
    name: str
    on: bool


# --- to visitors: the frames of docs/widget-protocol.md ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VisitorEntry(Event):
    """What a visitor may see of an entry. Never made of a note."""

    type: ClassVar[str] = "entry"
    conversation: str
    seq: int
    prev: int
    id: str | None
    kind: str
    by: str
    name: str
    text: str
    event: str | None
    at: str
    # Of a message of the chatbot: {"suggestions": [{"id": 12, "text": "…"}]}.
    bot: dict[str, Any] | None = None
    # Of a file that was sent: {"name": "…", "size": 2400, "type": "image/png", "url": "/attachments/…/"}.
    file: dict[str, Any] | None = None

    def as_frame(self) -> str:
        data = {name: getattr(self, name) for name in self.__slots__}
        return encode({"type": self.type, "data": data})


@dataclass(frozen=True, slots=True)
class VisitorConversation(Event):
    type: ClassVar[str] = "conversation"
    id: str
    status: str
    last_seq: int
    agent: dict[str, Any] | None
    # Up to here somebody here has read what the visitor wrote, and the visitor has said to have read.
    read_seq: int
    seen_seq: int
    # How many stars they gave; 0: they may give some; None: there is nothing to rate (any more).
    rating: int | None


@dataclass(frozen=True, slots=True)
class MessagesRead(Event):
    """An agent has read what the visitor wrote."""

    type: ClassVar[str] = "read"
    conversation: str
    seq: int


@dataclass(frozen=True, slots=True)
class AvailabilityChanged(Event):
    """The widget goes online or offline, or other agents are there."""

    type: ClassVar[str] = "availability"
    online: bool
    agents: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class GroupDeleted(Event):
    """Never leaves the house: the sockets of the group's widgets close, and come back as the whole company's."""

    type: ClassVar[str] = "group.deleted"


def publish(event: Event, *groups: str) -> None:
    """Tell `event` to the groups (contactcenter/realtime.py) once the transaction has committed. Serialised at once,
    so that a wrong event fails where it was made. Never raises later: a message bus that is away is logged."""
    frame = event.as_frame()
    transaction.on_commit(partial(realtime.broadcast, groups, frame), robust=True)


def publish_rollback_unsafe(event: Event, *groups: str) -> None:
    """Tell at once, whatever becomes of the transaction: for what is not stored (typing)."""
    realtime.broadcast(groups, event.as_frame())
