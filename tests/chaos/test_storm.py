"""Everything dies at random moments while people talk. A seed decides what and when.

SEED=7 make chaos       repeats what seed 7 did
MINUTES=30 make chaos   plays seed after seed for so long
"""

import asyncio
import contextlib
import os
import re
import signal
import time
from collections.abc import Callable
from random import Random

import pytest

from tests.chaos.mishaps import Mishap, Saboteur, make_schedule
from tests.chaos.stage import AGENTS, Stage
from tests.live import DEPLOYED, Live

pytestmark = pytest.mark.chaos

MINUTES = float(os.environ.get("CHAOS_MINUTES") or 0)
SEED = int(os.environ.get("SEED") or 0)
# Longer when there is time: the schedule of a seed begins the same, whatever its length.
SECONDS = 40.0 if MINUTES else 12.0
# On PostgreSQL and Redis it kills everything there is within the short time.
SHORT_SEED = 90
VISITORS = 6  # one of them over HTTP, and one with a second tab
OFFER_TIME = 31
# A process that is aborted says where it stood.
STACKS = {"PYTHONFAULTHANDLER": "1"}


async def test_nothing_is_lost_doubled_or_out_of_order_in_a_storm(
    start_live: Callable[..., Live], capsys: pytest.CaptureFixture[str]
) -> None:
    until = time.monotonic() + MINUTES * 60
    seed = SEED or (int(time.time()) if MINUTES else SHORT_SEED)
    while True:
        live = start_live(own_servers=True, web_processes=2 if DEPLOYED else 1, environment=STACKS)
        said = await play(live, seed)
        live.stop()
        with capsys.disabled():
            print(f"\n{said}")
        if SEED or time.monotonic() > until:
            return
        seed += 1


async def play(live: Live, seed: int) -> str:
    """One round: people talk, things die, it becomes quiet, and everything is looked at."""
    async with Stage(live, seed).open() as stage:
        for name in AGENTS:
            await stage.agent(name, lazy=name == "jan")
        know_each_other(stage)
        visitors = [stage.visitor(http_only=number == 0) for number in range(VISITORS)]
        stage.visitor(token=visitors[1].token)
        schedule = make_schedule(seed, SECONDS, lines=len(stage.lines))
        try:
            await talk_through(stage, schedule)
            await stage.settle()
            # What still rings comes to its end, now that nobody answers.
            await stage.move_clock(OFFER_TIME)
            await asyncio.sleep(5)
            await stage.settle()
            await stage.reckon()
        except AssertionError as wrong:
            ask_for_stacks(live)
            told = [describe(seed, schedule), stage.figures(), str(wrong), headlines(live.log())]
            raise AssertionError("\n".join(told)) from None
        return "\n".join([describe(seed, schedule), stage.figures()])


async def talk_through(stage: Stage, schedule: list[Mishap]) -> None:
    """Returns when the last mishap is over and repaired, and nobody begins anything any more."""
    work = [asyncio.create_task(workspace.work()) for workspace in stage.workspaces]
    work += [asyncio.create_task(chatter(stage, number)) for number in range(VISITORS)]
    try:
        await Saboteur(stage.live, stage.lines).follow(schedule)
        await asyncio.to_thread(stage.live.wait_until_ready)
    finally:
        for workspace in stage.workspaces:
            workspace.busy = False
        for task in work[len(stage.workspaces) :]:
            task.cancel()
        ends = await asyncio.gather(*work, return_exceptions=True)
    broken = [end for end in ends if isinstance(end, Exception)]
    assert not broken, broken


async def chatter(stage: Stage, number: int) -> None:
    """A visitor who types now and then, sometimes several messages at once."""
    chance = Random(f"chatter {number} {stage.seed}")
    while True:
        for _ in range(chance.choice([1, 1, 1, 3])):
            stage.visitors[number].type(
                chance.choice(["Hello", "And my order?", "Thank you", "Zażółć gęślą jaźń"])
            )
        await asyncio.sleep(chance.uniform(0.4, 2.0))


def know_each_other(stage: Stage) -> None:
    ids = {
        email: number
        for number, email in stage.live.query(
            "SELECT id, email FROM agents_agent WHERE company_id IS NOT NULL"
        )
    }
    for workspace in stage.workspaces:
        workspace.colleagues = [ids[other.email] for other in stage.workspaces if other is not workspace]


def ask_for_stacks(live: Live) -> None:
    """Let whatever runs Celery say in the log what it is at, in case it hangs: it ends by that."""
    for name in ("worker", "beat") if DEPLOYED else ("web",):
        for pid in live.pids(name):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGABRT)
    time.sleep(1)


def headlines(log: str) -> str:
    """The last of what each process has logged, without tracebacks but for those that were asked for."""
    files = re.split(r"^--- (?=[\w ]+\.log$)", log, flags=re.M)
    told = (
        r"^(?:[\w ]+\.log|\d{4}-.*|Fatal Python error.*|(?:Current t|T)hread 0x.*|  File .*, line \d+ in .*)$"
    )
    return "\n".join("\n".join(re.findall(told, file, re.M)[-70:]) for file in files)


def describe(seed: int, schedule: list[Mishap]) -> str:
    return "\n".join([f"SEED={seed}, {len(schedule)} mishaps in {SECONDS:.0f} s:", *map(str, schedule)])
