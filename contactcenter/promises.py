"""Promises: what must happen later or elsewhere, kept as rows (docs/promises.md).

    make_promise("offer.expire", key=f"{offer.pk}", due_at=offer.due_at, offer_id=offer.pk)

is called inside the transaction that caused the need. After the commit Celery is asked to wake somebody at `due_at`;
when the broker is away or forgets, the sweep that runs every two seconds finds the row all the same.

A handler is registered by the room that owns the kind:

    @keeps("offer.expire")
    def expire_offer_if_still_open(*, offer_id: int) -> None: ...

It runs in one transaction with the deletion of its row, so what it does to the database is done exactly once. It looks
again whether the thing is still wanted: nobody withdraws a promise. A handler with an effect outside the database (a
mail) says so with `@keeps("mail.send", outside=True)`: it runs under a lease instead, at least once, and must carry
an id of its own by which the other side recognises a repetition. Each such kind has a lane of its own, so that another
server that hangs delays nothing else.
"""

import logging
import random
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from contactcenter.database import Unavailable
from contactcenter.models import Promise

logger = logging.getLogger(__name__)

# How long a promise with an outside effect waits for a process that died in the middle.
LEASE = timedelta(seconds=90)
# Tells these advisory locks of PostgreSQL from any others.
ADVISORY_SPACE = 7_701
MAX_ATTEMPTS = 20
LONGEST_BACKOFF = timedelta(minutes=15)
# Alarms further away than this are left to the sweep: brokers lose or repeat what they hold for long.
FARTHEST_ALARM = timedelta(minutes=10)
SWEEP_BATCH = 200
# Seconds by which an alarm rings late, since one that rings a moment early finds nothing due.
JUST_AFTER = 0.01


class Hopeless(Exception):
    """Raised by a keeper: trying again will not help. The promise is given up at once, for an operator to see."""


class Lane:
    """How many promises of one kind a process keeps at once. A server that hangs may not take every thread of a worker:
    offers are due in the meantime, and other servers answer. What finds the lane full is left to the sweep."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._taken = 0
        self._lock = Lock()

    @property
    def is_full(self) -> bool:
        return self._taken >= self.width

    def enter(self) -> bool:
        with self._lock:
            if self.is_full:
                return False
            self._taken += 1
            return True

    def leave(self) -> None:
        with self._lock:
            self._taken -= 1


@dataclass(frozen=True)
class Keeper:
    """Who keeps the promises of one kind. A lane is for effects outside the database."""

    handle: Callable[..., None]
    lane: Lane | None
    lease: timedelta


_keepers: dict[str, Keeper] = {}


def keeps(
    kind: str, *, outside: bool = False, at_once: int = 1, lease: timedelta = LEASE
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the function that keeps promises of this kind. `outside`: it has effects outside the database, and never
    takes as long as `lease`; a process keeps so many `at_once`."""

    def register(handle: Callable[..., None]) -> Callable[..., None]:
        _keepers[kind] = Keeper(handle, Lane(at_once) if outside else None, lease)
        return handle

    return register


def threads_wanted() -> int:
    """How many threads a worker needs so that no hanging server keeps it from anything else: two are always free for
    what only changes rows."""
    return 2 + sum(keeper.lane.width for keeper in _keepers.values() if keeper.lane)


# What promising the same again replaces.
_ANEW = {"attempts": 0, "leased_until": None, "failed_at": None, "last_error": ""}


def make_promise(kind: str, *, key: str, due_at: datetime, **payload: Any) -> None:
    """Promise that the keeper of `kind` will be called with `payload` at `due_at`, or soon after. Promising the same
    kind and key again replaces time and payload."""
    promise, _ = Promise.objects.update_or_create(
        kind=kind, key=key, defaults=_ANEW | {"payload": payload, "due_at": due_at}
    )
    transaction.on_commit(partial(_set_alarm, promise.pk, due_at), robust=True)


def make_promises(kind: str, *, due_at: datetime, payloads: Mapping[str, dict[str, Any]]) -> None:
    """`make_promise` for many keys in a few statements."""
    # In order: two who promise the same at once do not wait for each other.
    promises = Promise.objects.bulk_create(
        (
            Promise(kind=kind, key=key, payload=payload, due_at=due_at)
            for key, payload in sorted(payloads.items())
        ),
        update_conflicts=True,
        unique_fields=["kind", "key"],
        update_fields=["payload", "due_at", *_ANEW],
    )
    for promise in promises:
        transaction.on_commit(partial(_set_alarm, promise.pk, due_at), robust=True)


# --- keeping ------------------------------------------------------------------------------------------------


def keep_promise(promise_id: int) -> bool:
    """Keep one promise if it is due and nobody else is at it. True when its keeper ran to the end."""
    try:
        promise = _due().filter(pk=promise_id).first()
    except Unavailable as error:
        _note_outage(error)
        return False
    keeper = _keepers.get(promise.kind) if promise else None
    if promise is None or keeper is None:
        return False
    try:
        if keeper.lane is not None:
            return _keep_under_lease(promise, keeper, keeper.lane)
        return _keep_in_transaction(promise, keeper)
    except Unavailable as error:
        # The database went away (or chose this one in a deadlock): that is nobody's mistake to be traced.
        _note_outage(error)
        _postpone(promise, error)
        return False
    except Hopeless as error:
        logger.warning("promise %s is given up: %s", promise, error)
        _postpone(promise, error)
        return False
    except Exception as error:
        if keeper.lane is not None and isinstance(error, OSError):
            # Another server is away or out of sorts; what it said is kept with the promise.
            logger.warning("promise %s could not be kept: %s", promise, type(error).__name__)
        else:
            logger.exception("promise %s could not be kept (attempt %s)", promise, promise.attempts + 1)
        _postpone(promise, error)
        return False


def _note_outage(error: Exception) -> None:
    """The database is away: everything stays due, and the sweep comes again."""
    logger.warning("database unavailable: %s", type(error).__name__)
    if not connection.in_atomic_block:
        connection.close()


def _due() -> QuerySet[Promise]:
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    return Promise.objects.filter(free, due_at__lte=now, failed_at=None)


def _keep_in_transaction(promise: Promise, keeper: Keeper) -> bool:
    """Exactly once: the effect and the end of the promise are one transaction. When the process dies in the middle,
    nothing of it has happened, and the next one need not wait for a lease."""
    with transaction.atomic():
        if not _alone_with(promise) or not _due().filter(pk=promise.pk, due_at=promise.due_at).exists():
            return False
        # The keeper first: it locks what the promise is about before the promise, as everybody does who makes
        # promises. The other way round would be a deadlock.
        keeper.handle(**promise.payload)
        # Unless it was promised anew in the meantime, perhaps by its own keeper: then for another time.
        Promise.objects.filter(pk=promise.pk, due_at=promise.due_at).delete()
    return True


def _alone_with(promise: Promise) -> bool:
    """Whether nobody else keeps it right now. Said until the end of the transaction, without locking the row; on
    SQLite the transaction itself is alone."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [ADVISORY_SPACE, promise.pk % 2**31])
        return bool(cursor.fetchone()[0])


def _keep_under_lease(promise: Promise, keeper: Keeper, lane: Lane) -> bool:
    """At least once: the effect is outside, where no transaction reaches."""
    if not lane.enter():
        return False
    try:
        leased_until = timezone.now() + keeper.lease
        if not _due().filter(pk=promise.pk, due_at=promise.due_at).update(leased_until=leased_until):
            return False
        promise.leased_until = leased_until
        keeper.handle(**promise.payload)
        Promise.objects.filter(pk=promise.pk, due_at=promise.due_at, leased_until=leased_until).delete()
    finally:
        lane.leave()
    return True


def sweep_promises() -> int:
    """Keep everything that is due; returns how many promises were kept. First what only changes rows: that is quick,
    and offers are among it. Then kind by kind what may take its time."""
    inside = [kind for kind, keeper in _keepers.items() if keeper.lane is None]
    kept = _keep_due(inside)
    for kind, keeper in _keepers.items():
        if keeper.lane and not keeper.lane.is_full:
            kept += _keep_due([kind])
    return kept


def _keep_due(kinds: list[str]) -> int:
    due = _due().filter(kind__in=kinds).order_by("due_at").values_list("pk", flat=True)[:SWEEP_BATCH]
    try:
        numbers = list(due)
    except Unavailable as error:
        _note_outage(error)
        return 0
    return sum(keep_promise(promise_id) for promise_id in numbers)


def _postpone(promise: Promise, error: Exception) -> None:
    now = timezone.now()
    attempts = promise.attempts + 1
    gives_up = attempts >= MAX_ATTEMPTS or isinstance(error, Hopeless)
    wait = min(timedelta(seconds=2**attempts), LONGEST_BACKOFF) * random.uniform(0.8, 1.2)  # noqa: S311
    try:
        Promise.objects.filter(pk=promise.pk, due_at=promise.due_at).update(
            due_at=now + wait,
            attempts=attempts,
            leased_until=None,
            last_error=_words_of(error),
            failed_at=now if gives_up else None,
        )
    except Exception:
        # The database itself is away: it stays due, and the sweep comes again.
        logger.warning("promise %s: its failure could not be noted", promise.pk)


def _words_of(error: Exception) -> str:
    return str(error)[:2000] if isinstance(error, Hopeless) else f"{type(error).__name__}: {error}"[:2000]


# --- the alarm clock ------------------------------------------------------------------------------------------

# Asking a broker that is away may take a second; nobody's request or socket waits for that.
_alarm_thread = ThreadPoolExecutor(1, thread_name_prefix="alarm")


def _set_alarm(promise_id: int, due_at: datetime) -> None:
    delay = due_at - timezone.now()
    if delay <= FARTHEST_ALARM:
        _alarm_thread.submit(_ask_celery, promise_id, max(delay.total_seconds(), 0) + JUST_AFTER)


def _ask_celery(promise_id: int, seconds: float) -> None:
    from contactcenter.jobs import keep_promise as job

    try:
        job.apply_async(args=[promise_id], countdown=seconds)
    except Exception as error:
        logger.warning(
            "no alarm set for promise %s (%s); the sweep will find it", promise_id, type(error).__name__
        )
