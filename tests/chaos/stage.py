"""A running product with people on both sides of it, each behind a line that can be cut."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from random import Random

from tests.chaos import reckoning
from tests.chaos.history import LOST, History
from tests.chaos.visitors import Launcher, Token, Visitor
from tests.chaos.workspaces import Workspace
from tests.live import Live, wait_for
from tests.proxy import Line

AGENTS = ("adam", "ewa", "jan")
# So long after the last fault everything is as if nothing had been.
QUIET = 15.0


class Stage:
    def __init__(self, live: Live, seed: int = 1) -> None:
        self.live, self.seed = live, seed
        self.history = History()
        self.lines: list[Line] = []
        self.visitors: list[Visitor] = []
        self.workspaces: list[Workspace] = []
        self.settled_after = 0.0
        self._lives: list[asyncio.Task[None]] = []
        self._moved = timedelta()
        self.before = int(live.query("SELECT coalesce(max(id), 0) FROM conversations_conversation")[0][0])

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Stage"]:
        try:
            yield self
        finally:
            for task in self._lives:
                task.cancel()
            await asyncio.gather(*self._lives, return_exceptions=True)
            for line in self.lines:
                line.close()

    # --- people

    def visitor(self, *, token: Token | None = None, http_only: bool = False) -> Visitor:
        name = f"visitor-{len(self.visitors) + 1}"
        visitor = Visitor(
            name, self._new_line().port, self.history, self._chance(name), token=token, http_only=http_only
        )
        self.visitors.append(visitor)
        self._lives.append(asyncio.create_task(visitor.run()))
        return visitor

    def launcher(self) -> Launcher:
        launcher = Launcher(self._new_line().port)
        self._lives.append(asyncio.create_task(launcher.run()))
        return launcher

    async def agent(self, name: str, *, lazy: bool = False, status: str = "online") -> Workspace:
        line = self._new_line()
        email = f"{name}@demo.example"
        workspace = Workspace(email, line.port, self.history, self._chance(name), lazy=lazy)
        await workspace.sign_in(status)
        self.workspaces.append(workspace)
        self._lives.append(asyncio.create_task(workspace.run()))
        await self.until(lambda: self.is_present(name), 5, f"{name} does not become present")
        return workspace

    def _new_line(self) -> Line:
        self.lines.append(Line(self.live.port))
        return self.lines[-1]

    def _chance(self, who: str) -> Random:
        return Random(f"{who} {self.seed}")

    def is_present(self, name: str) -> bool:
        found = self.live.query(
            "SELECT shown_present FROM agents_agent WHERE email = %s", [f"{name}@demo.example"]
        )
        return bool(found and found[0][0])

    # --- waiting

    async def until(self, condition: Callable[[], object], seconds: float, otherwise: str) -> float:
        """Wait until `condition` holds, and say how long that took."""
        started = time.monotonic()
        await asyncio.to_thread(wait_for, condition, seconds, otherwise)
        return time.monotonic() - started

    def now(self) -> datetime:
        """The time by the product's clock."""
        return datetime.now(UTC) + self._moved

    async def move_clock(self, seconds: float) -> None:
        self._moved += timedelta(seconds=seconds)
        await asyncio.to_thread(self.live.clock.move, seconds=seconds)

    # --- the reckoning

    async def settle(self, seconds: float = QUIET) -> None:
        """Wait until everything typed has arrived and every screen equals a reload. Raises AssertionError with what
        does not."""
        started = time.monotonic()
        while True:
            self._raise_what_ended_a_script()
            try:
                wrong = self._unsent() or await self._wrong_on_screens()
            except (*LOST, reckoning.NoAnswer) as error:
                wrong = [f"no answer: {error!r}"]
            took = time.monotonic() - started
            self.settled_after = max(self.settled_after, took)
            if not wrong:
                return
            assert took < seconds, "\n".join(["after the quiet:", *wrong])
            await asyncio.sleep(0.5)

    def _raise_what_ended_a_script(self) -> None:
        for life in self._lives:
            if life.done():
                life.result()
                raise AssertionError("a script has ended")

    def _unsent(self) -> list[str]:
        people: list[Visitor | Workspace] = [*self.visitors, *self.workspaces]
        return [f"{person.name} still sends {message.id}" for person in people for message in person.outbox]

    async def _wrong_on_screens(self) -> list[str]:
        wrong = []
        for visitor in self.visitors:
            wrong += await reckoning.check_visitor(self.live.port, visitor)
        for workspace in self.workspaces:
            wrong += await reckoning.check_workspace(workspace)
        return wrong

    async def reckon(self) -> None:
        """Compare what everybody was told with what is stored. Raises AssertionError with all that is wrong."""
        wrong = await asyncio.to_thread(self._wrong_in_rows)
        assert not wrong, "\n".join([f"{len(wrong)} things are wrong:", *wrong])

    def _wrong_in_rows(self) -> list[str]:
        entries = reckoning.stored_entries(self.live)
        wrong = reckoning.check_messages(self.history, entries, self.before)
        wrong += reckoning.check_order(self.history, entries)
        wrong += reckoning.check_timelines(self.live, entries)
        wrong += reckoning.check_winners(self.history, entries)
        wrong += reckoning.check_rows(self.live)
        wrong += reckoning.check_nothing_overdue(self.live, self.now())
        wrong += reckoning.check_log(self.live.log())
        if self.live.get_status("/readyz") != 200:
            wrong.append("/readyz is not green")
        return wrong

    def figures(self) -> str:
        return (
            f"{len(self.history.sent)} messages ({self.history.count('stored')} acknowledged,"
            f" {self.history.count('refused')} refused), {len(self.history.winners)} answered;"
            f" every screen right after {self.settled_after:.1f} s"
        )
