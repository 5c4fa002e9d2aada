"""What becomes a request of a page, and what does not."""

import asyncio
import errno
import tempfile
from collections.abc import Iterable
from typing import Any

import pytest

from contactcenter import pages
from contactcenter.pages import CUT_SHORT, MAX_BODY, MAX_PATIENCE, PIECE, LargerBodies, PagePool

pytestmark = pytest.mark.once


class Echo:
    """A WSGI application that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked.append({**environ, "body": environ["wsgi.input"].read()})
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"done"]


async def ask(echo: Echo, *messages: dict[str, Any], headers: list[tuple[bytes, bytes]] | None = None) -> int:
    """The status of the answer; 0 when there was none."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "http_version": "1.1",
        "headers": headers or [],
    }
    waiting = list(messages)
    answers: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        answers.append(message)

    await PagePool(echo, threads=1)(scope, receive, send)
    return answers[0]["status"] if answers else 0


async def test_a_body_arrives_whole() -> None:
    echo = Echo()
    parts = ({"body": b"text=not+", "more_body": True}, {"body": b"refunded"})

    assert await ask(echo, *({"type": "http.request", **part} for part in parts)) == 200
    assert echo.asked[0]["body"] == b"text=not+refunded"


async def test_a_request_whose_client_left_in_the_middle_of_it_is_not_carried_out() -> None:
    echo = Echo()
    half = {"type": "http.request", "body": b"text=refund+1000+is+", "more_body": True}

    assert await ask(echo, half, {"type": "http.disconnect"}) == 0
    assert echo.asked == []


async def test_of_a_body_that_is_too_large_the_beginning_arrives_with_a_mark() -> None:
    echo = Echo()
    part = {"type": "http.request", "body": b"x" * MAX_BODY, "more_body": True}

    assert await ask(echo, part, part, {"type": "http.request", "body": b"end"}) == 200
    assert len(echo.asked[0]["body"]) == MAX_BODY
    assert echo.asked[0][CUT_SHORT] is True


async def test_a_body_that_fits_bears_no_mark() -> None:
    echo = Echo()

    assert await ask(echo, {"type": "http.request", "body": b"x" * MAX_BODY}) == 200
    assert len(echo.asked[0]["body"]) == MAX_BODY
    assert echo.asked[0][CUT_SHORT] is False


async def test_a_body_without_end_is_refused() -> None:
    echo = Echo()
    part = {"type": "http.request", "body": b"x" * MAX_BODY, "more_body": True}

    assert await ask(echo, *[part] * (MAX_PATIENCE // MAX_BODY + 1)) == 413
    assert echo.asked == []


async def test_strangers_cannot_speak_with_the_proxys_voice() -> None:
    echo = Echo()
    headers = [
        (b"x-forwarded-for", b"203.0.113.9"),
        (b"x_forwarded_for", b"10.1.1.1"),
        (b"x_forwarded_proto", b"https"),
    ]

    assert await ask(echo, {"type": "http.request", "body": b""}, headers=headers) == 200
    assert echo.asked[0]["HTTP_X_FORWARDED_FOR"] == "203.0.113.9"
    assert "HTTP_X_FORWARDED_PROTO" not in echo.asked[0]


@pytest.fixture
def larger_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    """At "/" somebody called Ewa may send twice as much as others."""
    larger = LargerBodies("/", 2 * MAX_BODY, lambda cookies: cookies.get("name") == "Ewa")
    monkeypatch.setattr(pages, "_larger", [larger])


@pytest.mark.parametrize(("name", "kept"), [(b"Ewa", 2 * MAX_BODY), (b"Eve", MAX_BODY)])
async def test_larger_bodies_are_kept_of_those_who_may_send_them(
    larger_bodies: None, name: bytes, kept: int
) -> None:
    echo = Echo()
    part = {"type": "http.request", "body": b"x" * MAX_BODY, "more_body": True}

    status = await ask(
        echo, part, {**part, "more_body": False}, headers=[(b"cookie", b"other=1; name=" + name)]
    )

    assert status == 200
    assert len(echo.asked[0]["body"]) == kept
    assert echo.asked[0][CUT_SHORT] is (kept == MAX_BODY)


class Film:
    """An answer in pieces, far too many for memory, that says when it was let go."""

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces
        self.given = self.closed = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> "Film":
        start_response("200 OK", [])
        return self

    def __iter__(self) -> Any:
        for _ in range(self.pieces):
            self.given += 1
            yield b"x" * PIECE

    def close(self) -> None:
        self.closed += 1


async def test_a_large_answer_leaves_in_pieces() -> None:
    film, sent = Film(3), list[Any]()
    scope = {"method": "GET", "path": "/", "query_string": b"", "http_version": "1.1", "headers": []}
    messages = [{"type": "http.request"}]

    async def receive() -> Any:
        if messages:
            return messages.pop()
        return await asyncio.get_running_loop().create_future()

    async def send(message: Any) -> None:
        sent.append(message)

    await PagePool(film, threads=1)(scope, receive, send)

    assert [len(message.get("body", b"")) for message in sent] == [0, PIECE, PIECE, PIECE, 0]
    assert [message.get("more_body", False) for message in sent[1:]] == [True, True, True, False]
    assert film.closed == 1


async def test_nothing_more_is_read_for_somebody_who_has_left() -> None:
    film = Film(1000)

    assert await ask(film, {"type": "http.request"}) == 200
    assert film.given < 10
    assert film.closed == 1


class FullDisk(tempfile.SpooledTemporaryFile):
    """A temporary folder on which nothing fits any more."""

    def write(self, data: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


async def test_a_full_disk_is_said_once_the_body_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", FullDisk)
    echo, part = Echo(), {"type": "http.request", "body": b"x" * 1000, "more_body": True}

    assert await ask(echo, part, part, {**part, "more_body": False}) == 507
    assert echo.asked == []
