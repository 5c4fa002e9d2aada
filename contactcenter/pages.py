"""HTTP pages on a bounded pool of threads.

The request's body is read on the event loop before a thread is taken, so that slow clients do not hold threads; the
answers of this product are whole pages, handed back to the loop in one piece.

A body that is too large is read to its end all the same, because browsers show nobody an answer that comes earlier.
Only its beginning is kept, under the mark CUT_SHORT: contactcenter.middleware refuses it unless the page knows better.
"""

import asyncio
import contextvars
import tempfile
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from a2wsgi.wsgi import build_environ

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SPOOL_OVER = 1_048_576
# A picture of 5 MB with the form around it is the largest that is wanted.
MAX_BODY = 6 * 1_048_576
# Beyond this nobody made a mistake.
MAX_PATIENCE = 64 * 1_048_576
CUT_SHORT = "contactcenter.cut_short"


class ClientLeft(Exception):
    """The client went away before its request was complete."""


class PagePool:
    """An ASGI application around a WSGI one."""

    def __init__(self, application: Callable[..., Iterable[bytes]], *, threads: int) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="pages")

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        with tempfile.SpooledTemporaryFile(max_size=SPOOL_OVER) as body:
            try:
                size = await _read_body(receive, body)
            except ClientLeft:
                # Half a form looks like a whole one: it must not be acted upon.
                return
            if size > MAX_PATIENCE:
                await _refuse_large(send)
                return
            body.seek(0)
            environ = build_environ(_without_doubles(scope), body)  # type: ignore[arg-type]
            environ[CUT_SHORT] = size > MAX_BODY  # type: ignore[literal-required]
            # A context of its own for each request, as on an event loop: nothing is left over for the next one.
            in_own_context = contextvars.copy_context().run
            start, content = await asyncio.get_running_loop().run_in_executor(
                self._threads, in_own_context, self._answer, environ
            )
        await send(start)
        await send({"type": "http.response.body", "body": content})

    def _answer(self, environ: Any) -> tuple[Message, bytes]:
        """Have the page made, on one of the threads: how the answer begins, and all of its content."""
        start: Message = {"type": "http.response.start"}

        def start_response(status: str, headers: list[tuple[str, str]], error: Any = None) -> None:
            start["status"] = int(status.partition(" ")[0])
            start["headers"] = [
                (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
            ]

        answer = self._application(environ, start_response)
        try:
            return start, b"".join(answer)
        finally:
            # Django's request ends here, and with it what it holds.
            if close := getattr(answer, "close", None):
                close()


def _without_doubles(scope: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The request without headers whose names have an underscore: in WSGI `X_Forwarded_For` is the same as
    `X-Forwarded-For`, so a stranger could speak with the proxy's voice."""
    headers = [(name, value) for name, value in scope["headers"] if b"_" not in name]
    return {**scope, "headers": headers}


async def _read_body(receive: Receive, body: IO[bytes]) -> int:
    """Read the body to its end, or until it is past all patience; keep no more than anybody may send. Gives its size.
    Raises ClientLeft."""
    size, more = 0, True
    while more and size <= MAX_PATIENCE:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        chunk = message.get("body", b"")
        body.write(chunk[: max(0, MAX_BODY - size)])
        size += len(chunk)
        more = message.get("more_body", False)
    return size


async def _refuse_large(send: Send) -> None:
    # Or the server would go on reading what nobody wants.
    headers = [(b"content-length", b"0"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
