"""A visitor's panel as docs/widget-protocol.md asks for it, without the drawing."""

import asyncio
import contextlib
import itertools
import json
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.chaos.history import LOST, History, Sent, fetch, first_to_end

KEY = "demo"
ANSWER_WITHIN = 8.0
PING_EVERY = 10.0
EXCHANGE_EVERY = 3.0
TRY_SOCKET_EVERY = 6.0  # the protocol's 30 seconds are longer than most outages here
LONGEST_WAIT = 5.0

Frame = dict[str, Any]


class Screen:
    """What the visitor sees: the latest conversation with its entries, and who is there."""

    def __init__(self) -> None:
        self.conversation: Frame | None = None
        self.entries: dict[int, Frame] = {}
        self.availability: Frame = {}

    @property
    def position(self) -> Frame | None:
        if self.conversation is None:
            return None
        return {"conversation": self.conversation["id"], "seq": max(self.entries, default=0)}

    def load(self, conversation: Frame | None, entries: list[Frame]) -> None:
        if conversation is None or self.conversation is None or conversation["id"] != self.conversation["id"]:
            self.entries = {}
        self.conversation = conversation
        self.entries |= {entry["seq"]: entry for entry in entries}

    def add(self, entry: Frame) -> bool:
        """Show one entry. False when something before it is missing, or it belongs elsewhere."""
        if self.conversation is None or entry["conversation"] != self.conversation["id"]:
            return False
        if entry["seq"] in self.entries:
            return True
        if entry["prev"] != max(self.entries, default=0):
            return False
        self.entries[entry["seq"]] = entry
        return True

    def seen(self) -> Frame:
        entries = [self.entries[seq] for seq in sorted(self.entries)]
        # How far the conversation goes is told by its entries, not by a word of its own each time.
        conversation = self.conversation and self.conversation | {"last_seq": max(self.entries, default=0)}
        return {"conversation": conversation, "entries": entries, "availability": self.availability}


class Token:
    """Who a visitor is, on all tabs of their browser. It is kept before the first message leaves: if its answer gets
    lost, the message must be sent again as the same visitor."""

    def __init__(self) -> None:
        self.value: str | None = None


class Visitor:
    """One tab. `http_only`: on a network that blocks WebSocket."""

    def __init__(
        self,
        name: str,
        port: int,
        history: History,
        chance: Random,
        *,
        token: Token | None = None,
        http_only: bool = False,
    ) -> None:
        self.name, self.port, self.history, self.chance = name, port, history, chance
        self.token = token or Token()
        self.http_only = http_only
        self.screen = Screen()
        self.outbox: deque[Sent] = deque()
        self._offered_token: str | None = None
        self._welcomed = False
        self._refused_tries = 0
        self._tries = 0
        self._refs = itertools.count(1)
        self._answers: dict[str, asyncio.Future[Frame]] = {}
        self._something_to_send = asyncio.Event()
        self._sync_wanted = asyncio.Event()

    def type(self, text: str) -> None:
        self.outbox.append(self.history.typed(self.name, text))
        self._something_to_send.set()

    # --- coming and coming back

    async def run(self) -> None:
        while True:
            welcomed = False
            if not self.http_only:
                welcomed = await self._try_socket()
            self._refused_tries = 0 if welcomed else self._refused_tries + 1
            if self.http_only or self._refused_tries >= 2:
                await self._speak_http(TRY_SOCKET_EVERY)
            else:
                await asyncio.sleep(self._backoff())

    def _backoff(self) -> float:
        self._tries += 1
        return float(min(LONGEST_WAIT, 0.25 * 2**self._tries) * self.chance.uniform(0.5, 1))

    async def _try_socket(self) -> bool:
        """Talk until the socket ends. False when it ended before `welcome`."""
        self._welcomed = False
        try:
            async with connect(
                _address(self.port),
                open_timeout=ANSWER_WITHIN,
                close_timeout=0.2,
                ping_interval=None,
                compression=None,
                proxy=None,
            ) as socket:
                await self._talk(socket)
        except (*LOST, WebSocketException):
            pass
        finally:
            for answer in self._answers.values():
                answer.cancel()
            self._answers.clear()
        return self._welcomed

    async def _talk(self, socket: ClientConnection) -> None:
        self._socket = socket
        start = asyncio.ensure_future
        await first_to_end(start(self._listen(socket)), start(self._converse()))

    async def _converse(self) -> None:
        welcome = await self._ask("hello", self._hello())
        if welcome["type"] != "welcome":
            return
        self._welcomed, self._tries = True, 0
        start = asyncio.ensure_future
        await first_to_end(start(self._deliver()), start(self._sync_when_wanted()), start(self._ping()))

    def _hello(self) -> Frame:
        page = {"url": "https://shop.example/cart", "title": "Cart", "referrer": ""}
        token = self.token.value or self._offered_token
        return {"token": token, "after": self.screen.position, "page": page, "lang": "en"}

    # --- over the socket

    async def _listen(self, socket: ClientConnection) -> None:
        async for text in socket:
            frame = json.loads(text)
            self._hear(frame)
            answer = self._answers.pop(frame.get("ref") or "", None)
            if answer and not answer.done():
                answer.set_result(frame)

    async def _ask(self, kind: str, data: object) -> Frame:
        ref = str(next(self._refs))
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._answers[ref] = answer
        await self._socket.send(json.dumps({"type": kind, "ref": ref, "data": data}))
        return await asyncio.wait_for(answer, ANSWER_WITHIN)

    async def _deliver(self) -> None:
        """One message at a time, the next only after the word for the one before: so the order holds."""
        while True:
            await self._something_to_send.wait()
            while self.outbox:
                message = self._next_message()
                frame = await self._ask("message.send", {"id": message.id, "text": message.text})
                await asyncio.sleep(self._note_answer(message, frame))
            self._something_to_send.clear()

    def _next_message(self) -> Sent:
        self.token.value = self.token.value or self._offered_token
        return self.outbox[0]

    def _note_answer(self, message: Sent, frame: Frame) -> float:
        """What became of the first message of the outbox, and for how long to wait before the next."""
        data = frame["data"]
        if frame["type"] == "message.stored":
            message.state, message.told = "stored", (data["conversation"], data["seq"])
            self.outbox.popleft()
            return 0.0
        if data["retry"]:
            return float(data["after"] or 1)
        message.state = "refused"
        self.outbox.popleft()
        self.history.surprises.append(f"{message.id} was refused: {frame}")
        return 0.0

    async def _sync_when_wanted(self) -> None:
        while True:
            await self._sync_wanted.wait()
            self._sync_wanted.clear()
            answer = await self._ask("sync", self.screen.position or {"conversation": "", "seq": 0})
            if answer["type"] == "error":
                await asyncio.sleep(answer["data"]["after"] or 1)
                self._sync_wanted.set()

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY)
            await self._ask("ping", self.screen.position or {"conversation": None, "seq": 0})

    # --- over HTTP

    async def _speak_http(self, seconds: float) -> None:
        until = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < until:
            wait = await self._exchange()
            if wait is None:
                wait = 0.0 if self.outbox else EXCHANGE_EVERY
            # A new message goes out at once; what failed waits.
            if self.outbox:
                await asyncio.sleep(wait)
            else:
                self._something_to_send.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._something_to_send.wait(), wait)

    async def _exchange(self) -> float | None:
        """One exchange. None when it went well, else for how long to wait."""
        frames: list[Frame] = [{"type": "hello", "data": self._hello()}]
        message = self._next_message() if self.outbox and self._offered_token else None
        if message:
            frames.append({"type": "message.send", "data": {"id": message.id, "text": message.text}})
        try:
            answer = await fetch(self.port, "POST", f"/widget/{KEY}/exchange", body={"frames": frames})
        except LOST:
            return self._backoff()
        if answer.status == 429:
            return float(answer.headers.get("Retry-After", 5))
        if answer.status != 200:
            if answer.status != 503:
                self.history.surprises.append(f"exchange of {self.name}: {answer.status} {answer.text[:300]}")
            return self._backoff()
        self._tries = 0
        wait: float | None = None
        for frame in json.loads(answer.text)["frames"]:
            self._hear(frame)
            if message and frame["type"] in {"message.stored", "error"}:
                wait = self._note_answer(message, frame) or None
        return wait

    # --- what the server says

    def _hear(self, frame: Frame) -> None:
        hear = self._hearing.get(frame["type"])
        if hear:
            hear(self, frame["data"])

    def _welcome(self, data: Frame) -> None:
        self._offered_token = data["token"]
        self.screen.load(data["conversation"], data["entries"])
        self.screen.availability = data["availability"]

    def _entries(self, data: Frame) -> None:
        self.screen.load(data["conversation"], data["entries"])
        self.screen.availability = data.get("availability", self.screen.availability)

    def _entry(self, data: Frame) -> None:
        if not self.screen.add(data):
            self._sync_wanted.set()

    def _stored(self, data: Frame) -> None:
        text = next((sent.text for sent in self.outbox if sent.id == data["id"]), None)
        if text is not None:
            mine = {"kind": "message", "by": "visitor", "name": "", "text": text}
            self._entry(data | mine | dict.fromkeys(("event", "bot", "file")))

    def _conversation(self, data: Frame) -> None:
        if self.screen.conversation and self.screen.conversation["id"] == data["id"]:
            self.screen.conversation = data
        else:
            self._sync_wanted.set()

    def _availability(self, data: Frame) -> None:
        self.screen.availability = data

    def _pong(self, data: Frame) -> None:
        if data["behind"]:
            self._sync_wanted.set()

    def _resync(self, data: Frame) -> None:
        self._sync_wanted.set()

    _hearing: dict[str, Callable[["Visitor", Frame], None]] = {
        "welcome": _welcome,
        "entries": _entries,
        "entry": _entry,
        "message.stored": _stored,
        "conversation": _conversation,
        "availability": _availability,
        "pong": _pong,
        "resync": _resync,
    }


class Launcher:
    """A page's button: listens to the availability, and asks nothing."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.told: list[Frame] = []

    async def run(self) -> None:
        while True:
            with contextlib.suppress(*LOST, WebSocketException):
                async with connect(_address(self.port) + "status", compression=None, proxy=None) as socket:
                    async for text in socket:
                        self.told.append(json.loads(text)["data"])
            await asyncio.sleep(1)


async def fresh_screen(port: int, token: Token) -> Screen:
    """What the visitor would see who opens the panel now."""
    screen = Screen()
    async with connect(_address(port), close_timeout=0.2, compression=None, proxy=None) as socket:
        welcome: dict[str, Any] = {}
        # A database connection that died in the outage is noticed by whoever uses it first: "try again".
        while "conversation" not in welcome:
            await socket.send(json.dumps({"type": "hello", "data": {"token": token.value, "after": None}}))
            welcome = (await _answer_of(socket))["data"]
            assert "conversation" in welcome or welcome.get("retry"), welcome
    screen.load(welcome["conversation"], welcome["entries"])
    screen.availability = welcome["availability"]
    return screen


async def _answer_of(socket: ClientConnection) -> Frame:
    """The answer to a hello; whatever else everybody is told in between is not for it."""
    while True:
        frame: Frame = json.loads(await asyncio.wait_for(socket.recv(), ANSWER_WITHIN))
        if frame["type"] in {"welcome", "error"}:
            return frame


def _address(port: int) -> str:
    return f"ws://127.0.0.1:{port}/ws/widget/{KEY}/"
