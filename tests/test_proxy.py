"""The bad line is as bad as it says."""

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.proxy import Line

pytestmark = pytest.mark.once


@pytest.fixture
def echo_port() -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection:
            while data := connection.recv(1024):
                connection.sendall(data)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield listener.getsockname()[1]
    # shutdown, since close alone does not wake the thread that waits in accept
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def line(echo_port: int) -> Iterator[Line]:
    opened = Line(echo_port)
    yield opened
    opened.close()


def call(line: Line) -> socket.socket:
    return socket.create_connection(("127.0.0.1", line.port), timeout=3)


def test_everything_passes_until_the_line_is_cut(line: Line) -> None:
    with call(line) as connection:
        connection.sendall(b"hello")
        assert connection.recv(5) == b"hello"

        assert line.cut() == 1

        assert is_dead(connection)
    with call(line) as connection:
        connection.sendall(b"again")
        assert connection.recv(5) == b"again"


def test_a_line_that_is_away_takes_no_new_connection(line: Line) -> None:
    line.go_away()
    assert not is_reachable(line)

    line.come_back()
    with call(line) as connection:
        connection.sendall(b"back")
        assert connection.recv(4) == b"back"


def test_a_held_line_is_silent_and_loses_nothing(line: Line) -> None:
    with call(line) as connection:
        line.hold()
        connection.sendall(b"slow")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(4)

        line.let_go()
        connection.settimeout(3)
        assert connection.recv(4) == b"slow"


def is_reachable(line: Line) -> bool:
    try:
        with call(line) as connection:
            return not is_dead(connection)
    except ConnectionError:
        return False


def is_dead(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True
