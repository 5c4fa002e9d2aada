"""`manage.py serve` keeps the product running, and leaves nothing behind."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.live import Live, wait_for
from tests.servers import free_port

ROOT = Path(__file__).resolve().parent.parent


def is_running(pid: int) -> bool:
    """Whether the process is more than a zombie waiting for its parent."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_killed_web_process_is_replaced_and_nobody_is_refused(live: Live) -> None:
    for _ in range(3):
        before = live.kill("web")

        # At once: the launcher holds the port, so that this waits instead of failing.
        assert live.get_status("/healthz") == 200
        assert not set(before) & set(live.pids("web"))


def test_a_web_process_ends_with_its_launcher(live: Live) -> None:
    children = live.pids("web")

    live.kill_launcher()

    wait_for(lambda: not any(is_running(pid) for pid in children), 2, "a web process outlived its launcher")
    live.restart("web")
    assert live.get_status("/login/") == 200


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_every_process_ends_cleanly_when_asked(live: Live, name: str) -> None:
    asked_at = time.monotonic()

    assert live.stop_process(name) == 0
    assert time.monotonic() - asked_at < 8


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_the_product_recovers_from_a_killed_process(live: Live, name: str) -> None:
    live.kill(name)
    live.restart(name)

    assert live.get_status("/readyz") == 200


@pytest.mark.once
def test_outside_debug_the_first_start_collects_the_static_files_and_serves_them(
    start_live: Callable[..., Live],
) -> None:
    live = start_live(environment={"DEBUG": "0", "ALLOWED_HOSTS": "127.0.0.1"})
    with urllib.request.urlopen(f"{live.url}/login/", timeout=5) as response:
        stylesheet = re.search(r"/static/[\w/.-]+\.css", response.read().decode())

    assert stylesheet
    assert re.search(r"\.[0-9a-f]{12}\.css$", stylesheet[0]), "not the collected file"
    assert live.get_status(stylesheet[0]) == 200


@pytest.mark.embedded
def test_several_launchers_at_one_port_are_told_apart(start_live: Callable[..., Live]) -> None:
    live = start_live()

    status, output, seconds = serve(live.environment())

    assert status == 1
    assert output.strip() == f"CommandError: Port {live.port} cannot be used (Address already in use). " + (
        f"Choose another: PORT={live.port + 1}"
    )
    assert seconds < 10


@pytest.mark.embedded
def test_several_web_processes_want_redis(start_live: Callable[..., Live]) -> None:
    status, output, _ = serve(start_live().environment(), "--workers", "2", "--port", "0")

    assert status == 1
    assert "REDIS_URL" in output


@pytest.mark.embedded
def test_a_start_that_cannot_succeed_says_so_and_ends(tmp_path: Path) -> None:
    in_the_way = tmp_path / "contactcenter.sqlite3"
    in_the_way.write_text("This is no database. " * 100)
    environment = {
        "PATH": os.environ["PATH"],
        "DEBUG": "1",
        "DATA_DIR": str(tmp_path),
        "PORT": str(free_port()),
    }

    status, output, _ = serve(environment)

    assert status == 1
    assert output.rstrip().endswith("The installation could not be prepared; the reason is above.")


def serve(environment: dict[str, str], *arguments: str) -> tuple[int, str, float]:
    started = time.monotonic()
    command = [sys.executable, "manage.py", "serve", *arguments]
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    return result.returncode, result.stdout + result.stderr, time.monotonic() - started
