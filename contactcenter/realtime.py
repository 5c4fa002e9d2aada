"""Groups, broadcasting, and the hub that passes on to this process's sockets what it hears (docs/realtime.md)."""

import asyncio
import logging
import threading
import time
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

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


def broadcast(groups: Sequence[str], frame: str) -> None:
    """Send a frame to everybody in the groups, from any thread. Returns at once and never raises."""
    try:
        _bus_loop().call_soon_threadsafe(_start_sending, groups, frame)
    except RuntimeError:
        logger.warning("not told: the process is ending")


def _start_sending(groups: Sequence[str], frame: str) -> None:
    start(_send(groups, frame))


def start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run something on this event loop without waiting for it, and without the garbage collector ending it."""
    task = asyncio.get_running_loop().create_task(work)
    _running.add(task)
    task.add_done_callback(_running.discard)
    return task


async def _send(groups: Sequence[str], frame: str) -> None:
    layer = get_channel_layer()
    for group in groups:
        try:
            await layer.group_send(group, {"type": "frame", "group": group, "text": frame})
        except Exception as error:
            # The rows are stored; screens catch up by themselves.
            logger.warning("not told to %s: %s", group, type(error).__name__)


# --- hearing ------------------------------------------------------------------------------------------------------


class Listener(Protocol):
    """A socket, as the hub knows it."""

    def tell(self, frame: str) -> None:
        """Pass a frame on; must not wait."""

    def look_around(self, now: float) -> None:
        """Called every few seconds with the monotonic time."""


class Hub:
    """One for each process: it alone listens on the message bus, once for each group that any of its sockets wants, and
    passes frames on. A socket then costs little more than its connection, and what goes wrong with the bus is put
    right in one place.

    Every second it sends itself a numbered tick through the bus. A tick that does not come back means that frames may
    have been lost too: when ticks come back, every socket is told to catch up. (A loss between two ticks is found by
    the screens' own heartbeats.)
    """

    TICK = 1.0
    LOOK_AROUND_EVERY = 5  # ticks

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self._members: dict[str, set[Listener]] = {}
        self._joined: set[str] = set()
        self._layer = get_channel_layer()
        self._channel = ""
        self._ready = asyncio.Event()
        self._last_tick = 0
        self._tasks = [start(self._hear()), start(self._watch())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- members

    async def join(self, listener: Listener, groups: Iterable[str]) -> None:
        """Listen to groups. While the bus is away this returns soon, and the groups are joined when it is back."""
        wanted = list(groups)
        for group in wanted:
            self._members.setdefault(group, set()).add(listener)
        missing = [group for group in wanted if group not in self._joined]
        if missing:
            await self._join_on_bus(missing)

    async def leave(self, listener: Listener, groups: Iterable[str]) -> None:
        for group in list(groups):
            members = self._members.get(group)
            if members is None:
                continue
            members.discard(listener)
            if not members:
                del self._members[group]
                self._joined.discard(group)
                await self._quietly(self._layer.group_discard(group, self._channel))

    async def _join_on_bus(self, groups: Iterable[str]) -> None:
        try:
            async with asyncio.timeout(2):
                await self._ready.wait()
                for group in list(groups):
                    await self._layer.group_add(group, self._channel)
                    self._joined.add(group)
        except Exception as error:
            logger.warning("groups not joined yet: %s", type(error).__name__)

    # --- the bus

    async def _hear(self) -> None:
        try:
            while True:
                try:
                    if not self._channel:
                        self._channel = await self._layer.new_channel()
                        self._ready.set()
                    message = await self._layer.receive(self._channel)
                except Exception as error:
                    logger.warning("the message bus cannot be heard: %s", type(error).__name__)
                    await asyncio.sleep(self.TICK)
                else:
                    self._heard(message)
        finally:
            for group in self._joined:
                await self._quietly(self._layer.group_discard(group, self._channel))

    def _heard(self, message: dict[str, Any]) -> None:
        if message["type"] == "tick":
            self._last_tick = message["number"]
            return
        for listener in tuple(self._members.get(message["group"], ())):
            listener.tell(message["text"])

    async def _watch(self) -> None:
        number, lost = 0, False
        while True:
            sent, number = number, number + 1
            away = self._last_tick < sent or not await self._send_tick(number)
            if away and not lost:
                logger.warning("the message bus is away")
            if lost and not away:
                logger.warning("the message bus is back: every screen catches up")
                await self._catch_up()
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

    async def _catch_up(self) -> None:
        await self._join_on_bus([group for group in self._members if group not in self._joined])
        for listener in tuple(self.listeners):
            listener.tell(RESYNC_FRAME)

    async def _quietly(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:
            logger.debug("not left: %s", type(error).__name__)


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
