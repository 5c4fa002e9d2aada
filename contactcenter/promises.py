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
an id of its own by which the other side recognises a repetition.
"""

import logging
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from contactcenter.models import Promise

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
MAX_ATTEMPTS = 20
LONGEST_BACKOFF = timedelta(minutes=15)
# Alarms further away than this are left to the sweep: brokers lose or repeat what they hold for long.
FARTHEST_ALARM = timedelta(minutes=10)
SWEEP_BATCH = 200
# Seconds by which an alarm rings late, since one that rings a moment early finds nothing due.
JUST_AFTER = 0.01


@dataclass(frozen=True)
class Keeper:
    """Who keeps the promises of one kind."""

    handle: Callable[..., None]
    outside: bool


_keepers: dict[str, Keeper] = {}
# A process keeps one promise with an outside effect at a time: a mail server that hangs may not take every thread of a
# worker, since offers are due in the meantime. What finds it taken is left to the sweep.
_outside = Lock()


def keeps(kind: str, *, outside: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the function that keeps promises of this kind. `outside`: it has effects outside the database."""

    def register(handle: Callable[..., None]) -> Callable[..., None]:
        _keepers[kind] = Keeper(handle, outside)
        return handle

    return register


def make_promise(kind: str, *, key: str, due_at: datetime, **payload: Any) -> None:
    """Promise that the keeper of `kind` will be called with `payload` at `due_at`, or soon after. Promising the same
    kind and key again replaces time and payload."""
    promise, _ = Promise.objects.update_or_create(
        kind=kind,
        key=key,
        defaults={
            "payload": payload,
            "due_at": due_at,
            "attempts": 0,
            "leased_until": None,
            "failed_at": None,
            "last_error": "",
        },
    )
    transaction.on_commit(partial(_set_alarm, promise.pk, due_at), robust=True)


# --- keeping ------------------------------------------------------------------------------------------------


def keep_promise(promise_id: int) -> bool:
    """Keep one promise if it is due and nobody else is at it. True when its keeper ran to the end."""
    claimed = _claim(promise_id)
    if claimed is None:
        return False
    promise, keeper = claimed
    if keeper.outside and not _outside.acquire(blocking=False):
        _give_back(promise)
        return False
    try:
        if keeper.outside:
            keeper.handle(**promise.payload)
            _delete(promise)
        else:
            with transaction.atomic():
                # The keeper first: it locks what the promise is about before the promise, as everybody does who
                # makes promises. The other way round would be a deadlock.
                keeper.handle(**promise.payload)
                _delete(promise)
    except Exception as error:
        logger.exception("promise %s could not be kept (attempt %s)", promise, promise.attempts)
        _postpone(promise, error)
        return False
    finally:
        if keeper.outside:
            _outside.release()
    return True


def sweep_promises() -> int:
    """Keep everything that is due. Returns how many promises were kept."""
    now = timezone.now()
    kinds = [kind for kind, keeper in _keepers.items() if not (keeper.outside and _outside.locked())]
    due = (
        Promise.objects.filter(due_at__lte=now, failed_at=None, kind__in=kinds)
        .filter(Q(leased_until=None) | Q(leased_until__lte=now))
        .order_by("due_at")
        .values_list("pk", flat=True)[:SWEEP_BATCH]
    )
    return sum(keep_promise(promise_id) for promise_id in list(due))


def _claim(promise_id: int) -> tuple[Promise, Keeper] | None:
    """Take the lease: compare-and-set, so that of many workers one gets it."""
    now = timezone.now()
    with transaction.atomic():
        promise = (
            Promise.objects.select_for_update(skip_locked=True)
            .filter(pk=promise_id, due_at__lte=now, failed_at=None)
            .filter(Q(leased_until=None) | Q(leased_until__lte=now))
            .first()
        )
        if promise is None:
            return None
        keeper = _keepers.get(promise.kind)
        if keeper is None:
            logger.error("nobody keeps promises of kind %s", promise.kind)
            return None
        promise.attempts += 1
        promise.leased_until = now + LEASE
        promise.save(update_fields=["attempts", "leased_until"])
    return promise, keeper


def _give_back(promise: Promise) -> None:
    Promise.objects.filter(pk=promise.pk, leased_until=promise.leased_until).update(
        attempts=promise.attempts - 1, leased_until=None
    )


def _delete(promise: Promise) -> None:
    """Delete the row unless it was promised anew in the meantime, perhaps by its own keeper (then attempts and lease
    are others)."""
    Promise.objects.filter(
        pk=promise.pk, attempts=promise.attempts, leased_until=promise.leased_until
    ).delete()


def _postpone(promise: Promise, error: Exception) -> None:
    now = timezone.now()
    wait = min(timedelta(seconds=2**promise.attempts), LONGEST_BACKOFF) * random.uniform(0.8, 1.2)  # noqa: S311
    try:
        Promise.objects.filter(pk=promise.pk, leased_until=promise.leased_until).update(
            due_at=now + wait,
            leased_until=None,
            last_error=f"{type(error).__name__}: {error}"[:2000],
            failed_at=now if promise.attempts >= MAX_ATTEMPTS else None,
        )
    except Exception:
        # The database itself is away: the lease runs out, and the sweep comes again.
        logger.warning("promise %s: its failure could not be noted", promise.pk)


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
