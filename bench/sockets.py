"""A WebSocket client so small that thousands of them hardly show beside the server."""

import asyncio
import base64
import json
import os
from collections.abc import Callable
from typing import Any

_TEXT, _CLOSE, _PING = 0x81, 0x88, 0x89
_PONG = 0x8A
_MASKED = 0x80


class Closed(Exception):
    """The server closed the socket. `code` is what it said."""

    def __init__(self, code: int) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class ClientSocket(asyncio.Protocol):
    """An open socket. `heard` is called with the text of every frame."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._buffer = bytearray()
        self._open = False
        self._transport: asyncio.Transport | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.heard: Callable[[str], None] | None = None
        self._unheard: list[str] = []
        self.close_code: int | None = None

    # --- what the benchmarks use

    def send(self, kind: str, data: dict[str, Any], ref: str | None = None) -> None:
        payload = json.dumps({"type": kind, "ref": ref, "data": data}).encode()
        size = len(payload)
        head = (
            bytes([_TEXT, _MASKED | size]) if size < 126 else bytes([_TEXT, _MASKED | 126]) + size.to_bytes(2)
        )
        assert self._transport
        # A mask of zeros is a mask too, and leaves the payload as it is.
        self._transport.write(head + b"\0\0\0\0" + payload)

    def listen(self, heard: Callable[[str], None]) -> None:
        """Call `heard` with every frame from now on, and with those that came unasked for."""
        self.heard, unheard = heard, self._unheard
        self._unheard = []
        for text in unheard:
            heard(text)

    async def next(self, kind: str, seconds: float = 10.0) -> dict[str, Any]:
        """The data of the next frame of this type."""
        found: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

        def hear(text: str) -> None:
            frame = json.loads(text)
            if frame["type"] == "error":
                raise RuntimeError(text)
            if frame["type"] == kind and not found.done():
                found.set_result(frame["data"])

        self.listen(hear)
        try:
            async with asyncio.timeout(seconds):
                return await found
        finally:
            self.heard = None

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    # --- the protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._transport.write(self._request)  # type: ignore[union-attr]

    def connection_lost(self, error: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(Closed(self.close_code or 1006))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._open:
            head, end, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(RuntimeError(head.decode(errors="replace")))
                return
            self._open, self._buffer = True, bytearray(rest)
            self.opened.set_result(None)
        while self._take_frame():
            pass

    def _take_frame(self) -> bool:
        buffer = self._buffer
        if len(buffer) < 2:
            return False
        size, start = buffer[1], 2
        if size == 126:
            size, start = int.from_bytes(buffer[2:4]), 4
        elif size == 127:
            size, start = int.from_bytes(buffer[2:10]), 10
        if len(buffer) < start + size:
            return False
        kind, payload = buffer[0], bytes(buffer[start : start + size])
        del buffer[: start + size]
        if kind == _TEXT:
            text = payload.decode()
            if self.heard:
                self.heard(text)
            else:
                self._unheard.append(text)
        elif kind == _PING and self._transport:
            self._transport.write(bytes([_PONG, _MASKED | len(payload)]) + b"\0\0\0\0" + payload)
        elif kind == _CLOSE:
            self.close_code = int.from_bytes(payload[:2])
            self.close()
        return True


async def connect(port: int, path: str, headers: dict[str, str] | None = None) -> ClientSocket:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    _, socket = await asyncio.get_running_loop().create_connection(
        lambda: ClientSocket(request), "127.0.0.1", port
    )
    async with asyncio.timeout(20):
        await socket.opened
    return socket


async def connect_many(port: int, paths: list[str], *, at_once: int = 50) -> list[ClientSocket]:
    """One socket for each path, opened a few at a time."""
    sockets: list[ClientSocket] = []
    for start in range(0, len(paths), at_once):
        sockets += await asyncio.gather(*(connect(port, path) for path in paths[start : start + at_once]))
    return sockets
