"""The one way from asynchronous code to the database.

Sockets live on the event loop; queries run on a small pool of threads of their own, which keeps the number of
connections bounded and a slow query away from everybody else's socket (see docs/realtime.md).
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

P = ParamSpec("P")
T = TypeVar("T")

# What a caller may see when the database is away or busy: nothing was stored, trying again is right.
Unavailable = (OperationalError, InterfaceError)


async def in_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `function` on the database threads. Raises what it raises; `Unavailable` means "try again later"."""
    return await _pool().run(partial(function, *args, **kwargs))


class DatabaseThreads:
    """Threads that make calls for event loops, each with a database connection of its own.

    Every message of every visitor comes through here, and what a ThreadPoolExecutor does for a call (a second future
    with a lock of its own, a semaphore) costs more than the way there and back: see docs/benchmarks.md.
    """

    def __init__(self, number: int) -> None:
        self._calls: SimpleQueue[partial[None] | None] = SimpleQueue()
        self._threads = [
            Thread(target=self._work, name=f"database_{count}", daemon=True) for count in range(number)
        ]
        for thread in self._threads:
            thread.start()

    def run(self, call: Callable[[], T]) -> asyncio.Future[T]:
        """The result of `call`, which one of the threads makes."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._calls.put(partial(_make, call, loop, future))
        return future

    def _work(self) -> None:
        while call := self._calls.get():
            call()
            del call  # nothing of it is kept while the thread waits for the next one
        connection.close()

    def end(self) -> None:
        """Finish what was asked for, and close the connections."""
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join()


def _make(call: Callable[[], T], loop: asyncio.AbstractEventLoop, future: asyncio.Future[T]) -> None:
    settle: Callable[[asyncio.Future[T]], Any]
    try:
        result = call()
    except BaseException as error:
        # The connection may be the reason; a fresh one costs a few milliseconds.
        if isinstance(error, DatabaseError) and not connection.in_atomic_block:
            connection.close()
        settle = partial(_fail, error=error)
    else:
        settle = partial(_succeed, result=result)
    with suppress(RuntimeError):  # the loop has ended: nobody waits any more
        loop.call_soon_threadsafe(settle, future)


def _succeed(future: asyncio.Future[T], result: T) -> None:
    if not future.done():  # else whoever waited has gone
        future.set_result(result)


def _fail(future: asyncio.Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)


_threads: DatabaseThreads | None = None


def _pool() -> DatabaseThreads:
    global _threads
    if _threads is None:
        _threads = DatabaseThreads(settings.DATABASE_THREADS)
    return _threads


def close_threads() -> None:
    """End the pool and its connections, when the process ends or a test is over."""
    global _threads
    if _threads is not None:
        threads, _threads = _threads, None
        threads.end()
