"""Clients on the sockets, in this process: the real consumers, database threads and message bus, without a server."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client as HttpClient

from agents.models import Agent, Company
from contactcenter import realtime
from contactcenter.database import close_threads, in_database
from contactcenter.sockets import sockets
from conversations.actions import answer_conversation
from conversations.models import Conversation
from tests.factories import make_agent, make_company

HOST = b"testserver"
PATIENCE = 5.0
_refs = itertools.count(1)


class Closed(Exception):
    """The server closed the socket; `code` says why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Wire:
    """A client's end of one socket. Frames that were not asked for wait until somebody asks for their type."""

    def __init__(self, path: str, headers: dict[str, str]) -> None:
        encoded = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
        self.communicator = WebsocketCommunicator(sockets, path, headers=[(b"host", HOST), *encoded])
        self.waiting: list[dict[str, Any]] = []

    async def connect(self) -> "Wire":
        accepted, _ = await self.communicator.connect(PATIENCE)
        assert accepted
        return self

    async def say(self, kind: str, data: Any = None, **more: Any) -> str:
        """Send a frame; its ref comes back."""
        ref = str(next(_refs))
        await self.say_text(json.dumps({"type": kind, "ref": ref, "data": data or {}} | more))
        return ref

    async def say_text(self, text: str) -> None:
        await self.communicator.send_to(text_data=text)

    async def hear_any(self, seconds: float = PATIENCE) -> dict[str, Any]:
        message = await self.communicator.receive_output(seconds)
        if message["type"] == "websocket.close":
            raise Closed(message["code"])
        frame: dict[str, Any] = json.loads(message["text"])
        return frame

    async def hear(self, kind: str, ref: str | None = None) -> dict[str, Any]:
        """The data of the next frame of this type, answering `ref` if one is given."""

        def fits(frame: dict[str, Any]) -> bool:
            return frame["type"] == kind and (ref is None or frame.get("ref") == ref)

        for position, frame in enumerate(self.waiting):
            if fits(frame):
                return self.waiting.pop(position)["data"]
        while True:
            frame = await self.hear_any()
            if fits(frame):
                return frame["data"]
            self.waiting.append(frame)

    async def ask(self, kind: str, data: Any, answer: str) -> dict[str, Any]:
        return await self.hear(answer, await self.say(kind, data))

    async def closing_code(self) -> int:
        """Waits until the server closes, whatever it says before."""
        try:
            while True:
                await self.hear_any()
        except Closed as closed:
            return closed.code

    async def everything_said(self, quiet: float = 0.3) -> list[dict[str, Any]]:
        """All that has come and comes until it is quiet."""
        frames, self.waiting = self.waiting, []
        while not await self.communicator.receive_nothing(quiet):
            frames.append(await self.hear_any())
        return frames

    async def leave(self) -> None:
        await self.communicator.disconnect(timeout=PATIENCE)


class VisitorWire(Wire):
    token: str

    async def hello(self, **data: Any) -> dict[str, Any]:
        welcome = await self.ask("hello", data, "welcome")
        self.token = welcome["token"]
        return welcome

    async def write(self, text: str, client_id: str | None = None) -> dict[str, Any]:
        client_id = client_id or f"written-{next(_refs):05d}"
        return await self.ask("message.send", {"id": client_id, "text": text}, "message.stored")


Open = Callable[..., Awaitable[VisitorWire]]


@pytest.fixture
def company(transactional_db: None) -> Company:
    return make_company()


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", last_name="Kowalska")


@pytest.fixture
async def wires(transactional_db: None) -> AsyncIterator[list[Wire]]:
    """The sockets that the test has open; all that a web process owns ends with the test."""
    opened: list[Wire] = []
    try:
        yield opened
        for wire in opened:
            await wire.leave()
    finally:
        await realtime.hub().stop()
        await asyncio.to_thread(close_threads)


@pytest.fixture
async def visitor(company: Company, wires: list[Wire]) -> Open:
    """`await visitor()` opens a visitor's socket; without `token=` or with `say_hello=False` as a stranger."""

    async def open_socket(
        *, key: str = "", say_hello: bool = True, headers: dict[str, str] | None = None, **hello: Any
    ) -> VisitorWire:
        wire = VisitorWire(f"/ws/widget/{key or company.key}/", headers or {})
        wires.append(await wire.connect())
        if say_hello:
            await wire.hello(**hello)
        return wire

    return open_socket


@pytest.fixture
async def launcher(company: Company, wires: list[Wire]) -> Callable[..., Awaitable[Wire]]:
    """A page's launcher, which listens to the availability."""

    async def open_socket(*, key: str = "", query: str = "", headers: dict[str, str] | None = None) -> Wire:
        wire = await Wire(f"/ws/widget/{key or company.key}/status{query}", headers or {}).connect()
        wires.append(wire)
        return wire

    return open_socket


def sign_in(agent: Agent) -> HttpClient:
    client = HttpClient()
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
async def workspace(wires: list[Wire]) -> Callable[..., Awaitable[Wire]]:
    """`await workspace(client)` opens the socket of a tab in which that client is signed in."""

    async def open_socket(client: HttpClient | None, *, origin: str = "http://testserver") -> Wire:
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value if client else "unknown"
        headers = {"origin": origin, "cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
        wire = await Wire("/ws/agent/", headers).connect()
        wires.append(wire)
        return wire

    return open_socket


async def answered(public_id: str, by: Agent) -> Conversation:
    """The agent answers the conversation that the visitor knows under this id."""

    def answer() -> Conversation:
        return answer_conversation(conversation=Conversation.objects.get(public_id=public_id), by=by)

    return await in_database(answer)
