"""The one way from asynchronous code to the database.

Sockets live on the event loop; queries run on a small pool of threads of their own, which keeps the number of
connections bounded and a slow query away from everybody else's socket (see docs/realtime.md).
"""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

P = ParamSpec("P")
T = TypeVar("T")

# What a caller may see when the database is away or busy: nothing was stored, trying again is right.
Unavailable = (OperationalError, InterfaceError)

_threads: ThreadPoolExecutor | None = None


def _pool() -> ThreadPoolExecutor:
    global _threads
    if _threads is None:
        _threads = ThreadPoolExecutor(settings.DATABASE_THREADS, thread_name_prefix="database")
    return _threads


def _call(call: Callable[[], T]) -> T:
    try:
        return call()
    except DatabaseError:
        # The connection may be the reason; a fresh one costs a few milliseconds.
        if not connection.in_atomic_block:
            connection.close()
        raise


async def in_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `function` on the database threads. Raises what it raises; `Unavailable` means "try again later"."""
    call = functools.partial(_call, functools.partial(function, *args, **kwargs))
    return await asyncio.get_running_loop().run_in_executor(_pool(), call)


def close_threads() -> None:
    """End the pool and its connections, when the process ends or a test is over."""
    global _threads
    if _threads is None:
        return
    threads, _threads = _threads, None
    for _ in range(settings.DATABASE_THREADS):
        threads.submit(connection.close)
    threads.shutdown(wait=True)


def first_row(sql: str, parameters: list[Any]) -> tuple[Any, ...] | None:
    """The first row of a statement on the hot path, where the ORM's own cost would be most of the work."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row
