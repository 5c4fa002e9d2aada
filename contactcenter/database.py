"""The one way from asynchronous code to the database.

Sockets live on the event loop; queries run on a small pool of threads of their own, which keeps the number of
connections bounded and a slow query away from everybody else's socket (see docs/realtime.md).
"""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
)
from django.db.backends.base.base import BaseDatabaseWrapper

P = ParamSpec("P")
T = TypeVar("T")

# What a caller may see when the database is away or busy: nothing was stored, trying again is right.
Unavailable = (OperationalError, InterfaceError)

_threads: ThreadPoolExecutor | None = None
_connections: list[BaseDatabaseWrapper] = []


def _pool() -> ThreadPoolExecutor:
    global _threads
    if _threads is None:
        _threads = ThreadPoolExecutor(
            settings.DATABASE_THREADS, thread_name_prefix="database", initializer=_note_connection
        )
    return _threads


def _note_connection() -> None:
    """Each thread has a connection of its own; whoever ends the pool closes them all."""
    own = connections[DEFAULT_DB_ALIAS]
    own.inc_thread_sharing()
    _connections.append(own)


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
    threads.shutdown(wait=True)
    while _connections:
        _connections.pop().close()
