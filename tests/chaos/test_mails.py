"""E-mails about visitors while things break: delayed, never lost, never doubled (docs/notices.md, docs/promises.md)."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from tests.chaos.stage import Stage
from tests.live import Live
from tests.mail_server import MailServer, running_mail_server

pytestmark = pytest.mark.chaos

StartLive = Callable[..., Live]
TWO_MINUTES = 121
# Longer than a worker may hold a mail (contactcenter/outbox.py).
LEASE = 181


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with running_mail_server() as server:
        yield server


def to_mail_server(mail_server: MailServer) -> dict[str, str]:
    return {"EMAIL_URL": f"smtp://127.0.0.1:{mail_server.port}"}


def wanted(live: Live) -> list[str]:
    rows = live.query(
        "SELECT email FROM agents_agent WHERE company_id = (SELECT id FROM agents_company WHERE key = 'demo')"
        " AND is_active AND takes_conversations AND mails_offline AND deleted_at IS NULL"
    )
    return sorted(email for (email,) in rows)


def taken(mail_server: MailServer) -> list[str]:
    return sorted(str(letter["To"]) for letter in mail_server.taken)


async def somebody_writes_to_nobody(stage: Stage) -> None:
    visitor = stage.visitor()
    await stage.until(lambda: bool(visitor.screen.availability), 5, "the visitor is not welcomed")
    assert not visitor.screen.availability["online"]
    visitor.type("Is anybody there?")
    await stage.until(lambda: not visitor.outbox, 5, "nothing was stored")


async def test_the_worker_dies_in_the_middle_of_a_letter(
    start_live: StartLive, mail_server: MailServer
) -> None:
    """The mail server has it all and has not answered yet: it was not taken, and comes again."""
    live = start_live(environment=to_mail_server(mail_server))
    async with Stage(live).open() as stage:
        await somebody_writes_to_nobody(stage)
        mail_server.thinks_for = 30.0
        await stage.move_clock(TWO_MINUTES)
        await stage.until(lambda: mail_server.attempts, 10, "no mail is on its way")

        live.kill("worker")
        mail_server.thinks_for = 0.0
        await asyncio.to_thread(live.restart, "worker")
        await stage.move_clock(LEASE)

        await stage.until(lambda: len(mail_server.taken) >= len(wanted(live)), 20, "mails are lost")
        await asyncio.sleep(3)
        assert taken(mail_server) == wanted(live)


async def test_the_worker_dies_after_the_letter_was_taken(
    start_live: StartLive, mail_server: MailServer
) -> None:
    """The one doubling there can be: who took it never said so. Both copies have one Message-ID."""
    live = start_live(environment=to_mail_server(mail_server))
    async with Stage(live).open() as stage:
        await somebody_writes_to_nobody(stage)
        mail_server.answers = ["die"]
        await stage.move_clock(TWO_MINUTES)
        await stage.until(lambda: mail_server.attempts, 10, "no mail is on its way")
        live.kill("worker")
        await asyncio.to_thread(live.restart, "worker")
        await stage.move_clock(LEASE)

        await stage.until(lambda: len(mail_server.taken) > len(wanted(live)), 20, "mails are lost")
        await asyncio.sleep(3)
        numbers = {letter["Message-ID"] for letter in mail_server.taken}
        assert len(numbers) == len(wanted(live)) == len(mail_server.taken) - 1


async def test_the_mail_server_asks_for_patience_and_goes_away(
    start_live: StartLive, mail_server: MailServer
) -> None:
    live = start_live(environment=to_mail_server(mail_server))
    async with Stage(live).open() as stage:
        await somebody_writes_to_nobody(stage)
        mail_server.answers = ["451 greylisted"] * 4 + ["421 too busy"] * 4
        await stage.move_clock(TWO_MINUTES)
        await stage.until(lambda: mail_server.attempts, 10, "no mail is on its way")
        for _ in range(6):
            await stage.move_clock(60)
            await asyncio.sleep(2)

        await stage.until(lambda: len(mail_server.taken) >= len(wanted(live)), 20, "mails are lost")
        await asyncio.sleep(2)
        assert taken(mail_server) == wanted(live)


@pytest.mark.deployed
async def test_the_broker_is_away_when_the_two_minutes_end(
    start_live: StartLive, mail_server: MailServer
) -> None:
    live = start_live(environment=to_mail_server(mail_server))
    assert live.redis
    async with Stage(live).open() as stage:
        await somebody_writes_to_nobody(stage)
        await asyncio.to_thread(live.redis.kill)
        await stage.move_clock(TWO_MINUTES)
        await asyncio.sleep(3)
        assert mail_server.taken == []
        await asyncio.to_thread(live.redis.start)
        for name in ("worker", "beat"):
            await asyncio.to_thread(live.restart, name)

        await stage.until(lambda: len(mail_server.taken) >= len(wanted(live)), 20, "mails are lost")
        await asyncio.sleep(3)
        assert taken(mail_server) == wanted(live)


async def test_the_web_process_dies_with_the_visitor_who_then_counts_as_gone(
    start_live: StartLive, mail_server: MailServer
) -> None:
    """Nobody was left to note that the line was closed."""
    live = start_live(environment=to_mail_server(mail_server))
    async with Stage(live).open() as stage:
        await stage.agent("ewa", lazy=True)
        visitor = stage.visitor()
        visitor.type("Is anybody there?")
        await stage.until(lambda: not visitor.outbox, 5, "nothing was stored")
        stage.lines[-1].go_away()
        live.kill("web")
        await asyncio.to_thread(live.restart, "web")
        await stage.move_clock(60)
        await asyncio.sleep(2.5)
        assert mail_server.taken == []
        await stage.move_clock(40)

        await stage.until(lambda: len(mail_server.taken) >= len(wanted(live)), 20, "mails are lost")
        await asyncio.sleep(2)
        assert taken(mail_server) == wanted(live)
        assert "Missed conversation" in str(mail_server.letters_to("ewa@demo.example")[0]["Subject"])
