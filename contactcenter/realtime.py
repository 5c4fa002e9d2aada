"""Groups, broadcasting, and the base of every socket. Why it looks like this: docs/realtime.md.

Channels' own consumers hop through a thread before every message and event. Here `dispatch` stays on the event loop;
what needs the database goes through `in_database`, and one slow query holds up one socket.
"""

import asyncio
import json
import logging
import threading
import time
import weakref
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, ClassVar

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from channels.layers import get_channel_layer

from contactcenter.database import Unavailable

logger = logging.getLogger(__name__)

MAX_FRAME = 65_536
RESYNC_FRAME = '{"type":"resync","data":{}}'

# --- group names: all of them -----------------------------------------------------------------------------------


def company_agents(company_id: int) -> str:
    """Every open workspace of a company."""
    return f"agents.{company_id}"


def one_agent(agent_id: int) -> str:
    """Every open workspace of one agent."""
    return f"agent.{agent_id}"


def one_visitor(visitor_id: int) -> str:
    """Every open panel of one visitor. Nothing internal may be sent here."""
    return f"visitor.{visitor_id}"


def widgets(company_id: int, group_id: int | None) -> str:
    """Every widget of a company (narrowed to one group), open or not."""
    return f"widgets.{company_id}.{group_id or 0}"


# --- telling ----------------------------------------------------------------------------------------------------

_loop: asyncio.AbstractEventLoop | None = None
_loop_lock = threading.Lock()
_running: set[asyncio.Task[None]] = set()


def use_loop(loop: asyncio.AbstractEventLoop | None) -> None:
    """The event loop on which this process's sockets live; the message bus is spoken to from there."""
    global _loop
    _loop = loop


def _the_loop() -> asyncio.AbstractEventLoop:
    """The web process's loop, or in a worker a loop on a thread of its own."""
    global _loop
    if _loop is None or _loop.is_closed():
        with _loop_lock:
            if _loop is None or _loop.is_closed():
                _loop = asyncio.new_event_loop()
                threading.Thread(target=_loop.run_forever, name="realtime", daemon=True).start()
    return _loop


def broadcast(groups: Sequence[str], frame: str) -> None:
    """Send a frame to everybody in the groups, from any thread. Returns at once and never raises."""
    try:
        _the_loop().call_soon_threadsafe(_start, _send(groups, frame))
    except RuntimeError:
        logger.warning("not told: the process is ending")


def _start(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.get_running_loop().create_task(work)
    _running.add(task)
    task.add_done_callback(_running.discard)


async def _send(groups: Sequence[str], frame: str) -> None:
    layer = get_channel_layer()
    for group in groups:
        try:
            await layer.group_send(group, {"type": "frame", "text": frame})
        except Exception as error:
            # The rows are stored; screens catch up by themselves.
            logger.warning("not told to %s: %s", group, type(error).__name__)


# --- sockets ------------------------------------------------------------------------------------------------------

_open_sockets: "weakref.WeakSet[Socket]" = weakref.WeakSet()


def open_sockets() -> int:
    """How many sockets this process has open."""
    return len(_open_sockets)


def resync_all() -> None:
    """Ask every socket of this process to catch up, after the message bus was away."""
    for socket in list(_open_sockets):
        _start(socket.send_quietly(RESYNC_FRAME))


class ProtocolError(Exception):
    """The client broke the protocol. `code` and `message` go back to it."""

    def __init__(self, code: str, message: str, *, retry: bool = False, after: float | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.retry, self.after = code, message, retry, after


def parse_frame(text: str | None) -> tuple[str, str | None, dict[str, Any]]:
    """The type, ref and data of a client's frame. Raises ProtocolError."""
    if text is None:
        raise ProtocolError("bad_frame", "Frames are text.")
    if len(text) > MAX_FRAME or len(text.encode("utf-8", "replace")) > MAX_FRAME:
        raise ProtocolError("too_large", "A frame may have 64 KiB.")
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        raise ProtocolError("bad_frame", "Not JSON.") from None
    return check_frame(frame)


def check_frame(frame: Any) -> tuple[str, str | None, dict[str, Any]]:
    if not isinstance(frame, dict):
        raise ProtocolError("bad_frame", "A frame is an object.")
    kind, ref, data = frame.get("type"), frame.get("ref"), frame.get("data", {})
    if not isinstance(kind, str) or not isinstance(data, dict):
        raise ProtocolError("bad_frame", "A frame has a type and data.")
    if ref is not None and not (isinstance(ref, str) and len(ref) <= 64):
        raise ProtocolError("bad_frame", "A ref is a text of at most 64 characters.")
    return kind, ref, data


def frame_of(kind: str, data: dict[str, Any], ref: str | None = None) -> dict[str, Any]:
    return {"type": kind, "ref": ref, "data": data} if ref is not None else {"type": kind, "data": data}


def error_frame(error: ProtocolError, ref: str | None) -> dict[str, Any]:
    data = {"code": error.code, "message": error.message, "retry": error.retry, "after": error.after}
    return {"type": "error", "ref": ref, "data": data}


UNAVAILABLE = ProtocolError("unavailable", "Nothing was stored; try again.", retry=True, after=1)


class Socket(AsyncConsumer):
    """A socket whose frames are commands. Subclasses list them in `commands` and say in `opened` who is there."""

    commands: ClassVar[dict[str, Callable[[Any, str | None, dict[str, Any]], Awaitable[None]]]] = {}
    # Seconds without a frame after which the other side is taken for dead; None where clients only listen.
    max_silence: float | None = 75.0
    max_errors = 50  # frames that break the protocol before the socket is closed

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups: list[str] = []
        self.missing: list[str] = []
        self.errors = 0
        self.closing = False
        self.heard_at = time.monotonic()
        self._watch: asyncio.TimerHandle | None = None

    async def opened(self) -> None:
        """Accept or close. Called once, when the other side has connected."""
        raise NotImplementedError

    async def closed(self) -> None:
        """The socket is gone."""

    async def dispatch(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "frame":
            await self.base_send({"type": "websocket.send", "text": message["text"]})
        elif kind == "websocket.receive":
            self.heard_at = time.monotonic()
            await self.received(message.get("text"))
        elif kind == "websocket.connect":
            _open_sockets.add(self)
            self._watch_silence()
            await self.opened()
        elif kind == "websocket.disconnect":
            await self._disconnected()
            raise StopConsumer

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
            return
        await self.send_json(error_frame(error, ref))

    # --- sending

    async def accept(self) -> None:
        await self.base_send({"type": "websocket.accept"})

    async def send_json(self, frame: dict[str, Any]) -> None:
        await self.base_send(
            {"type": "websocket.send", "text": json.dumps(frame, ensure_ascii=False, separators=(",", ":"))}
        )

    async def send_quietly(self, text: str) -> None:
        try:
            await self.base_send({"type": "websocket.send", "text": text})
        except Exception:
            logger.debug("a socket went away while it was told something")

    async def close(self, code: int) -> None:
        if not self.closing:
            self.closing = True
            await self.base_send({"type": "websocket.close", "code": code})

    # --- groups

    async def join(self, *groups: str) -> None:
        """Listen to groups. When the message bus is away the socket works without it, and joins when it is back."""
        for group in groups:
            if group not in self.groups:
                self.groups.append(group)
            try:
                await self.channel_layer.group_add(group, self.channel_name)
            except Exception as error:
                logger.warning("not joined yet: %s (%s)", group, type(error).__name__)
                self.missing.append(group)
        if self.missing:
            asyncio.get_running_loop().call_later(1.0, lambda: _start(self._join_missing()))

    async def _join_missing(self) -> None:
        if self.closing or self not in _open_sockets:
            return
        missing, self.missing = self.missing, []
        await self.join(*missing)
        if missing and not self.missing:
            await self.send_quietly(RESYNC_FRAME)

    async def leave(self, *groups: str) -> None:
        for group in groups:
            if group in self.groups:
                self.groups.remove(group)
            try:
                await self.channel_layer.group_discard(group, self.channel_name)
            except Exception as error:
                logger.debug("not left: %s (%s)", group, type(error).__name__)

    async def _disconnected(self) -> None:
        self.closing = True
        _open_sockets.discard(self)
        if self._watch:
            self._watch.cancel()
        await self.leave(*list(self.groups))
        try:
            await self.closed()
        except Unavailable as error:
            logger.warning("database unavailable: %s", type(error).__name__)

    # --- the other side's silence

    def _watch_silence(self) -> None:
        if self.max_silence is None:
            return
        silent_for = time.monotonic() - self.heard_at
        if silent_for >= self.max_silence:
            _start(self.close(4408))
            return
        self._watch = asyncio.get_running_loop().call_later(
            self.max_silence - silent_for + 0.1, self._watch_silence
        )
