"""The tests' own PostgreSQL and Redis: both kinds of programs run, and data outlives `kill -9`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from tests import servers
from tests.servers import Postgres, PrivateServer, Redis

pytestmark = pytest.mark.once


@pytest.fixture
def run() -> Iterator[Callable[[PrivateServer], None]]:
    running: list[PrivateServer] = []

    def start(server: PrivateServer) -> None:
        running.append(server)
        server.start()

    yield start
    for server in running:
        server.stop()
        assert not server.folder.exists()


def count_rows(postgres: Postgres) -> int:
    connection = psycopg2.connect(postgres.url)
    cursor = connection.cursor()
    cursor.execute("SELECT count(*) FROM kept")
    rows = cursor.fetchone()
    connection.close()
    assert rows
    return int(rows[0])


def test_postgres_keeps_what_was_committed_before_it_was_killed(run: Callable[[PrivateServer], None]) -> None:
    postgres = Postgres(durable=True)
    run(postgres)
    postgres.execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)")

    postgres.kill()
    postgres.start()

    assert count_rows(postgres) == 1


def test_redis_keeps_what_it_was_told_before_a_restart_and_can_forget(
    run: Callable[[PrivateServer], None],
) -> None:
    server = Redis(durable=True)
    run(server)
    with redis.Redis.from_url(server.url) as client:
        client.set("kept", "1")

    server.restart()
    with redis.Redis.from_url(server.url) as client:
        assert client.get("kept") == b"1"
        server.flush()
        assert client.get("kept") is None


@pytest.mark.parametrize("kind", [Postgres, Redis])
def test_the_servers_from_the_wheels_run_where_none_is_installed(
    kind: type[Postgres | Redis], run: Callable[[PrivateServer], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "INSTALLED_POSTGRES", Path("/nowhere"))
    monkeypatch.setattr(servers, "_path_without_environment", lambda: "")

    run(kind())


def test_servers_do_not_run_as_root(run: Callable[[PrivateServer], None]) -> None:
    for server in (Postgres(), Redis()):
        run(server)
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0
