"""Promises are kept: once, late rather than never, whoever dies in between (docs/promises.md)."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, transaction
from django.utils import timezone

from agents.models import Company
from contactcenter import promises
from contactcenter.models import Promise
from contactcenter.promises import (
    LEASE,
    MAX_ATTEMPTS,
    keep_promise,
    keeps,
    make_promise,
    make_promises,
    sweep_promises,
)
from tests.clock import Clock
from tests.factories import make_company

pytestmark = pytest.mark.django_db


class Kept(list[dict[str, Any]]):
    """What the keeper was called with, and what it shall do then."""

    then: Callable[[], None] | None = None

    def __call__(self, **payload: Any) -> None:
        self.append(payload)
        if self.then:
            self.then()


@pytest.fixture(params=[False, True], ids=["inside", "outside"])
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    """A keeper of promises "test", with effects inside the database or outside it."""
    monkeypatch.setattr(promises, "_keepers", dict(promises._keepers))
    kept = Kept()
    keeps("test", outside=request.param)(kept)
    yield kept


def promise_in(seconds: float, key: str = "1", **payload: Any) -> Promise:
    make_promise("test", key=key, due_at=timezone.now() + timedelta(seconds=seconds), **payload)
    return Promise.objects.get(kind="test", key=key)


def fail() -> None:
    raise RuntimeError("not today")


def test_a_promise_is_kept_once_and_not_before_its_time(kept: Kept, clock: Clock) -> None:
    promise = promise_in(30, answer=42)

    clock.move(seconds=29.999)
    assert sweep_promises() == 0
    assert keep_promise(promise.pk) is False
    clock.move(seconds=0.001)
    assert sweep_promises() == 1
    assert sweep_promises() == 0
    assert keep_promise(promise.pk) is False

    assert kept == [{"answer": 42}]
    assert not Promise.objects.filter(kind="test").exists()


def test_promising_again_replaces_time_and_payload(kept: Kept, clock: Clock) -> None:
    promise_in(10, turn=1)
    promise_in(20, turn=2)

    clock.move(seconds=10)
    sweep_promises()
    assert kept == []
    clock.move(seconds=10)
    sweep_promises()

    assert kept == [{"turn": 2}]


def test_promising_many_again_replaces_them_too(kept: Kept, clock: Clock) -> None:
    promise_in(30, key="1", answer=1)
    Promise.objects.update(attempts=3, failed_at=clock.now, last_error="not today")
    due_at = clock.now + timedelta(seconds=60)
    make_promises("test", due_at=due_at, payloads={"2": {"answer": 2}, "1": {"answer": 3}})

    clock.move(seconds=59)
    assert sweep_promises() == 0
    clock.move(seconds=1)
    assert sweep_promises() == 2
    assert sorted(payload["answer"] for payload in kept) == [2, 3]


def test_a_promise_whose_transaction_failed_was_never_made(kept: Kept, clock: Clock) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        promise_in(0)
        fail()

    assert sweep_promises() == 0
    assert kept == []


def test_an_alarm_that_was_lost_makes_it_late_and_not_forgotten(
    kept: Kept, clock: Clock, commits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promises._alarm_thread, "submit", lambda *_: None)
    promise_in(30)
    clock.move(hours=7)

    assert sweep_promises() == 1


def test_a_broker_that_is_away_does_not_disturb_who_promises(
    kept: Kept, clock: Clock, commits: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from contactcenter.jobs import keep_promise as job

    def refuse(**_: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(job, "apply_async", refuse)
    promise_in(0)
    promises._alarm_thread.submit(lambda: None).result(10)

    assert "the sweep will find it" in caplog.text
    assert sweep_promises() == 1


class Killed(BaseException):
    """The process ends here, without another word."""


def killed() -> None:
    raise Killed


def test_what_a_dead_worker_left_behind_is_taken_over(kept: Kept, clock: Clock) -> None:
    """At once when all of its work was rolled back with it; otherwise when its lease has run out."""
    promise = promise_in(0)
    kept.then = killed
    with pytest.raises(Killed):
        keep_promise(promise.pk)
    kept.then = None

    if promises._keepers["test"].lane:
        clock.move(seconds=LEASE.total_seconds() - 0.001)
        assert sweep_promises() == 0
        assert keep_promise(promise.pk) is False
        clock.move(seconds=0.001)
    assert sweep_promises() == 1

    assert len(kept) == 2


def test_a_keeper_that_fails_is_asked_again_later_and_later(
    kept: Kept, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    kept.then = fail
    promise = promise_in(0)
    waits = []
    for attempt in range(1, 6):
        sweep_promises()
        promise.refresh_from_db()
        assert promise.attempts == attempt
        assert promise.last_error == "RuntimeError: not today"
        waits.append((promise.due_at - clock.now).total_seconds())
        clock.move_to(promise.due_at - timedelta(milliseconds=1))
        assert sweep_promises() == 0 and len(kept) == attempt
        clock.move_to(promise.due_at)

    assert waits == [pytest.approx(2**n, rel=0.21) for n in range(1, 6)]
    kept.then = None
    assert sweep_promises() == 1
    assert not Promise.objects.filter(pk=promise.pk).exists()


def test_what_fails_for_ever_is_given_up_where_operators_see_it(
    kept: Kept, clock: Clock, client, settings
) -> None:
    settings.METRICS_TOKEN = "figures"
    kept.then = fail
    promise = promise_in(0)
    for _ in range(MAX_ATTEMPTS + 5):
        sweep_promises()
        clock.move(hours=1)

    promise.refresh_from_db()
    assert len(kept) == promise.attempts == MAX_ATTEMPTS
    assert promise.failed_at is not None
    figures = client.get("/metrics", headers={"Authorization": "Bearer figures"}).content.decode()
    assert "contactcenter_promises_failed 1\n" in figures
    # What was given up is no reason to call the installation sick.
    assert client.get("/readyz").json()["promises"] is True


def test_what_the_keeper_did_before_it_failed_is_undone(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promises, "_keepers", dict(promises._keepers))

    @keeps("test")
    def half() -> None:
        make_company("Half done")
        fail()

    promise_in(0)
    sweep_promises()

    assert not Company.objects.filter(name="Half done").exists()


def test_a_keeper_may_promise_the_same_again(kept: Kept, clock: Clock) -> None:
    kept.then = lambda: promise_in(60) and None
    promise_in(0)
    for _ in range(3):
        assert sweep_promises() == 1
        assert sweep_promises() == 0
        clock.move(seconds=60)

    assert len(kept) == 3
    assert Promise.objects.get(kind="test").attempts == 0


def test_one_that_fails_does_not_hold_up_the_others(kept: Kept, clock: Clock) -> None:
    make_promise("test", key="bad", due_at=clock.now - timedelta(hours=1))
    kept.then = fail
    sweep_promises()
    kept.then = None
    promise_in(0, key="good")

    assert sweep_promises() == 1


def test_a_crowd_of_promises_that_nobody_keeps_does_not_hold_up_the_others(
    kept: Kept, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after going back to an older release."""
    monkeypatch.setattr(promises, "SWEEP_BATCH", 5)
    for number in range(promises.SWEEP_BATCH):
        make_promise("of.tomorrow", key=str(number), due_at=clock.now - timedelta(hours=1))
    promise_in(0)

    assert sweep_promises() == 1
    assert Promise.objects.filter(kind="of.tomorrow", failed_at=None).count() == promises.SWEEP_BATCH


def test_a_failure_that_cannot_even_be_noted_leaves_the_promise_to_the_lease(
    kept: Kept, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    promise = promise_in(0)

    def database_is_away(*_: Any, **__: Any) -> None:
        raise OperationalError("server closed the connection")

    with monkeypatch.context() as away:
        kept.then = database_is_away
        away.setattr(promises.random, "uniform", lambda *_: 1.0)
        away.setattr(type(Promise.objects.all()), "update", database_is_away)
        assert sweep_promises() == 0
    kept.then = None

    clock.move(seconds=LEASE.total_seconds())
    assert sweep_promises() == 1
    assert not Promise.objects.filter(pk=promise.pk).exists()


def test_promises_more_than_a_minute_late_make_the_installation_unready(
    kept: Kept, clock: Clock, client
) -> None:
    promise_in(0)
    clock.move(seconds=60)
    assert client.get("/readyz").json()["promises"] is True

    clock.move(seconds=1)
    response = client.get("/readyz")

    assert (response.status_code, response.json()["promises"]) == (503, False)
    sweep_promises()
    assert client.get("/readyz").json()["promises"] is True


def test_every_kind_that_is_promised_has_a_keeper() -> None:
    import re
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    sources = [
        p for room in ("agents", "contactcenter", "conversations", "chat") for p in (root / room).glob("*.py")
    ]
    promised = {
        kind
        for path in sources
        for kind in re.findall(r'_promises?\(\s*"([^"]+)"', path.read_text())
        if kind != "offer.expire" or path.name != "promises.py"
    }

    assert {"offer.expire", "presence.lapse", "mail.send"} <= promised
    assert promised <= set(promises._keepers)


def test_the_sweep_is_on_the_clock(settings) -> None:
    call_command("check")
    sweep = settings.CELERY_BEAT_SCHEDULE["sweep promises"]
    assert sweep["schedule"] <= 5
    logging.getLogger(__name__).debug("the sweep comes every %s seconds", sweep["schedule"])
