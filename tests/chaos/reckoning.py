"""Compares what everybody was told with what is stored, and what everybody sees with what a reload would show. Each
function returns what is wrong, as sentences; an empty list is what is hoped for."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from websockets.exceptions import WebSocketException

from tests.chaos.history import History, Sent
from tests.chaos.visitors import Visitor, fresh_screen
from tests.chaos.workspaces import Workspace
from tests.live import Live

NoAnswer = WebSocketException

# What is due is done so soon after the last fault.
PROMPT = timedelta(seconds=5)


@dataclass(frozen=True)
class Stored:
    """An entry as it stands in the database."""

    conversation: int
    public_id: str
    seq: int
    previous_public_seq: int | None
    kind: str
    by: str
    agent: str | None  # their e-mail address
    client_id: str | None
    text: str
    event: str

    def __str__(self) -> str:
        return f"{self.conversation}/{self.seq} {self.client_id or self.event}"


def stored_entries(live: Live) -> list[Stored]:
    """All entries, in order."""
    rows = live.query(
        'SELECT c.id, c.public_id, e.seq, e.previous_public_seq, e.kind, e."by", a.email, e.client_id, e.text, e.event'
        " FROM conversations_entry e JOIN conversations_conversation c ON c.id = e.conversation_id"
        " LEFT JOIN agents_agent a ON a.id = e.agent_id ORDER BY c.id, e.seq"
    )
    return [Stored(*row) for row in rows]


# --- what is stored ---------------------------------------------------------------------------------------------


def check_messages(history: History, entries: list[Stored], after: int) -> list[str]:
    """Every acknowledged message is stored once, where its sender was told, with its text; nothing else is there (in
    the conversations begun after that one: the demo's own people have spoken too)."""
    wrong = list(history.surprises)
    found: dict[str, list[Stored]] = defaultdict(list)
    for entry in entries:
        if entry.kind == "message":
            found[entry.client_id or ""].append(entry)
    typed = {sent.id: sent for sent in history.sent}
    wrong += [
        f"stored, and sent by nobody: {entry}"
        for client_id in found.keys() - typed.keys()
        for entry in found[client_id]
        if entry.conversation > after
    ]
    for sent in history.sent:
        wrong += _check_message(sent, found[sent.id])
    return wrong


def _check_message(sent: Sent, found: list[Stored]) -> list[str]:
    wrong = []
    if len(found) > 1:
        wrong.append(f"{sent.id} is stored {len(found)} times")
    if sent.state == "stored" and not found:
        wrong.append(f"{sent.id} was acknowledged and is not stored")
    if sent.state == "refused" and found:
        wrong.append(f"{sent.id} was refused and is stored")
    for entry in found:
        if entry.text != sent.text:
            wrong.append(f"{sent.id} has another text: {entry.text!r}")
        place = str(entry.conversation) if entry.by == "agent" else entry.public_id
        if sent.told and sent.told != (place, entry.seq):
            wrong.append(f"{sent.id} is at {place}/{entry.seq}, its sender was told {sent.told}")
    return wrong


def check_order(history: History, entries: list[Stored]) -> list[str]:
    """What one sender typed is stored in that order (an agent's: in each conversation)."""
    numbers = {sent.id: sent for sent in history.sent}
    last: dict[tuple[str, int | None], Sent] = {}
    wrong = []
    for entry in entries:
        sent = numbers.get(entry.client_id or "")
        if sent is None:
            continue
        key = (sent.sender, sent.conversation)
        if key in last and last[key].number > sent.number:
            wrong.append(f"{sent.id} stands after {last[key].id}")
        last[key] = sent
    return wrong


def check_timelines(live: Live, entries: list[Stored]) -> list[str]:
    """Numbers have no holes, the chain for visitors is whole, and the conversation's counters agree."""
    wrong = []
    by_conversation: dict[int, list[Stored]] = defaultdict(list)
    for entry in entries:
        by_conversation[entry.conversation].append(entry)
    counters = live.query(
        "SELECT id, last_seq, public_seq, previous_public_seq FROM conversations_conversation"
    )
    for conversation, last_seq, public_seq, previous_public_seq in counters:
        found = by_conversation[conversation]
        seqs = [entry.seq for entry in found]
        if seqs != list(range(1, last_seq + 1)):
            wrong.append(f"conversation {conversation} has {seqs} and counts to {last_seq}")
        chain = [0, 0]
        for entry in found:
            if entry.previous_public_seq is None:
                continue
            if entry.previous_public_seq != chain[-1]:
                wrong.append(f"{entry}: prev is {entry.previous_public_seq} instead of {chain[-1]}")
            chain.append(entry.seq)
        if chain[-2:] != [previous_public_seq, public_seq]:
            wrong.append(
                f"conversation {conversation} shows {public_seq} after {previous_public_seq}, not {chain[-2:]}"
            )
    return wrong


def check_winners(history: History, entries: list[Stored]) -> list[str]:
    """Each conversation was answered once, and nobody else was told that it was them."""
    wrong = []
    answered = Counter(entry.conversation for entry in entries if entry.event == "answered")
    wrong += [f"conversation {c} was answered {times} times" for c, times in answered.items() if times > 1]
    leaders: dict[int, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.event == "answered":
            leaders[entry.conversation].add((entry.agent or "").partition("@")[0])
        elif entry.event == "transferred":
            leaders[entry.conversation].add(entry.text.partition(" ")[0].lower())
    for agent, conversation in history.winners:
        # To whom a conversation is handed over, that agent leads it: then "answering" it changes nothing.
        if agent not in leaders[conversation]:
            wrong.append(f"{agent} was told to have won {conversation} of {leaders[conversation]}")
    return wrong


def check_nothing_overdue(live: Live, now: datetime) -> list[str]:
    """No offer is open and no promise unkept that was due some seconds ago, and nothing was given up."""
    wrong = []
    for offer, due_at in live.query("SELECT id, due_at FROM conversations_offer WHERE outcome = ''"):
        if moment(due_at) + PROMPT < now:
            wrong.append(f"offer {offer} is open and was due at {due_at}, now it is {now}")
    promises = live.query(
        "SELECT kind, key, due_at, attempts, last_error, failed_at FROM contactcenter_promise"
    )
    for kind, key, due_at, attempts, error, failed_at in promises:
        if failed_at or moment(due_at) + PROMPT < now:
            wrong.append(f"promise {kind} {key}: due {due_at}, now it is {now}; {attempts} attempts, {error}")
    return wrong


def check_rows(live: Live) -> list[str]:
    """What the states of conversations and offers promise each other."""
    wrong = []
    for conversation, status, assignee, offers in live.query(
        "SELECT c.id, c.status, c.assignee_id, (SELECT count(*) FROM conversations_offer o"
        " WHERE o.conversation_id = c.id AND o.outcome = '') FROM conversations_conversation c"
    ):
        if (status == "offered") != (offers == 1) or offers > 1:
            wrong.append(f"conversation {conversation} is {status} with {offers} open offers")
        if status == "active" and assignee is None:
            wrong.append(f"conversation {conversation} is active and nobody's")
    customers = live.query(
        "SELECT customer_key, count(*) FROM conversations_conversation WHERE customer_key <> ''"
        " AND status IN ('new', 'offered', 'active') GROUP BY customer_key HAVING count(*) > 1"
    )
    return wrong + [f"{key} has {times} open conversations" for key, times in customers]


def moment(value: datetime | str) -> datetime:
    """A time as the database gave it: SQLite as text, without saying that it is UTC."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


# --- what is seen -----------------------------------------------------------------------------------------------


async def check_visitor(port: int, visitor: Visitor) -> list[str]:
    """The panel shows what a freshly opened one would."""
    fresh, seen = (await fresh_screen(port, visitor.token)).seen(), visitor.screen.seen()
    return [
        f"{visitor.name} sees {what} {seen[what]} instead of {fresh[what]}"
        for what in fresh
        if seen[what] != fresh[what]
    ]


async def check_workspace(workspace: Workspace) -> list[str]:
    """The workspace shows what a reload would."""
    wrong = []
    reloaded = Workspace(workspace.email, workspace.port, workspace.history, workspace.chance)
    reloaded.cookies = workspace.cookies
    for conversation, seen in workspace.timelines.items():
        reloaded.open(conversation)
        await reloaded.catch_up(conversation)
        if seen != reloaded.timelines[conversation]:
            odd = seen.items() ^ reloaded.timelines[conversation].items()
            wrong.append(f"{workspace.name} sees {conversation} differently: {sorted(odd)}")
    await reloaded.fetch_region("list")
    await reloaded.fetch_region("offers")
    if workspace.rows != reloaded.rows:
        rows = sorted(set(workspace.rows) ^ set(reloaded.rows))
        wrong.append(f"{workspace.name} sees another list: {rows or 'another order'}")
    if workspace.offers != reloaded.offers:
        wrong.append(f"{workspace.name} sees the offers {workspace.offers}, not {reloaded.offers}")
    return wrong


# --- what was logged ---------------------------------------------------------------------------------------------

_RECORD = re.compile(r"^(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ [A-Z]+ |--- )", re.MULTILINE)


def check_log(log: str) -> list[str]:
    """Nothing but outages was met: no traceback, except others' words about a Redis that is away."""
    return [
        _shortened(record)
        for record in _RECORD.split(log)
        if "Traceback (most recent call last)" in record and not _REDIS_IS_AWAY.match(record)
    ]


# Celery's parts and the message bus tell of a lost Redis by tracebacks. `celery.app.trace` would be a job of ours.
_REDIS_IS_AWAY = re.compile(
    r"[-\d]+ [:,\d]+ [A-Z]+ (celery\.(beat|bootsteps|concurrency|worker)|kombu|channels_redis\.pubsub)[.\w]* "
)


def _shortened(record: str) -> str:
    """The first line and the end: what was tried, and what came of it."""
    first, _, rest = record.rstrip().partition("\n")
    return f"logged: {first[:300]} … {rest[-700:]}"
