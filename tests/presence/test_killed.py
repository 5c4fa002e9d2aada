"""A web process that dies takes nobody with it (ST3): real processes, killed with -9, and a clock that is moved."""

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tests.chaos.stage import Stage
from tests.chaos.visitors import Launcher
from tests.live import Live

StartLive = Callable[..., Live]


def widget_is_online(live: Live) -> bool:
    """What a visitor's page is told when it asks."""
    (key,) = live.query("SELECT key FROM agents_company ORDER BY id LIMIT 1")[0]
    with urllib.request.urlopen(f"{live.url}/widget/{key}/status", timeout=5) as answer:
        return bool(json.load(answer)["online"])


async def online(live: Live) -> bool:
    return await asyncio.to_thread(widget_is_online, live)


@asynccontextmanager
async def ewa_at_work(live: Live) -> AsyncIterator[tuple[Stage, Launcher]]:
    """Ewa is online, and one page of the shop is open."""
    async with Stage(live).open() as stage:
        await stage.agent("ewa")
        launcher = stage.launcher()
        await stage.until(
            lambda: launcher.told and launcher.told[-1]["online"], 5, "the launcher is not online"
        )
        yield stage, launcher


async def kill_web(live: Live) -> None:
    before = await asyncio.to_thread(live.kill, "web")
    await asyncio.to_thread(live.restart, "web")
    assert before and not set(before) & set(live.pids("web"))


async def test_who_was_online_when_the_server_was_killed_stays_so_for_two_minutes(
    start_live: StartLive,
) -> None:
    live = start_live()
    async with ewa_at_work(live) as (stage, launcher):
        # She is gone for good, and the process dies before it has noticed: nobody wrote down that she left.
        stage.lines[0].go_away()
        await kill_web(live)
        assert await online(live)

        # Her last heartbeat was ten seconds ago at most.
        await stage.move_clock(100)
        assert await online(live)
        assert launcher.told[-1]["online"]

        await stage.move_clock(21)
        assert not await online(live)
        await stage.until(lambda: not launcher.told[-1]["online"], 5, "the open page was not told")


async def test_coming_back_within_two_minutes_changes_nothing(start_live: StartLive) -> None:
    live = start_live()
    async with ewa_at_work(live) as (stage, launcher):
        chosen = status_of_ewa(live)
        # Killed every minute and a half: her tab connects again by itself, and that renews her two minutes.
        for _ in range(3):
            await kill_web(live)
            seen = newest_sign_of_life(live)
            await stage.until(lambda seen=seen: newest_sign_of_life(live) > seen, 15, "her tab is not back")
            await stage.move_clock(90)
            assert await online(live)

        assert status_of_ewa(live) == chosen
        assert all(told["online"] for told in launcher.told)


def status_of_ewa(live: Live) -> list[tuple]:
    statement = "SELECT status, status_changed_at, shown_present FROM agents_agent WHERE email = %s"
    return live.query(statement, ["ewa@demo.example"])


def newest_sign_of_life(live: Live) -> str:
    return str(live.query("SELECT max(seen_at) FROM agents_device")[0][0])
