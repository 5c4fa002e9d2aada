"""Whatever dies while people talk: nothing that anybody was told is lost, doubled or out of order, and when it is quiet
again every screen shows what a reload shows.

The product runs for real, people are scripts that follow the protocols, and faults come by a schedule that follows from
a seed. A round's seed is printed; SEED=… repeats its schedule, and CHAOS_MINUTES=… (`make chaos`) goes through many.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.chaos.checker import Stored, everything_wrong, late_promises, wrong_with_screens
from tests.chaos.clients import LINE_TROUBLE, Agent, Visitor
from tests.chaos.faults import Fault, Faults
from tests.live import Live
from tests.proxy import Line

pytestmark = [
    pytest.mark.chaos,
    # People vanish in the middle of a connection; what the event loop says about that afterwards is no finding.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

MINUTES = float(os.environ.get("CHAOS_MINUTES") or 0)
SEED = int(os.environ.get("SEED") or 0)
ROUND_SECONDS = 30.0 if MINUTES else 16.0
SETTLING_SECONDS = 30.0
LOGS = Path(__file__).resolve().parents[2] / "var" / "chaos"
VISITORS, AGENTS = 8, ("adam", "ewa", "jan")


def test_nothing_acknowledged_is_lost_whatever_dies(start_live: Callable[..., Live]) -> None:
    started = time.monotonic()
    seed = SEED or (int(time.time()) if MINUTES else 1)
    while True:
        play(start_live, seed)
        if SEED or time.monotonic() - started > MINUTES * 60:
            return
        seed += 1


def play(start_live: Callable[..., Live], seed: int) -> None:
    """One round: a load with faults, quiet, and the reckoning."""
    # As an installation runs: in debug mode Django shows its own pages about errors instead of the product's.
    live = start_live(own_servers=True, environment={"DEBUG": "0", "ALLOWED_HOSTS": "127.0.0.1,localhost"})
    line = Line(live.port)
    faults = Faults(live, line)
    schedule = faults.schedule(seed, ROUND_SECONDS)
    print(f"\nSEED={seed}", *schedule, sep="\n  ")
    try:
        wrong, figures = asyncio.run(storm(live, line, faults, schedule, seed))
    except AssertionError as error:
        wrong, figures = [str(error)[:500]], "it did not come back"
    finally:
        line.close()
    print(figures)
    if wrong:
        LOGS.mkdir(parents=True, exist_ok=True)
        log = LOGS / f"{'deployed' if live.redis else 'embedded'}-{seed}.log"
        log.write_text(live.log())
        pytest.fail("\n".join([f"SEED={seed}", *map(str, schedule), figures, *wrong, f"The log is in {log}"]))


async def storm(
    live: Live, line: Line, faults: Faults, schedule: list[Fault], seed: int
) -> tuple[list[str], str]:
    visitors = [
        Visitor(f"visitor{number}", line.port, f"{seed}/{number}", over_http=number % 4 == 0)
        for number in range(VISITORS)
    ]
    agents = [Agent(name, line.port, f"{seed}/{name}") for name in AGENTS]
    people = [*visitors, *agents]
    lives = [asyncio.create_task(person.live()) for person in people]
    restarted: list[str] = []
    supervisor = asyncio.create_task(supervise(faults, restarted))
    try:
        started = time.monotonic()
        for fault in schedule:
            await asyncio.sleep(max(0.0, started + fault.at - time.monotonic()))
            await asyncio.to_thread(faults.kinds[fault.name])
        await asyncio.sleep(max(0.0, started + ROUND_SECONDS - time.monotonic()))
        for person in people:
            person.talking = False
        await asyncio.to_thread(live.wait_until_ready)
        # What still rings comes to its end, so that nothing is in the middle of something when it is looked at.
        for _ in range(len(AGENTS) + 1):
            live.clock.move(seconds=31)
            await asyncio.sleep(2.5)
        wrong = await settled(live, visitors, agents)
    finally:
        supervisor.cancel()
        ended = [task for task in lives if task.done()]
        for task in lives:
            task.cancel()
        for task in lives:
            with contextlib.suppress(asyncio.CancelledError):
                await task
    assert not ended, "a script ended by itself"
    sent = sum(len(person.history.sent) for person in people)
    figures = f"{sent} messages, {len(schedule)} faults, {time.monotonic() - started:.0f} s"
    return wrong, f"{figures}; started again: {', '.join(restarted) or 'nothing'}"


async def supervise(faults: Faults, restarted: list[str]) -> None:
    while True:
        restarted += await asyncio.to_thread(faults.start_what_has_ended)
        await asyncio.sleep(0.5)


async def settled(live: Live, visitors: list[Visitor], agents: list[Agent]) -> list[str]:
    """What is wrong when a few quiet seconds are over: screens have a moment to notice what they missed."""
    deadline = time.monotonic() + SETTLING_SECONDS
    while True:
        await asyncio.sleep(1)
        try:
            wrong = await wrong_with_screens(visitors, agents)
            wrong += everything_wrong(await asyncio.to_thread(Stored, live), visitors, agents)
            wrong += late_promises(
                live, datetime.now(UTC) + timedelta(seconds=float(live.clock.path.read_text()))
            )
        except LINE_TROUBLE as error:
            wrong = [f"the product does not answer: {error!r}"]
        if not wrong or time.monotonic() > deadline:
            return wrong
