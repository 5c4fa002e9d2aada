"""The base of every socket. It takes the place of Channels' consumers, which hop through a thread before each message
and keep a queue and two tasks for each socket (docs/realtime.md)."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, ClassVar

from contactcenter.database import Unavailable
from contactcenter.frames import UNAVAILABLE, ProtocolError, encode, error_frame, parse_frame
from contactcenter.realtime import RESYNC_FRAME, hub, start

logger = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Command = Callable[[Any, str | None, dict[str, Any]], Awaitable[None]]

# Frames that may wait for a client that does not read. More are dropped, and it is told to catch up.
MAX_UNSENT = 500


class Socket:
    """A socket whose frames are commands. Subclasses list them in `commands` and say in `opened` who is there."""

    commands: ClassVar[dict[str, Command]] = {}
    # Seconds without a frame after which the other side is taken for dead; None where clients only listen.
    max_silence: ClassVar[float | None] = 75.0
    max_errors: ClassVar[int] = 50  # frames that break the protocol before the socket is closed

    @classmethod
    def as_asgi(cls) -> Callable[..., Any]:
        async def application(
            scope: MutableMapping[str, Any],
            receive: Callable[[], Awaitable[Message]],
            send: Callable[[Message], Awaitable[None]],
        ) -> None:
            await cls(scope, send).run(receive)

        return application

    def __init__(self, scope: MutableMapping[str, Any], send: Callable[[Message], Awaitable[None]]) -> None:
        self.scope = scope
        self._send = send
        self.groups: tuple[str, ...] = ()
        self.errors = 0
        self.closing = False
        self.heard_at = time.monotonic()
        self._unsent: list[str] = []
        self._writer: asyncio.Task[None] | None = None

    async def opened(self) -> None:
        """Accept or close. Called once, when the other side has connected."""
        raise NotImplementedError

    async def closed(self) -> None:
        """The socket is gone."""

    async def run(self, receive: Callable[[], Awaitable[Message]]) -> None:
        self.hub = hub()
        self.hub.listeners.add(self)
        try:
            while True:
                message = await receive()
                if message["type"] == "websocket.receive":
                    self.heard_at = time.monotonic()
                    if not self.closing:
                        await self.received(message.get("text"))
                elif message["type"] == "websocket.connect":
                    await self._open()
                else:
                    return
        finally:
            await self._gone()

    async def _open(self) -> None:
        try:
            await self.opened()
        except Unavailable as error:
            logger.warning("database unavailable: %s", type(error).__name__)
            # "The server restarts": clients come back.
            await self.close(1012)

    async def _gone(self) -> None:
        self.closing = True
        self.hub.listeners.discard(self)
        self.hub.leave(self, self.groups)
        try:
            await self.closed()
        except Unavailable as error:
            logger.warning("database unavailable: %s", type(error).__name__)

    async def received(self, text: str | None) -> None:
        ref = None
        try:
            kind, ref, data = parse_frame(text)
            command = self.commands.get(kind)
            if command is None:
                raise ProtocolError("unknown_command", f"There is no command {kind[:64]!r}.")
            await command(self, ref, data)
        except ProtocolError as error:
            await self._answer_error(error, ref)
        except Unavailable as error:
            logger.warning("database unavailable: %s", type(error).__name__)
            await self.send_json(error_frame(UNAVAILABLE, ref))

    async def _answer_error(self, error: ProtocolError, ref: str | None) -> None:
        self.errors += 1
        if self.errors > self.max_errors:
            await self.close(4429 if error.retry else 4400)
        else:
            await self.send_json(error_frame(error, ref))

    # --- sending

    async def accept(self) -> None:
        await self._send({"type": "websocket.accept"})

    async def send_json(self, frame: dict[str, Any]) -> None:
        """Answer the client, and wait until the connection has taken it."""
        await self._send({"type": "websocket.send", "text": encode(frame)})

    def tell(self, frame: str) -> None:
        """Pass on what the hub heard, without waiting: a client that does not read holds nobody up."""
        if self.closing:
            return
        self._unsent.append(frame)
        if len(self._unsent) > MAX_UNSENT:
            self._unsent = [RESYNC_FRAME]
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._unsent:
                frames, self._unsent = self._unsent, []
                for frame in frames:
                    await self._send({"type": "websocket.send", "text": frame})
        except Exception as error:
            logger.debug("a socket went away while it was told something: %s", type(error).__name__)
        finally:
            self._writer = None

    async def close(self, code: int) -> None:
        if not self.closing:
            self.closing = True
            await self._send({"type": "websocket.close", "code": code})

    # --- groups and silence

    async def join(self, *groups: str) -> None:
        self.groups = (*self.groups, *groups)
        await self.hub.join(self, groups)

    async def leave_all(self) -> None:
        groups, self.groups = self.groups, ()
        self.hub.leave(self, groups)

    def look_around(self, now: float) -> None:
        """Close when nothing has come for too long: half-open connections do not add up."""
        if self.max_silence is not None and now - self.heard_at > self.max_silence:
            start(self.close(4408))
