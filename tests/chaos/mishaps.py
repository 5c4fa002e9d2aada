"""What goes wrong, and when: a schedule made of a seed, and the hands that carry it out."""

import asyncio
import contextlib
import os
import signal
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random

from tests.live import DEPLOYED, Live
from tests.proxy import Line

# How often each kind comes, in parts.
EVERYWHERE = {
    "kill web": 5,
    "cut line": 4,
    "cut all lines": 2,
    "hold line": 3,
    "line away": 2,
    "kill launcher": 1,
}
DEPLOYED_ONLY = {
    "kill one web": 4,
    "kill worker": 4,
    "kill beat": 2,
    "restart redis": 3,
    "flush redis": 2,
    "restart postgres": 3,
}
# Whoever was killed is left alone for so long: what is down cannot fall.
RECOVERY = 5.0
TARGETS = {
    "kill web": "web",
    "kill one web": "web",
    "kill launcher": "web",
    "kill worker": "worker",
    "kill beat": "beat",
    "restart redis": "redis",
    "flush redis": "redis",
    "restart postgres": "postgres",
}


@dataclass(frozen=True)
class Mishap:
    at: float  # seconds after the beginning
    kind: str
    line: int  # which of the lines, for those that concern one
    seconds: float  # for how long it lasts

    def __str__(self) -> str:
        return f"{self.at:6.2f} s  {self.kind} (line {self.line}, {self.seconds:.1f} s)"


def make_schedule(seed: int, seconds: float, *, lines: int) -> list[Mishap]:
    """Mishaps one to three seconds apart. The same seed gives the same schedule."""
    chance = Random(f"mishaps {seed}")
    kinds = EVERYWHERE | (DEPLOYED_ONLY if DEPLOYED else {})
    free_at: dict[str, float] = {}
    mishaps = []
    now = chance.uniform(1.0, 2.0)
    while now < seconds:
        may = [kind for kind in kinds if free_at.get(TARGETS.get(kind, ""), 0.0) <= now]
        kind = chance.choices(may, [kinds[kind] for kind in may])[0]
        mishaps.append(Mishap(now, kind, chance.randrange(lines), chance.uniform(0.2, 3.0)))
        if kind in TARGETS:
            free_at[TARGETS[kind]] = now + RECOVERY
        now += chance.uniform(0.7, 2.5)
    return mishaps


class Saboteur:
    """Carries mishaps out, and puts everything right again."""

    def __init__(self, live: Live, lines: list[Line]) -> None:
        self.live, self.lines = live, lines
        # On a busy machine what was killed may not be back when its turn comes again.
        self._repairing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def follow(self, schedule: list[Mishap]) -> None:
        """Returns when the last mishap is repaired."""
        async with asyncio.TaskGroup() as tasks:
            for mishap in schedule:
                tasks.create_task(self._at_its_time(mishap))
        # As `restart: unless-stopped` does in docker-compose.yml: Celery gives up when Redis dies at certain moments.
        for name in ("worker", "beat") if DEPLOYED else ():
            await asyncio.to_thread(self.live.restart, name)

    async def _at_its_time(self, mishap: Mishap) -> None:
        await asyncio.sleep(mishap.at)
        target = TARGETS.get(mishap.kind)
        async with self._repairing[target] if target else contextlib.nullcontext():
            await self.hands[mishap.kind](self, mishap)

    # --- processes

    async def _kill_web(self, mishap: Mishap) -> None:
        self.live.kill("web")

    async def _kill_one_web(self, mishap: Mishap) -> None:
        pids = self.live.pids("web")
        if pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pids[mishap.line % len(pids)], signal.SIGKILL)

    async def _kill_launcher(self, mishap: Mishap) -> None:
        self.live.kill_launcher()
        await self._restart("web", mishap.seconds)

    async def _kill_worker(self, mishap: Mishap) -> None:
        self.live.kill("worker")
        await self._restart("worker", mishap.seconds)

    async def _kill_beat(self, mishap: Mishap) -> None:
        self.live.kill("beat")
        await self._restart("beat", mishap.seconds)

    async def _restart(self, name: str, after: float) -> None:
        await asyncio.sleep(after)
        await asyncio.to_thread(self.live.restart, name)

    # --- servers

    async def _restart_redis(self, mishap: Mishap) -> None:
        redis = self.live.redis
        assert redis
        await asyncio.to_thread(redis.kill)
        await asyncio.sleep(mishap.seconds)
        await asyncio.to_thread(redis.start)

    async def _flush_redis(self, mishap: Mishap) -> None:
        assert self.live.redis
        await asyncio.to_thread(self.live.redis.flush)

    async def _restart_postgres(self, mishap: Mishap) -> None:
        postgres = self.live.postgres
        assert postgres
        await asyncio.to_thread(postgres.kill)
        await asyncio.sleep(mishap.seconds)
        await asyncio.to_thread(postgres.start)

    # --- lines

    async def _cut_line(self, mishap: Mishap) -> None:
        self.lines[mishap.line].cut()

    async def _cut_all_lines(self, mishap: Mishap) -> None:
        for line in self.lines:
            line.cut()

    async def _hold_line(self, mishap: Mishap) -> None:
        line = self.lines[mishap.line]
        line.hold()
        await asyncio.sleep(mishap.seconds)
        line.let_go()

    async def _line_away(self, mishap: Mishap) -> None:
        line = self.lines[mishap.line]
        line.go_away()
        await asyncio.sleep(mishap.seconds)
        line.come_back()

    hands: dict[str, Callable[["Saboteur", Mishap], Awaitable[None]]] = {
        "kill web": _kill_web,
        "kill one web": _kill_one_web,
        "kill launcher": _kill_launcher,
        "kill worker": _kill_worker,
        "kill beat": _kill_beat,
        "restart redis": _restart_redis,
        "flush redis": _flush_redis,
        "restart postgres": _restart_postgres,
        "cut line": _cut_line,
        "cut all lines": _cut_all_lines,
        "hold line": _hold_line,
        "line away": _line_away,
    }
