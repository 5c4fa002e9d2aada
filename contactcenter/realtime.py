"""Groups, broadcasting, and the hub that passes on to this process's sockets what it hears (docs/realtime.md)."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

RESYNC_FRAME = '{"type":"resync","data":{}}'
# The one group of the bus: the hubs of all processes. Who is in which of the groups below, each hub knows for itself.
EVERY_HUB = "hubs"
MAX_TOGETHER = 100  # frames in one message on the bus

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


def _bus_loop() -> asyncio.AbstractEventLoop:
    """The event loop from which this process speaks on the message bus: that of its sockets; in a worker, which has
    none, one on a thread of its own."""
    global _loop
    if _loop is None or _loop.is_closed():
        with _loop_lock:
            if _loop is None or _loop.is_closed():
                _loop = asyncio.new_event_loop()
                threading.Thread(target=_loop.run_forever, name="realtime", daemon=True).start()
    return _loop


# Frames on their way to the bus. Should it be away until this is full, the oldest are forgotten: the rows are stored,
# and screens catch up by themselves.
_waiting: deque[tuple[list[str], str]] = deque(maxlen=10_000)
_sender: asyncio.Task[None] | None = None


def broadcast(groups: Iterable[str], frame: str) -> None:
    """Send a frame to everybody in the groups, from any thread. Returns at once and never raises."""
    _waiting.append((list(groups), frame))
    try:
        _bus_loop().call_soon_threadsafe(_start_sending)
    except RuntimeError:
        logger.warning("not told: the process is ending")


def _start_sending() -> None:
    global _sender
    if _sender is None or _sender.done() or _sender.get_loop() is not asyncio.get_running_loop():
        _sender = asyncio.get_running_loop().create_task(_send())


async def _send() -> None:
    """Send what waits, in order. What comes while the bus is being spoken to goes out with the next message, so that a
    busy process speaks to it less often than there are frames."""
    layer = get_channel_layer()
    while _waiting:
        frames = [_waiting.popleft() for _ in range(min(len(_waiting), MAX_TOGETHER))]
        try:
            await layer.group_send(EVERY_HUB, {"type": "frames", "frames": frames})
        except Exception as error:
            logger.warning("not told to anybody: %s", type(error).__name__)


def start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run something on this event loop without waiting for it, and without the garbage collector ending it."""
    task = asyncio.get_running_loop().create_task(work)
    _running.add(task)
    task.add_done_callback(_running.discard)
    return task


# --- hearing ------------------------------------------------------------------------------------------------------


class Listener(Protocol):
    """A socket, as the hub knows it."""

    def tell(self, frame: str) -> None:
        """Pass a frame on; must not wait."""

    def look_around(self, now: float) -> None:
        """Called every few seconds with the monotonic time."""


class Hub:
    """One for each process: it alone listens on the message bus, and passes a frame on to those of its sockets that
    are in the frame's groups. A socket then costs little more than its connection, joining a group concerns nobody
    else, and what goes wrong with the bus is put right in one place.

    Every second it sends itself a numbered tick through the bus. A tick that does not come back means that frames may
    have been lost too: when ticks come back, every socket is told to catch up. (A loss between two ticks is found by
    the screens' own heartbeats.)
    """

    TICK = 1.0
    LOOK_AROUND_EVERY = 5  # ticks

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self._members: dict[str, set[Listener]] = {}
        self._layer = get_channel_layer()
        self._channel = ""
        self._ready = asyncio.Event()
        self._last_tick = 0
        self._tasks = [start(self._hear()), start(self._watch())]

    async def stop(self) -> None:
        # More than once if need be: `wait_for` in Python 3.11, which the Redis client uses, may swallow a cancellation.
        while running := [task for task in self._tasks if not task.done()]:
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=0.1)
        with suppress(Exception):
            await self._layer.group_discard(EVERY_HUB, self._channel)

    # --- members

    async def join(self, listener: Listener, groups: Iterable[str]) -> None:
        """Listen to groups. While the bus is away this returns soon; when it is back, everybody catches up."""
        for group in groups:
            self._members.setdefault(group, set()).add(listener)
        if not self._ready.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await self._ready.wait()

    def leave(self, listener: Listener, groups: Iterable[str]) -> None:
        for group in groups:
            members = self._members.get(group, set())
            members.discard(listener)
            if not members:
                self._members.pop(group, None)

    # --- the bus

    async def _hear(self) -> None:
        while True:
            try:
                if not self._channel:
                    self._channel = await self._layer.new_channel()
                if not self._ready.is_set():
                    await self._layer.group_add(EVERY_HUB, self._channel)
                    self._ready.set()
                message = await self._layer.receive(self._channel)
            except Exception as error:
                logger.warning("the message bus cannot be heard: %s", type(error).__name__)
                await asyncio.sleep(self.TICK)
            else:
                self._heard(message)

    def _heard(self, message: dict[str, Any]) -> None:
        if message["type"] == "tick":
            self._last_tick = message["number"]
            return
        for groups, frame in message["frames"]:
            listeners: set[Listener] = set()
            for group in groups:
                listeners |= self._members.get(group, set())
            for listener in listeners:
                listener.tell(frame)

    async def _watch(self) -> None:
        number, lost = 0, False
        while True:
            sent, number = number, number + 1
            came_back = self._last_tick >= sent
            # Also while none comes back: how else would it be noticed that they do again?
            away = not await self._send_tick(number) or not came_back
            if away and not lost:
                logger.warning("the message bus is away")
            if lost and not away:
                logger.warning("the message bus is back: every screen catches up")
                self._catch_up()
            lost = away
            if number % self.LOOK_AROUND_EVERY == 0:
                now = time.monotonic()
                for listener in tuple(self.listeners):
                    listener.look_around(now)
            await asyncio.sleep(self.TICK)

    async def _send_tick(self, number: int) -> bool:
        try:
            async with asyncio.timeout(2):
                await self._ready.wait()
                await self._layer.send(self._channel, {"type": "tick", "number": number})
        except Exception:
            return False
        return True

    def _catch_up(self) -> None:
        for listener in tuple(self.listeners):
            listener.tell(RESYNC_FRAME)


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop, begun when it is first asked for."""
    global _loop
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _loop = loop
        _hubs[loop] = Hub()
    return _hubs[loop]


def open_sockets() -> int:
    """How many sockets this process has open."""
    return sum(len(hub.listeners) for hub in tuple(_hubs.values()))
