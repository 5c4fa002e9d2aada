"""Compares what everybody was told with what is stored. Each function names what is wrong; nothing is best."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.chaos.clients import Agent, Visitor
from tests.live import Live

Entry = dict[str, Any]
LATE_SECONDS = 10.0


class Stored:
    """The database after the storm."""

    def __init__(self, live: Live) -> None:
        rows = live.query(
            'SELECT e.conversation_id, c.public_id, e.seq, e.previous_public_seq, e.kind, e."by", e.client_id, e.text'
            " FROM conversations_entry e JOIN conversations_conversation c ON c.id = e.conversation_id"
            " ORDER BY e.conversation_id, e.seq"
        )
        names = ("conversation", "public_id", "seq", "previous", "kind", "by", "client_id", "text")
        self.entries: list[Entry] = [dict(zip(names, row, strict=True)) for row in rows]
        self.by_client_id: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            if entry["client_id"]:
                self.by_client_id[entry["client_id"]].append(entry)
        self.conversations = live.query(
            "SELECT id, status, assignee_id, last_seq, public_seq FROM conversations_conversation"
        )
        self.offers = live.query("SELECT id, conversation_id FROM conversations_offer WHERE outcome = ''")
        self.promises = live.query("SELECT kind, key, failed_at, last_error FROM contactcenter_promise")


def everything_wrong(stored: Stored, visitors: list[Visitor], agents: list[Agent]) -> list[str]:
    return [
        *(f"{person.name}: {line}" for person in [*visitors, *agents] for line in person.history.complaints),
        *wrong_with_messages(stored, visitors, agents),
        *wrong_with_timelines(stored),
        *wrong_with_offers(stored),
        *wrong_with_promises(stored),
    ]


def wrong_with_messages(stored: Stored, visitors: list[Visitor], agents: list[Agent]) -> Iterator[str]:
    """Nothing acknowledged is missing, nothing is there twice or was never sent, and each speaks in order."""
    known = set()
    for person in [*visitors, *agents]:
        places: dict[Any, list[int]] = defaultdict(list)
        order = []
        for message in person.history.sent:
            known.add(message.id)
            found = stored.by_client_id.get(message.id, [])
            if len(found) > 1:
                yield f"{message.id} is stored {len(found)} times"
            if message.refused and found:
                yield f"{message.id} was refused and is stored"
            if not message.is_settled:
                yield f"{message.id} never got an answer"
            if message.told and not found:
                yield f"{message.id} was acknowledged and is missing"
            for entry in found[:1]:
                where = entry["public_id"] if isinstance(person, Visitor) else entry["conversation"]
                if message.told and message.told != (where, entry["seq"]):
                    stands = (where, entry["seq"])
                    yield f"{message.id} was said to stand at {message.told} and stands at {stands}"
                if entry["text"] != message.text:
                    yield f"{message.id} says {entry['text']!r} instead of {message.text!r}"
                places[where].append(entry["seq"])
                order.append((entry["conversation"], entry["seq"]))
        for where, numbers in places.items():
            if numbers != sorted(numbers):
                yield f"{person.name}'s words are out of order in {where}: {numbers}"
        if isinstance(person, Visitor) and order != sorted(order):
            yield f"{person.name}'s words are out of order over conversations: {order}"
    ours = tuple(f"{person.name}-" for person in [*visitors, *agents])
    for client_id in stored.by_client_id:
        if client_id.startswith(ours) and client_id not in known:
            yield f"{client_id} is stored and was never sent"


def wrong_with_timelines(stored: Stored) -> Iterator[str]:
    lines: dict[int, list[Entry]] = defaultdict(list)
    for entry in stored.entries:
        lines[entry["conversation"]].append(entry)
    for conversation, _, _, last_seq, public_seq in stored.conversations:
        entries = lines[conversation]
        numbers = [entry["seq"] for entry in entries]
        if numbers != list(range(1, last_seq + 1)):
            yield f"conversation {conversation} has holes: {numbers}, last {last_seq}"
        before = 0
        for entry in entries:
            if entry["previous"] is not None:
                if entry["previous"] != before:
                    yield f"entry {conversation}/{entry['seq']} names {entry['previous']} instead of {before}"
                before = entry["seq"]
        if before != public_seq:
            yield f"conversation {conversation} ends at {before} for visitors, and says {public_seq}"


def wrong_with_offers(stored: Stored) -> Iterator[str]:
    ringing = Counter(conversation for _, conversation in stored.offers)
    promised = {
        key for kind, key, failed_at, _ in stored.promises if kind == "offer.expire" and not failed_at
    }
    for offer, conversation in stored.offers:
        if str(offer) not in promised:
            yield f"offer {offer} of conversation {conversation} rings for ever"
    for conversation, status, assignee, _, _ in stored.conversations:
        if ringing[conversation] != (status == "offered"):
            yield f"conversation {conversation} is {status} with {ringing[conversation]} open offers"
        if status == "active" and assignee is None:
            yield f"conversation {conversation} is active and nobody's"
        if status in {"new", "offered"} and assignee is not None:
            yield f"conversation {conversation} is {status} and agent {assignee}'s"


def wrong_with_promises(stored: Stored) -> Iterator[str]:
    for kind, key, failed_at, last_error in stored.promises:
        if failed_at:
            yield f"promise {kind} {key} was given up: {last_error}"


def late_promises(live: Live, now: datetime) -> list[str]:
    """What is due by the product's own clock and was not done."""
    late = []
    for kind, key, due_at in live.query(
        "SELECT kind, key, due_at FROM contactcenter_promise WHERE failed_at IS NULL"
    ):
        due = due_at if isinstance(due_at, datetime) else datetime.fromisoformat(due_at)
        due = due if due.tzinfo else due.replace(tzinfo=now.tzinfo)
        if (now - due).total_seconds() > LATE_SECONDS:
            late.append(f"promise {kind} {key} is {(now - due).total_seconds():.0f} seconds late")
    return late


async def wrong_with_screens(visitors: list[Visitor], agents: list[Agent]) -> list[str]:
    """Every screen shows what a reload shows."""
    wrong = []
    for visitor in visitors:
        fresh = await visitor.reload()
        if (visitor.state, visitor.shown) != (fresh.state, fresh.shown):
            wrong.append(
                f"{visitor.name} ({'http' if visitor.over_http else 'socket'}) sees {visitor.conversation} with "
                f"{sorted(visitor.shown)}; a reload shows {fresh.conversation} with {sorted(fresh.shown)}"
            )
    for agent in agents:
        if agent.open is not None:
            fresh_lines = await agent.lines(agent.open, 0)
            if agent.shown != fresh_lines:
                numbers = {*agent.shown, *fresh_lines}
                differing = {seq for seq in numbers if agent.shown.get(seq) != fresh_lines.get(seq)}
                wrong.append(
                    f"{agent.name} sees conversation {agent.open} differently at {sorted(differing)}"
                )
    return wrong
