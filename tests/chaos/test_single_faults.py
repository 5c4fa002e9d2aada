"""One fault each, in the middle of a conversation: what must hold, by name."""

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import datetime

import pytest

from tests.chaos.reckoning import moment
from tests.chaos.stage import Stage
from tests.chaos.workspaces import Workspace
from tests.live import Live

pytestmark = pytest.mark.chaos

StartLive = Callable[..., Live]
BURST = 40


async def test_a_burst_survives_the_web_process(start_live: StartLive) -> None:
    """Everybody writes at once while the web process is killed again and again."""
    live = start_live(web_processes=web_processes())
    async with Stage(live).open() as stage:
        ewa = await stage.agent("ewa")
        visitors = [stage.visitor() for _ in range(4)] + [stage.visitor(http_only=True)]
        await talk_begins(stage, ewa)

        for number in range(BURST // 5):
            for visitor in visitors:
                visitor.type(f"Burst {number}")
            for conversation in ewa.timelines:
                ewa.write(conversation, f"Burst {number}")
        for _ in range(3):
            await asyncio.sleep(0.6)
            live.kill("web")

        await stage.settle()
        await stage.reckon()
        assert stage.history.count("stored") == len(stage.history.sent) >= BURST
        report(stage)


async def test_a_conversation_survives_cut_and_silent_lines(start_live: StartLive) -> None:
    live = start_live(web_processes=web_processes())
    async with Stage(live).open() as stage:
        ewa = await stage.agent("ewa")
        visitor = stage.visitor()
        await talk_begins(stage, ewa)
        (conversation,) = ewa.timelines

        for line in stage.lines * 2:
            visitor.type("Into the line")
            ewa.write(conversation, "Into the line")
            line.hold()
            await asyncio.sleep(0.7)
            line.let_go()
            line.cut()
            await asyncio.sleep(0.2)

        await stage.settle()
        await stage.reckon()
        assert stage.history.count("stored") == len(stage.history.sent)
        report(stage)


@pytest.mark.deployed
async def test_a_conversation_goes_on_without_redis(start_live: StartLive) -> None:
    """Killed, away, and back with nothing in it: everything is stored and answered meanwhile."""
    live = start_live(web_processes=2)
    assert live.redis
    async with Stage(live).open() as stage:
        ewa = await stage.agent("ewa")
        visitor = stage.visitor()
        await talk_begins(stage, ewa)
        (conversation,) = ewa.timelines

        await asyncio.to_thread(live.redis.kill)
        for _ in range(3):
            visitor.type("Without Redis")
            ewa.write(conversation, "Without Redis")
        await stage.until(lambda: not visitor.outbox and not ewa.outbox, 8, "nothing is stored without Redis")
        await asyncio.to_thread(live.redis.start)
        visitor.type("With Redis")
        await asyncio.sleep(1)
        await asyncio.to_thread(live.redis.flush)

        await stage.settle()
        await stage.reckon()
        report(stage)


@pytest.mark.deployed
async def test_a_conversation_survives_postgres(start_live: StartLive) -> None:
    """Killed in the middle of writing and started again: nothing acknowledged is missing."""
    live = start_live(own_servers=True, web_processes=2)
    assert live.postgres
    async with Stage(live).open() as stage:
        ewa = await stage.agent("ewa")
        visitors = [stage.visitor(), stage.visitor(http_only=True)]
        await talk_begins(stage, ewa)

        for number in range(8):
            for visitor in visitors:
                visitor.type(f"Burst {number}")
            for conversation in ewa.timelines:
                ewa.write(conversation, f"Burst {number}")
        await asyncio.sleep(0.1)
        await asyncio.to_thread(live.postgres.kill)
        await asyncio.sleep(1)
        assert live.get_status("/readyz") == 503
        await asyncio.to_thread(live.postgres.start)

        await stage.settle()
        await stage.reckon()
        assert stage.history.count("stored") == len(stage.history.sent)
        report(stage)


async def test_an_offer_goes_on_although_the_worker_died(start_live: StartLive) -> None:
    """Nobody is there when its time is over; whoever comes back sees to it at once."""
    live = start_live()
    async with Stage(live).open() as stage:
        await stage.agent("adam", lazy=True)
        await stage.agent("ewa", lazy=True)
        stage.visitor().type("Is anybody there?")
        await stage.until(lambda: len(offers(live)) == 1, 5, "nothing was offered")
        ((first, due_at, _),) = offers(live)

        live.kill("worker")
        await stage.move_clock((due_at - stage.now()).total_seconds() + 1)
        restarted = asyncio.create_task(asyncio.to_thread(live.restart, "worker"))
        took = await stage.until(lambda: len(offers(live)) == 2, 12, "the offer did not go on")
        await restarted

        (_, _, outcome), (second, _, open_outcome) = offers(live)
        assert (outcome, open_outcome) == ("expired", "")
        assert second != first
        print(f"offered to the second agent {took:.1f} s after the worker's restart began")
        await stage.settle()
        await stage.reckon()


async def test_an_offer_goes_on_in_time_although_the_worker_died_before(start_live: StartLive) -> None:
    """The alarm was the dead worker's to ring; the sweep rings instead."""
    live = start_live()
    async with Stage(live).open() as stage:
        await stage.agent("adam", lazy=True)
        await stage.agent("ewa", lazy=True)
        stage.visitor().type("Is anybody there?")
        await stage.until(lambda: len(offers(live)) == 1, 5, "nothing was offered")
        ((_, due_at, _),) = offers(live)

        live.kill("worker")
        await asyncio.to_thread(live.restart, "worker")
        await stage.move_clock((due_at - stage.now()).total_seconds())

        await stage.until(lambda: len(offers(live)) == 2, 3, "the offer did not go on within 3 seconds")
        await stage.settle()
        await stage.reckon()


async def test_who_is_online_stays_so_for_two_minutes_after_everything_died(start_live: StartLive) -> None:
    live = start_live()
    async with Stage(live).open() as stage:
        await stage.agent("ewa")
        visitor = stage.visitor()
        await stage.until(lambda: bool(visitor.screen.availability), 5, "the visitor is not welcomed")
        assert visitor.screen.availability["online"]

        # Ewa's line is gone for good, and the web process dies before it has noticed.
        stage.lines[0].go_away()
        for pid in live.pids("web"):
            os.kill(pid, signal.SIGKILL)
        await asyncio.to_thread(live.restart, "web")

        await stage.move_clock(100)
        await asyncio.sleep(2.5)
        assert stage.is_present("ewa")
        await stage.move_clock(22)
        await stage.until(lambda: not stage.is_present("ewa"), 5, "she is still shown as present")
        await stage.until(
            lambda: not visitor.screen.availability["online"],
            5,
            "the visitor was not told that nobody is there",
        )


@pytest.mark.deployed
async def test_widgets_learn_of_a_status_chosen_without_redis(start_live: StartLive) -> None:
    """Nobody could be told while the message bus was away; when it is back, everybody knows."""
    live = start_live(web_processes=2)
    assert live.redis
    async with Stage(live).open() as stage:
        ewa = await stage.agent("ewa")
        visitor, silent_visitor, launcher = stage.visitor(), stage.visitor(), stage.launcher()
        visitor.type("Hello")
        await stage.until(lambda: not visitor.outbox and launcher.told, 5, "the hello was not stored")
        assert visitor.screen.availability["online"]
        assert launcher.told[-1]["online"]

        await asyncio.to_thread(live.redis.kill)
        await ewa.choose("offline")
        await asyncio.sleep(2)
        await asyncio.to_thread(live.redis.start)

        await stage.settle()
        assert not visitor.screen.availability["online"]
        assert not silent_visitor.screen.availability["online"]
        await stage.until(lambda: not launcher.told[-1]["online"], 5, "the launcher still says online")
        # A launcher understands nothing else.
        assert all("online" in told for told in launcher.told)


def web_processes() -> int:
    return 2 if os.environ.get("REDIS_URL") else 1


async def talk_begins(stage: Stage, agent: Workspace) -> None:
    """Every visitor says hello, and the agent takes them all."""
    for visitor in stage.visitors:
        visitor.type("Hello")
    await stage.until(lambda: stage.history.count("stored") == len(stage.visitors), 10, "no hello was stored")
    rows = stage.live.query("SELECT id FROM conversations_conversation WHERE id > %s", [stage.before])
    for (conversation,) in rows:
        assert await agent.answer(conversation) == 200


def offers(live: Live) -> list[tuple[int, datetime, str]]:
    fresh = live.query("SELECT max(id) FROM conversations_conversation")[0][0]
    rows = live.query(
        "SELECT agent_id, due_at, outcome FROM conversations_offer WHERE conversation_id = %s ORDER BY id",
        [fresh],
    )
    return [(agent, moment(due_at), outcome) for agent, due_at, outcome in rows]


def report(stage: Stage) -> None:
    print(stage.figures())
