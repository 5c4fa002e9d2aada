"""HTTP pages on a bounded pool of threads.

The request's body is read on the event loop before a thread is taken, so that slow clients do not hold threads; the
answers of this product are whole pages, handed back to the loop in one piece.
"""

import tempfile
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import IO, Any

from a2wsgi import WSGIMiddleware

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SPOOL_OVER = 1_048_576
MAX_BODY = 4 * 1_048_576


class ClientLeft(Exception):
    """The client went away before its request was complete."""


class PagePool:
    """An ASGI application around a WSGI one."""

    def __init__(self, application: Callable[..., Iterable[bytes]], *, threads: int) -> None:
        self.wsgi = WSGIMiddleware(application, workers=threads)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        with tempfile.SpooledTemporaryFile(max_size=SPOOL_OVER) as body:
            try:
                fits = await _read_body(receive, body)
            except ClientLeft:
                # Half a form looks like a whole one: it must not be acted upon.
                return
            if not fits:
                await _refuse_large(send)
                return
            body.seek(0)
            await self.wsgi(_without_doubles(scope), _replay(body), send)  # type: ignore[arg-type]


def _without_doubles(scope: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The request without headers whose names have an underscore: in WSGI `X_Forwarded_For` is the same as
    `X-Forwarded-For`, so a stranger could speak with the proxy's voice."""
    headers = [(name, value) for name, value in scope["headers"] if b"_" not in name]
    return {**scope, "headers": headers}


async def _read_body(receive: Receive, body: IO[bytes]) -> bool:
    """Read the whole body. False when it is larger than anybody may send. Raises ClientLeft."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            return False
        body.write(chunk)
        more = message.get("more_body", False)
    return True


def _replay(body: IO[bytes]) -> Receive:
    async def receive() -> Message:
        chunk = body.read(SPOOL_OVER)
        return {"type": "http.request", "body": chunk, "more_body": bool(chunk)}

    return receive


async def _refuse_large(send: Send) -> None:
    await send({"type": "http.response.start", "status": 413, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
