"""An agent's tab as static/js does it: the socket listens and renews the presence, what is out of date is fetched
again, and what the agent writes is sent until the server says that it is stored."""

import asyncio
import html
import json
import re
from collections import deque
from datetime import UTC, datetime
from random import Random
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.chaos.history import LOST, Answer, History, Sent, fetch, first_to_end

PASSWORD = "demo-password"
HEARTBEAT = 10.0
ANSWER_WITHIN = 8.0
LONGEST_WAIT = 5.0
# Regions refetch themselves at most so often.
PAUSE = 1.0
YOUNG = 15.0

Line = tuple[str, str]  # whose, and what stands there
Row = tuple[int, bool, str, str]  # conversation, unread, waiting since, preview

_ENTRY = re.compile(r'<li class="entry[^>]*data-seq="(\d+)" data-author="([^"]*)">(.*?)</li>', re.DOTALL)
_TEXT = re.compile(r"<p data-text>(.*?)</p>", re.DOTALL)
_EVENT = re.compile(r"<span>(.*?) · <time", re.DOTALL)
_ROW = re.compile(
    r'<a class="conv"[^>]*data-conversation="(\d+)"([^>]*)>.*?conv__text">(.*?)</span>', re.DOTALL
)
_WAITING = re.compile(r'data-waiting="([^"]*)"')
_CHANGED = re.compile(r'data-changed="([^"]*)"')
_OFFER = re.compile(r'data-offer="(\d+)".*?/conversations/(\d+)/answer/', re.DOTALL)


def read_lines(page: str) -> dict[int, Line]:
    lines = {}
    for seq, author, content in _ENTRY.findall(page):
        text = (_EVENT if author == "event" else _TEXT).search(content)
        assert text, content
        lines[int(seq)] = (author, html.unescape(text[1]))
    return lines


def read_rows(page: str) -> list[Row]:
    rows = []
    for number, attributes, preview in _ROW.findall(page):
        waiting = _WAITING.search(attributes)
        rows.append(
            (int(number), "data-unread" in attributes, waiting[1] if waiting else "", preview.strip())
        )
    return rows


def _age(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds() if moment else 0.0


class Workspace:
    """A tab with the tab All and several opened timelines. `lazy`: comes and goes, and never answers."""

    def __init__(
        self, email: str, port: int, history: History, chance: Random, *, lazy: bool = False
    ) -> None:
        self.email, self.port, self.history, self.chance, self.lazy = email, port, history, chance, lazy
        self.name = email.partition("@")[0]
        self.agent_id = 0
        self.cookies: dict[str, str] = {}
        self.timelines: dict[int, dict[int, Line]] = {}
        self.rows: list[Row] = []
        self.offers: list[tuple[int, int]] = []
        self.outbox: deque[Sent] = deque()
        self.busy = True
        self.colleagues: list[int] = []
        self._changed = ""
        self._stale: set[int | str] = set()
        self._something_stale = asyncio.Event()
        self._something_to_send = asyncio.Event()
        self._tries = 0
        self._socket: ClientConnection | None = None
        self._heartbeat_answered = True
        self._turn = 0

    # --- the door

    async def sign_in(self, status: str = "online") -> None:
        page = await fetch(self.port, "GET", "/login/")
        self.cookies |= page.cookies
        form = {"username": self.email, "password": PASSWORD, "remember": "on"}
        answer = await self._request("POST", "/login/", form)
        assert answer.status == 302, answer
        await self.choose(status)

    async def choose(self, status: str) -> None:
        answer = await self._request("POST", "/status/", {"status": status})
        assert answer.status == 200, answer

    async def _request(self, method: str, path: str, form: dict[str, str] | None = None) -> Answer:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-CSRFToken": self.cookies.get("csrftoken", ""),
        }
        if path != "/login/":
            headers["HX-Request"] = "true"
        answer = await fetch(self.port, method, path, form=form, headers=headers)
        self.cookies |= answer.cookies
        return answer

    # --- living

    async def run(self) -> None:
        self._make_stale("list", "offers")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_socket())
            tasks.create_task(self._refresh())
            tasks.create_task(self._deliver())

    async def _keep_socket(self) -> None:
        while True:
            try:
                await self._listen()
            except (*LOST, WebSocketException):
                pass
            self._socket = None
            self._tries += 1
            await asyncio.sleep(min(LONGEST_WAIT, 0.25 * 2**self._tries) * self.chance.uniform(0.5, 1.5))

    async def _listen(self) -> None:
        origin = f"http://127.0.0.1:{self.port}"
        async with connect(
            f"ws://127.0.0.1:{self.port}/ws/agent/",
            origin=origin,  # type: ignore[arg-type]
            additional_headers={"Cookie": f"sessionid={self.cookies['sessionid']}"},
            open_timeout=ANSWER_WITHIN,
            close_timeout=0.2,
            ping_interval=None,
            compression=None,
            proxy=None,
        ) as socket:
            self._socket = socket
            self._everything_stale()
            self._something_to_send.set()
            start = asyncio.ensure_future
            await first_to_end(start(self._hear_all(socket)), start(self._beat(socket)))

    async def _hear_all(self, socket: ClientConnection) -> None:
        async for text in socket:
            frame = json.loads(text)
            self._hear(frame["type"], frame["data"])

    async def _beat(self, socket: ClientConnection) -> None:
        while True:
            opened: list[int | None] = [*sorted(self.timelines)]
            self._turn += 1
            # A real tab has one conversation open and asks for that; this one asks for each of its own.
            for conversation in opened or [None]:
                self._heartbeat_answered = False
                data = {"device": f"device-{self.name}", "conversation": conversation}
                await socket.send(json.dumps({"type": "heartbeat", "data": data}))
            await asyncio.sleep(ANSWER_WITHIN)
            if not self._heartbeat_answered:
                return
            await asyncio.sleep(HEARTBEAT - ANSWER_WITHIN)

    # --- what the socket says

    def _hear(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "entry.added":
            self._make_stale("list")
            self._add(data)
        elif kind in {"conversation.changed", "conversation.read"}:
            self._make_stale("list")
        elif kind in {"offer.made", "offer.ended"}:
            self._make_stale("list", "offers")
        elif kind == "resync":
            self._everything_stale()
        elif kind == "heartbeat":
            self._heartbeat_answered, self._tries = True, 0
            timeline = self.timelines.get(data["conversation"] or 0)
            if timeline is not None and data["seq"] > max(timeline, default=0):
                self._make_stale(data["conversation"])
            # What is young may have company that committed after it with an earlier time.
            if data["changed"] != self._changed or _age(data["changed"]) < YOUNG:
                self._make_stale("list", "offers")

    def _add(self, entry: dict[str, Any]) -> None:
        """A message is shown at once, if it is the next; anything else is fetched."""
        timeline = self.timelines.get(entry["conversation"])
        if timeline is None or entry["seq"] in timeline:
            return
        if entry["kind"] == "event" or entry["seq"] != max(timeline, default=0) + 1:
            self._make_stale(entry["conversation"])
            return
        author = "customer" if entry["by"] == "customer" else f"agent-{entry['author']}"
        timeline[entry["seq"]] = (author, entry["text"])

    # --- what is out of date

    def _make_stale(self, *what: int | str) -> None:
        self._stale |= set(what)
        self._something_stale.set()

    def _everything_stale(self) -> None:
        self._make_stale("list", "offers", *self.timelines)

    async def _refresh(self) -> None:
        while True:
            await self._something_stale.wait()
            self._something_stale.clear()
            stale, self._stale = self._stale, set()
            for what in sorted(stale, key=str):
                try:
                    await self._fetch(what)
                except LOST:
                    self._make_stale(what)
            await asyncio.sleep(PAUSE)

    async def _fetch(self, what: int | str) -> None:
        if isinstance(what, int):
            await self.catch_up(what)
        else:
            await self.fetch_region(what)

    async def fetch_region(self, what: str) -> None:
        page = await self._get(f"/conversations/{what}/{'?tab=all' if what == 'list' else ''}")
        if what == "offers":
            self.offers = [(int(offer), int(pk)) for offer, pk in _OFFER.findall(page)]
            return
        self.rows = read_rows(page)
        changed = _CHANGED.search(page)
        self._changed = changed[1] if changed else ""

    async def catch_up(self, conversation: int) -> None:
        timeline = self.timelines[conversation]
        while lines := await self.fetch_lines(conversation, after=max(timeline, default=0)):
            timeline |= lines

    async def fetch_lines(self, conversation: int, *, after: int = 0) -> dict[int, Line]:
        return read_lines(await self._get(f"/conversations/{conversation}/entries/?after={after}"))

    async def _get(self, path: str) -> str:
        answer = await self._request("GET", path)
        if answer.status == 503:
            raise ConnectionError("unavailable")
        if answer.status != 200:
            self.history.surprises.append(f"{self.name} GET {path}: {answer.status} {answer.text[:60]}")
            raise ConnectionError(str(answer.status))
        return answer.text

    # --- what the agent does

    async def work(self, share_of_closed: float = 0.15) -> None:
        """Answer what rings and what waits, reply to what customers say, hand over and close now and then."""
        while self.busy:
            await asyncio.sleep(self.chance.uniform(0.2, 0.8))
            try:
                await self._next_deed(share_of_closed)
            except LOST:
                continue

    async def _next_deed(self, share_of_closed: float) -> None:
        if self.lazy and self.chance.random() < 0.2:
            await self._request("POST", "/status/", {"status": self.chance.choice(["online", "break"])})
            return
        wanted = [conversation for _, conversation in self.offers]
        # Everybody may press Answer in New, also when it rings at a colleague.
        wanted += [number for number, _, waiting, _ in self.rows if waiting and self.chance.random() < 0.3]
        wanted = [number for number in wanted if number not in self.timelines]
        if wanted and not self.lazy:
            await self.answer(self.chance.choice(wanted))
            return
        unanswered = [number for number, lines in self.timelines.items() if self._waits_for_reply(lines)]
        if not unanswered:
            return
        conversation = self.chance.choice(unanswered)
        deed = self.chance.random()
        if deed < share_of_closed:
            await self._request("POST", f"/conversations/{conversation}/close/")
        elif deed < share_of_closed + 0.05 and self.colleagues:
            to = {"to": f"agent:{self.chance.choice(self.colleagues)}"}
            await self._request("POST", f"/conversations/{conversation}/transfer/", to)
        else:
            self.write(conversation, "Reply")

    def _waits_for_reply(self, lines: dict[int, Line]) -> bool:
        authors = [author for author, _ in lines.values() if author != "event"]
        return bool(authors) and authors[-1] == "customer" and not self.outbox

    async def answer(self, conversation: int) -> int:
        """Press Answer. The status: 200 won, 409 somebody else did."""
        answer = await self._request("POST", f"/conversations/{conversation}/answer/")
        if answer.status == 200:
            self.history.winners.append((self.name, conversation))
            self.open(conversation)
        elif answer.status not in {409, 503}:
            self.history.surprises.append(f"{self.name} answering: {answer.status} {answer.text[:60]}")
        return answer.status

    def open(self, conversation: int) -> None:
        self.timelines.setdefault(conversation, {})
        self._make_stale(conversation)

    def write(self, conversation: int, text: str) -> None:
        self.outbox.append(self.history.typed(self.name, text, conversation=conversation))
        self._something_to_send.set()

    async def _deliver(self) -> None:
        failures = 0
        while True:
            await self._something_to_send.wait()
            self._something_to_send.clear()
            while self.outbox:
                if await self._send(self.outbox[0]):
                    self.outbox.popleft()
                    failures = 0
                else:
                    failures += 1
                    await asyncio.sleep(
                        min(LONGEST_WAIT, 0.5 * 2**failures) * self.chance.uniform(0.75, 1.25)
                    )

    async def _send(self, message: Sent) -> bool:
        """True when the message's fate is known."""
        form = {"id": message.id, "kind": "reply", "text": message.text}
        try:
            answer = await self._request("POST", f"/conversations/{message.conversation}/messages/", form)
        except LOST:
            return False
        if answer.status == 200:
            entry = json.loads(answer.text)
            message.state, message.told = "stored", (str(entry["conversation"]), entry["seq"])
            self._add(entry)
            return True
        if answer.status == 409:
            message.state = "refused"  # the conversation has ended
            return True
        if answer.status != 503:
            self.history.surprises.append(f"{message.id}: {answer.status} {answer.text[:60]}")
        return False
