"""Scripted people who follow the protocols to the letter, and remember everything they were told.

Visitors are written from docs/widget-protocol.md alone, some on WebSocket and some on plain HTTP. Agents do what the
workspace's scripts do: they act over HTTP, listen on their socket, and fetch what they missed.
"""

import asyncio
import html
import http.client
import itertools
import json
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

PATIENCE = 4.0  # seconds without an answer after which a line is given up
BEAT = 1.0  # heartbeats and pings: more often than in a browser, so that a run is short
LINE_TROUBLE = (OSError, http.client.HTTPException, WebSocketException, TimeoutError, EOFError)

_ids = itertools.count(1)


def new_id(who: str) -> str:
    return f"{who}-{next(_ids):06d}"


@dataclass
class Sent:
    """A message in its author's order of typing. `told` is where the product said it stands; `refused` that it was
    not stored and never will be."""

    id: str
    text: str
    told: tuple[Any, int] | None = None
    refused: bool = False

    @property
    def is_settled(self) -> bool:
        return self.told is not None or self.refused


@dataclass
class History:
    """What one person wrote, saw, and complains of."""

    name: str
    sent: list[Sent] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def told(self, message: Sent, where: tuple[Any, int]) -> None:
        if message.told not in {None, where}:
            self.complaints.append(f"{message.id} was said to stand at {message.told}, then at {where}")
        message.told = where


class Person:
    def __init__(self, name: str, port: int, seed: str) -> None:
        self.name = name
        self.port = port
        self.chance = random.Random(seed)
        self.history = History(name)
        self.talking = True
        self._wake = asyncio.Event()

    @property
    def waiting(self) -> list[Sent]:
        return [message for message in self.history.sent if not message.is_settled]

    def type(self, text: str) -> None:
        self.history.sent.append(Sent(new_id(self.name), text))
        self._wake.set()

    async def keep_coming_back(self, visit: Callable[[], Awaitable[None]]) -> None:
        """With backoff, as the protocol asks."""
        pause = 0.1
        while True:
            try:
                await visit()
                pause = 0.1
            except LINE_TROUBLE:
                pause = min(pause * 2, 1.0)
            await asyncio.sleep(pause * self.chance.uniform(0.5, 1.0))

    async def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, Any]:
        def ask() -> tuple[int, bytes, Any]:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            try:
                connection.request(method, path, body, headers or {})
                answer = connection.getresponse()
                return answer.status, answer.read(), answer.headers
            finally:
                connection.close()

        status, content, answer_headers = await asyncio.to_thread(ask)
        if status >= 500 and status != 503:
            self.history.complaints.append(f"{method} {path} answered {status}")
        if status in {429, 500, 503}:
            await asyncio.sleep(min(float(answer_headers.get("Retry-After") or 1), 2))
            raise OSError(f"come back later ({status})")
        return status, content, answer_headers


class Visitor(Person):
    """Somebody on the website. `shown` is what stands in the panel: entries by number, of the latest conversation."""

    def __init__(self, name: str, port: int, seed: str, *, over_http: bool) -> None:
        super().__init__(name, port, seed)
        self.over_http = over_http
        self.token: str | None = None
        self.conversation: dict[str, Any] | None = None
        self.shown: dict[int, dict[str, Any]] = {}
        self._behind = False

    async def live(self) -> None:
        visit = self._exchange if self.over_http else self._socket
        await asyncio.gather(self._talk(), self.keep_coming_back(visit))

    async def _talk(self) -> None:
        for number in itertools.count(1):
            await asyncio.sleep(self.chance.uniform(0.2, 1.2))
            if self.talking:
                self.type(f"{self.name} says {number}")

    # --- what is shown

    @property
    def state(self) -> dict[str, Any] | None:
        """The conversation as the panel shows it; `last_seq` is no part of that, the entries themselves are."""
        return self.conversation and {
            key: value for key, value in self.conversation.items() if key != "last_seq"
        }

    def _last_seq(self) -> int:
        return max(self.shown, default=0)

    def _stand(self) -> dict[str, Any] | None:
        return (
            {"conversation": self.conversation["id"], "seq": self._last_seq()} if self.conversation else None
        )

    def _note_conversation(self, conversation: dict[str, Any] | None) -> None:
        if conversation is None or self.conversation is None or conversation["id"] != self.conversation["id"]:
            self.shown = {}
        self.conversation = conversation

    def _note_entry(self, entry: dict[str, Any]) -> None:
        entry = {key: value for key, value in entry.items() if key != "conversation"}
        known = self.shown.get(entry["seq"])
        if known is not None and known != entry:
            self.history.complaints.append(f"entry {entry['seq']} was {known}, then {entry}")
        self.shown[entry["seq"]] = entry

    def _note_all(self, data: dict[str, Any]) -> None:
        self._note_conversation(data["conversation"])
        for entry in data["entries"]:
            self._note_entry(entry)
        self._behind = False

    def _note_live(self, entry: dict[str, Any]) -> None:
        """An entry that came by itself: shown at once when it follows on the last one, asked for otherwise."""
        if self.conversation is None or entry["conversation"] != self.conversation["id"]:
            self._behind = True
        elif entry["seq"] in self.shown or entry["prev"] == self._last_seq():
            self._note_entry(entry)
        else:
            self._behind = True

    def _note_stored(self, data: dict[str, Any]) -> None:
        message = next(message for message in self.history.sent if message.id == data["id"])
        self.history.told(message, (data["conversation"], data["seq"]))
        if self.conversation is None or self.conversation["id"] != data["conversation"]:
            self._behind = True
        elif data["seq"] > self._last_seq():
            self._behind = True  # its own message comes as an entry too, or by sync

    def _hello(self) -> dict[str, Any]:
        return {"type": "hello", "data": {"token": self.token, "after": self._stand()}}

    # --- on the socket

    async def _socket(self) -> None:
        address = f"ws://127.0.0.1:{self.port}/ws/widget/demo/"
        async with connect(
            address, open_timeout=PATIENCE, close_timeout=0.2, proxy=None, ping_interval=None
        ) as line:
            await self._say(line, self._hello())
            await self._until(line, "welcome")
            while True:
                await self._one_step(line)

    async def _one_step(self, line: ClientConnection) -> None:
        if self._behind:
            await self._say(line, {"type": "sync", "data": self._stand() or {}})
            await self._until(line, "entries")
        elif self.waiting:
            message = self.waiting[0]
            await self._say(line, {"type": "message.send", "data": {"id": message.id, "text": message.text}})
            await self._until(line, "message.stored")
        else:
            await self._say(line, {"type": "ping", "data": self._stand() or {}})
            await self._until(line, "pong")
            await self._listen(line)

    async def _listen(self, line: ClientConnection) -> None:
        """Until there is something to do, or it is time for the next ping."""
        loop = asyncio.get_running_loop()
        until = loop.time() + BEAT
        while not self._behind and not self.waiting and (left := until - loop.time()) > 0:
            try:
                self._note(json.loads(await asyncio.wait_for(line.recv(), min(left, 0.1))))
            except TimeoutError:
                continue

    async def _say(self, line: ClientConnection, frame: dict[str, Any]) -> None:
        await line.send(json.dumps(frame))

    async def _until(self, line: ClientConnection, kind: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                frame = json.loads(await line.recv())
                self._note(frame)
                if frame["type"] == "error":
                    await asyncio.sleep(min(frame["data"]["after"] or 0.1, 2))
                    return
                if frame["type"] == kind:
                    return

    def _note(self, frame: dict[str, Any]) -> None:
        kind, data = frame["type"], frame["data"]
        if kind == "welcome":
            self.token = data["token"]
            self._note_all(data)
        elif kind == "entries":
            self._note_all(data)
        elif kind == "entry":
            self._note_live(data)
        elif kind == "message.stored":
            self._note_stored(data)
        elif kind == "conversation":
            if self.conversation and data["id"] == self.conversation["id"]:
                self.conversation = data
            else:
                self._behind = True
        elif kind == "pong":
            self._behind = self._behind or data["behind"]
        elif kind == "resync":
            self._behind = True
        elif kind == "error" and not data["retry"]:
            self.history.complaints.append(f"refused for good: {data}")

    # --- over plain HTTP

    async def _exchange(self) -> None:
        frames = [self._hello()]
        if self.waiting:
            message = self.waiting[0]
            frames += [
                {"type": "message.send", "data": {"id": message.id, "text": message.text}},
                {"type": "sync", "data": self._stand() or {}},
            ]
        body = json.dumps({"frames": frames}).encode()
        status, content, _ = await self.request(
            "POST", "/widget/demo/exchange", body, {"Content-Type": "application/json"}
        )
        if status != 200:
            self.history.complaints.append(f"exchange answered {status}")
            return
        for frame in json.loads(content)["frames"]:
            self._note(frame)
        self._behind = False
        await asyncio.sleep(0.5)

    async def reload(self) -> "Visitor":
        """The same visitor in a fresh tab."""
        fresh = Visitor(self.name, self.port, "reload", over_http=True)
        fresh.token = self.token
        await fresh._exchange()
        return fresh


class Agent(Person):
    """Somebody in the workspace with one conversation open. `shown` are its lines by number."""

    def __init__(self, name: str, port: int, seed: str) -> None:
        super().__init__(name, port, seed)
        self.cookies: dict[str, str] = {}
        self.open: int | None = None
        self.shown: dict[int, str] = {}
        self.mine: list[int] = []
        self.offered: list[int] = []
        self.device = f"device-of-{name}"
        # Where each message was typed: it is not sent anywhere else, however long it takes.
        self.addressed: dict[str, int | None] = {}

    async def live(self) -> None:
        while True:
            try:
                await self._sign_in()
                break
            except LINE_TROUBLE:
                await asyncio.sleep(0.5)
        await asyncio.gather(self.keep_coming_back(self._socket), self.keep_coming_back(self._work))

    # --- over HTTP

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    async def _post(self, path: str, **form: str) -> tuple[int, bytes]:
        headers = self._headers() | {
            "X-CSRFToken": self.cookies.get("csrftoken", ""),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        status, content, answer = await self.request("POST", path, urlencode(form).encode(), headers)
        self._keep_cookies(answer)
        return status, content

    async def _get(self, path: str) -> tuple[int, str]:
        status, content, answer = await self.request("GET", path, None, self._headers())
        self._keep_cookies(answer)
        return status, content.decode()

    def _keep_cookies(self, headers: Any) -> None:
        for line in headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value

    async def _sign_in(self) -> None:
        await self._get("/login/")
        form = {"username": f"{self.name}@demo.example", "password": "demo-password"}
        status, _ = await self._post("/login/", **form)
        if status not in {200, 302}:
            raise OSError(f"signing in answered {status}")
        status, _ = await self._post("/status/", status="online")
        if status not in {200, 302}:
            raise OSError(f"the status answered {status}")

    async def _work(self) -> None:
        """One thing after the other, for ever."""
        while True:
            await asyncio.sleep(self.chance.uniform(0.1, 0.4))
            if self.waiting:
                await self._send(self.waiting[0])
            elif self.talking and self.offered:
                await self._answer(self.offered.pop(0))
            elif self.talking and self.mine:
                await self._attend(self.chance.choice(self.mine))

    async def _answer(self, conversation: int) -> None:
        if self.chance.random() < 0.15:
            return  # lets it ring
        status, _ = await self._post(f"/conversations/{conversation}/answer/")
        if status in {200, 302}:
            self.mine.append(conversation)
            self._turn_to(conversation)

    async def _attend(self, conversation: int) -> None:
        self._turn_to(conversation)
        if self.chance.random() < 0.06:
            await self._post(f"/conversations/{conversation}/close/")
            self.mine.remove(conversation)
        else:
            self.type(f"{self.name} replies {len(self.history.sent) + 1}")
            self.addressed[self.history.sent[-1].id] = conversation

    async def _send(self, message: Sent) -> None:
        where = self.addressed[message.id]
        kind = "note" if message.id.endswith("7") else "reply"
        status, content = await self._post(
            f"/conversations/{where}/messages/", id=message.id, text=message.text, kind=kind
        )
        if status == 200:
            seq = json.loads(content)["seq"]
            self.history.told(message, (where, seq))
        elif status == 409:
            message.refused = True
        else:
            self.history.complaints.append(f"sending answered {status}")
            message.refused = True

    def _turn_to(self, conversation: int) -> None:
        if conversation != self.open:
            self.open, self.shown = conversation, {}

    async def _catch_up(self) -> None:
        opened = self.open
        if opened is None:
            return
        lines = await self.lines(opened, max(self.shown, default=0))
        if opened == self.open:
            self.shown |= lines

    async def lines(self, conversation: int, after: int) -> dict[int, str]:
        """The conversation's lines that stand after a number, as a page shows them."""
        found: dict[int, str] = {}
        while True:
            _, page = await self._get(
                f"/conversations/{conversation}/entries/?after={max(found, default=after)}"
            )
            more = {
                int(seq): _words(line)
                for seq, line in re.findall(r'<li[^>]*data-seq="(\d+)"[^>]*>(.*?)</li>', page, re.S)
            }
            if not more:
                return found
            found |= more

    # --- on the socket

    async def _socket(self) -> None:
        origin = f"http://127.0.0.1:{self.port}"
        async with connect(
            f"ws://127.0.0.1:{self.port}/ws/agent/",
            origin=origin,  # type: ignore[arg-type]
            additional_headers=self._headers(),
            open_timeout=PATIENCE,
            close_timeout=0.2,
            proxy=None,
            ping_interval=None,
        ) as line:
            beating = asyncio.create_task(self._beat(line))
            try:
                while True:
                    await self._note(json.loads(await asyncio.wait_for(line.recv(), PATIENCE)))
            finally:
                beating.cancel()

    async def _beat(self, line: ClientConnection) -> None:
        while True:
            data = {"device": self.device, "conversation": self.open}
            await line.send(json.dumps({"type": "heartbeat", "data": data}))
            await asyncio.sleep(BEAT)

    async def _note(self, frame: dict[str, Any]) -> None:
        kind, data = frame["type"], frame["data"]
        if kind == "offer.made":
            self.offered.append(data["conversation"])
        elif kind == "resync":
            await self._catch_up()
            await self._look_for_offers()
        elif kind == "heartbeat":
            if (
                data["conversation"] == self.open
                and data["seq"] is not None
                and data["seq"] > max(self.shown, default=0)
            ):
                await self._catch_up()
            await self._look_for_offers()
        elif kind == "entry.added" and data["conversation"] == self.open and data["seq"] not in self.shown:
            # The page draws messages itself and fetches the rest; here the page's own words are what is compared.
            await self._catch_up()

    async def _look_for_offers(self) -> None:
        _, page = await self._get("/conversations/offers/")
        for found in re.findall(r"/conversations/(\d+)/answer/", page):
            if int(found) not in self.offered:
                self.offered.append(int(found))


def _words(line: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", line)).split())
