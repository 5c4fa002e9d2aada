"""HTTP pages on a bounded pool of threads.

The request's body is read on the event loop before a thread is taken, so that slow clients do not hold threads; the
answers of this product are whole pages, handed back to the loop in one piece. What is larger than a page (a stored
file) comes in pieces, for each of which a thread is taken anew: nobody's slow line holds one.

A body that is too large is read to its end all the same, because browsers show nobody an answer that comes earlier.
Only its beginning is kept, under the mark CUT_SHORT: contactcenter.middleware refuses it unless the page knows better.
Rooms that take larger bodies say where, and from whom (`allow_larger_bodies`).
"""

import asyncio
import contextvars
import errno
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import IO, Any

from a2wsgi.wsgi import build_environ

from contactcenter.database import Unavailable, in_database

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SPOOL_OVER = 1_048_576
# A picture of 5 MB with the form around it is the largest that is wanted.
MAX_BODY = 6 * 1_048_576
# Beyond this, or twice of what is allowed, nobody made a mistake.
MAX_PATIENCE = 64 * 1_048_576
CUT_SHORT = "contactcenter.cut_short"


# An answer up to this size leaves in one piece.
PIECE = 524_288
# How a disk says that it is full: for everybody, or for us.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class ClientLeft(Exception):
    """The client went away before its request was complete."""


@dataclass(frozen=True)
class LargerBodies:
    prefix: str
    most: int
    may_send: Callable[[Mapping[str, str]], bool]


_larger: list[LargerBodies] = []


def allow_larger_bodies(prefix: str, *, most: int, may_send: Callable[[Mapping[str, str]], bool]) -> None:
    """Keep bodies up to `most` bytes at addresses that begin like this, from those of whom `may_send` thinks so by
    their cookies. It is asked on the database threads, once a body has become too large for everybody else."""
    _larger.append(LargerBodies(prefix, most, may_send))


class PagePool:
    """An ASGI application around a WSGI one."""

    def __init__(self, application: Callable[..., Iterable[bytes]], *, threads: int) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="pages")

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        body: Any = tempfile.SpooledTemporaryFile(max_size=SPOOL_OVER)  # noqa: SIM115
        try:
            size, most = await _read_body(scope, receive, body)
            if size > _patience(most):
                await _refuse(send, 413)
                return
            body.seek(0)
            environ = build_environ(_without_doubles(scope), body)  # type: ignore[arg-type]
            environ[CUT_SHORT] = size > most  # type: ignore[literal-required]
            await self._respond(environ, receive, send)
        except ClientLeft:
            # Half a form looks like a whole one: it must not be acted upon.
            return
        except NoRoom:
            await _refuse(send, 507)
        finally:
            with suppress(OSError):  # a full disk says so once more
                body.close()

    async def _respond(self, environ: Any, receive: Receive, send: Send) -> None:
        # A context of its own for each request, as on an event loop: nothing is left over for the next one.
        in_own_context = contextvars.copy_context().run
        in_thread = asyncio.get_running_loop().run_in_executor
        answer = Answer(self._application, environ)
        piece, more = await in_thread(self._threads, in_own_context, answer.begin)
        await send(answer.start)
        if not more:
            await send({"type": "http.response.body", "body": piece})
            return
        left = asyncio.ensure_future(receive())
        try:
            while more and not left.done():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                piece, more = await in_thread(self._threads, in_own_context, answer.go_on)
            if not more:
                await send({"type": "http.response.body", "body": piece})
        finally:
            left.cancel()
            await asyncio.shield(in_thread(self._threads, in_own_context, answer.end))


class Answer:
    """What the application answers, made on the threads, piece by piece."""

    def __init__(self, application: Callable[..., Iterable[bytes]], environ: Any) -> None:
        self._application = application
        self._environ = environ
        self._content: Iterable[bytes] = ()
        self._rest: Iterator[bytes] = iter(())
        self.start: Message = {"type": "http.response.start"}

    def begin(self) -> tuple[bytes, bool]:
        """The first piece, and whether there are more."""
        self._content = self._application(self._environ, self._start_response)
        self._rest = iter(self._content)
        return self.go_on()

    def go_on(self) -> tuple[bytes, bool]:
        """The next piece, and whether there are more. After the last one nothing is held any more."""
        parts, size = [], 0
        try:
            for part in self._rest:
                parts.append(part)
                size += len(part)
                if size >= PIECE:
                    return b"".join(parts), True
        except BaseException:
            self.end()
            raise
        self.end()
        return b"".join(parts), False

    def end(self) -> None:
        """Django's request ends here, and with it what it holds."""
        content, self._content, self._rest = self._content, (), iter(())
        if close := getattr(content, "close", None):
            close()

    def _start_response(self, status: str, headers: list[tuple[str, str]], error: Any = None) -> None:
        self.start["status"] = int(status.partition(" ")[0])
        self.start["headers"] = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ]


def _without_doubles(scope: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The request without headers whose names have an underscore: in WSGI `X_Forwarded_For` is the same as
    `X-Forwarded-For`, so a stranger could speak with the proxy's voice."""
    headers = [(name, value) for name, value in scope["headers"] if b"_" not in name]
    return {**scope, "headers": headers}


class NoRoom(Exception):
    """The disk has no space left for the body."""


async def _read_body(scope: MutableMapping[str, Any], receive: Receive, body: IO[bytes]) -> tuple[int, int]:
    """Read the body to its end, or until it is past all patience; keep no more than its sender may send. Gives its
    size, and how large it might be. Raises ClientLeft or, when it has ended, NoRoom."""
    size, most, more, has_room = 0, MAX_BODY, True, True
    while more and size <= _patience(most):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        chunk = message.get("body", b"")
        if size <= MAX_BODY < size + len(chunk):
            most = await _most_allowed(scope)
        try:
            body.write(chunk[: max(0, most - size)] if has_room else b"")
        except OSError as error:
            if error.errno not in FULL:
                raise
            has_room = False
        size += len(chunk)
        more = message.get("more_body", False)
    if not has_room:
        raise NoRoom
    return size, most


def _patience(most: int) -> int:
    return max(MAX_PATIENCE, 2 * most)


async def _most_allowed(scope: MutableMapping[str, Any]) -> int:
    """How large the body may be, since it is larger than anybody's."""
    for larger in _larger:
        if scope["path"].startswith(larger.prefix):
            with suppress(*Unavailable):
                if await in_database(larger.may_send, _cookies(scope)):
                    return larger.most
    return MAX_BODY


def _cookies(scope: MutableMapping[str, Any]) -> dict[str, str]:
    try:
        sent = SimpleCookie(
            "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
        )
    except CookieError:
        return {}
    return {name: cookie.value for name, cookie in sent.items()}


async def _refuse(send: Send, status: int) -> None:
    # Or the server would go on reading what nobody wants.
    headers = [(b"content-length", b"0"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
