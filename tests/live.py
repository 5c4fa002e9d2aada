"""The product as it runs for people: its own processes on a port of this machine, with a database of its own.

Which deployment that is follows the environment of the test run, as in tests/settings.py.
"""

import contextlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from contactcenter.launcher import die_with_parent
from tests.servers import Postgres, Redis, free_port, processes_started_by

ROOT = Path(__file__).resolve().parent.parent
DEPLOYED = bool(os.environ.get("REDIS_URL"))
READY_SECONDS = 30.0
STOP_SECONDS = 15.0

WORKER_COMMAND = ["celery", "-A", "contactcenter", "worker", "-P", "threads", "-c", "8", "--without-mingle"]
BEAT_COMMAND = ["celery", "-A", "contactcenter", "beat"]


def execute_on_server(database_url: str, statement: str) -> None:
    """Run a statement such as CREATE DATABASE on the server of `database_url`."""
    connection = psycopg2.connect(urlsplit(database_url)._replace(path="/postgres").geturl())
    try:
        connection.autocommit = True
        connection.cursor().execute(statement)
    finally:
        connection.close()


class Installation:
    """A database with the demo company in it, and the environment that leads there."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.database_url = database_url

    def environment(self) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name in {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH"}
        }
        return inherited | {
            "PYTHONUNBUFFERED": "1",
            "DEBUG": "1",
            "SECRET_KEY": "only for tests, and long enough for every check",
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": "",
            "EMAIL_URL": f"filemail:///{self.folder / 'mails'}",
        }

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        result = subprocess.run(
            command, cwd=ROOT, env=self.environment(), capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, f"{arguments}: {result.stdout}{result.stderr}"
        return result.stdout

    def query(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple]:
        """Run one SQL statement (placeholders: %s) on the stored truth and return its rows, if it gives any."""
        with contextlib.closing(self._connect()) as connection:
            cursor = connection.cursor()
            if self.is_sqlite:
                statement = statement.replace("%s", "?")
            cursor.execute(statement, tuple(parameters))
            rows = cursor.fetchall() if cursor.description else []
            connection.commit()
            return rows

    def _connect(self) -> Any:
        if self.is_sqlite:
            return sqlite3.connect(self.database_url.removeprefix("sqlite:///"), timeout=20)
        return psycopg2.connect(self.database_url, connect_timeout=5)

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    def prepare(self) -> "Installation":
        self.manage("migrate", "--verbosity=0")
        self.manage("demo")
        # The demo's chat speaks first and asks who writes. Tests say when they want that.
        self.query("UPDATE agents_company SET ask_for_data = %s, triggers_on = %s", [False, False])
        return self


class Template:
    """The demo company made once, copied for every test."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="contactcenter-template-"))
        if DEPLOYED:
            self._name = f"template_{uuid.uuid4().hex[:8]}"
            execute_on_server(os.environ["DATABASE_URL"], f"CREATE DATABASE {self._name}")
            url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{self._name}").geturl()
        else:
            url = f"sqlite:///{self._folder / 'contactcenter.sqlite3'}"
        self._original = Installation(self._folder, url).prepare()

    def copy(self) -> Installation:
        folder = Path(tempfile.mkdtemp(prefix="contactcenter-live-"))
        # Pictures, and on SQLite the database.
        shutil.copytree(self._folder, folder, dirs_exist_ok=True)
        if not DEPLOYED:
            return Installation(folder, f"sqlite:///{folder / 'contactcenter.sqlite3'}")
        name = f"live_{uuid.uuid4().hex[:8]}"
        execute_on_server(self._original.database_url, f"CREATE DATABASE {name} TEMPLATE {self._name}")
        return Installation(folder, urlsplit(self._original.database_url)._replace(path=f"/{name}").geturl())

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        if DEPLOYED:
            execute_on_server(
                os.environ["DATABASE_URL"], f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)"
            )


class LiveClock:
    """The clock of all the product's processes, ahead of this process's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ahead = 0.0
        path.write_text("0")

    def move(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        self._ahead += seconds + 60 * minutes + 3600 * hours
        fresh = self.path.with_suffix(".new")
        fresh.write_text(str(self._ahead))
        fresh.replace(self.path)
        time.sleep(0.2)  # they look every 50 ms


class Live:
    """A running product. Processes are called web, worker and beat; embedded, the three are one."""

    def __init__(
        self,
        installation: Installation,
        *,
        postgres: Postgres | None = None,
        environment: dict[str, str] | None = None,
        web_processes: int = 1,
        worker_command: list[str] = WORKER_COMMAND,
    ) -> None:
        self.installation = installation
        self.postgres = postgres
        self.redis = Redis(durable=postgres is not None) if DEPLOYED else None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.clock = LiveClock(installation.folder / "clock")
        self._extra_environment = environment or {}
        self._commands = {"web": ["manage.py", "serve", "--workers", str(web_processes)]}
        if DEPLOYED:
            self._commands |= {"worker": worker_command, "beat": BEAT_COMMAND}
        self._programs: dict[str, subprocess.Popen[bytes]] = {}

    # --- running

    def start(self) -> "Live":
        self.begin_to_start()
        self.wait_until_ready()
        return self

    def begin_to_start(self) -> None:
        if self.redis:
            self.redis.start()
        for name in self._commands:
            self._spawn(name)

    def stop(self) -> None:
        # Without ceremony: how processes end when they are asked has tests of its own.
        for program in self._programs.values():
            program.kill()
            program.wait()
        for server in (self.redis, self.postgres):
            if server:
                server.stop()
        if DEPLOYED and not self.postgres:
            name = urlsplit(self.installation.database_url).path[1:]
            execute_on_server(os.environ["DATABASE_URL"], f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        shutil.rmtree(self.installation.folder, ignore_errors=True)

    def start_another_worker(self) -> None:
        self._commands["worker 2"] = [*self._commands["worker"], "--hostname", "second@%h"]
        self._spawn("worker 2")

    def wait_until_ready(self) -> None:
        """Wait until every process can be asked to end, and the product says that it works."""

        def is_ready() -> bool:
            return all(catches(p.pid, signal.SIGTERM) for p in self._programs.values()) and (
                self.get_status("/readyz") == 200
            )

        wait_for(is_ready, READY_SECONDS, lambda: f"not ready\n{self.log()[-4000:]}")

    # --- faults

    def kill(self, name: str) -> list[int]:
        """`kill -9` the process of that name (all web processes for "web"), and say which process ids it had. A web
        process is started again by its launcher; a killed worker or beat stays away until `restart`."""
        program = self._programs[name if DEPLOYED else "web"]
        killed = processes_started_by(program.pid) if program is self._programs["web"] else [program.pid]
        for pid in killed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if program is not self._programs["web"]:
            program.wait()
        return killed

    def kill_launcher(self) -> None:
        """`kill -9` the parent of the web processes."""
        self._programs["web"].kill()
        self._programs["web"].wait()

    def restart(self, name: str) -> None:
        """Bring the process of that name back if it is gone, and wait until everything works."""
        program = self._programs[name if DEPLOYED else "web"]
        if program.poll() is not None:
            self._spawn(name if DEPLOYED else "web")
        self.wait_until_ready()

    def stop_process(self, name: str) -> int:
        """Ask the process of that name to end, as a new release does, and return its exit status."""
        program = self._programs[name if DEPLOYED else "web"]
        program.send_signal(signal.SIGTERM)
        return program.wait(STOP_SECONDS)

    def pids(self, name: str) -> list[int]:
        program = self._programs[name if DEPLOYED else "web"]
        return processes_started_by(program.pid) if program is self._programs["web"] else [program.pid]

    # --- looking

    def get_status(self, path: str) -> int:
        """The status of a page; 0 when nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as response:
                return response.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return 0

    def query(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple]:
        return self.installation.query(statement, parameters)

    def log(self) -> str:
        """What all processes have written."""
        files = sorted(self.installation.folder.glob("*.log"))
        return "".join(f"--- {path.name}\n{path.read_text(errors='replace')}" for path in files)

    # ---

    def environment(self) -> dict[str, str]:
        redis_url = self.redis.url if self.redis else ""
        return self.installation.environment() | {
            "PORT": str(self.port),
            "BASE_URL": self.url,
            "REDIS_URL": redis_url,
            **self._extra_environment,
        }

    def _spawn(self, name: str) -> None:
        command = [sys.executable, "-m", "tests.clock_server", str(self.clock.path), *self._commands[name]]
        with (self.installation.folder / f"{name}.log").open("ab") as log:
            self._programs[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent,
            )


class Supply:
    """Running products as most tests want them. While a test has one, the next is already starting."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._next: Live | None = None

    def take(self) -> Live:
        """A product that nobody has used; the caller stops it."""
        product = self._next or self._begin()
        self._next = None
        product.wait_until_ready()
        self._next = self._begin()
        return product

    def _begin(self) -> Live:
        product = Live(self._template.copy())
        product.begin_to_start()
        return product

    def end(self) -> None:
        if self._next:
            self._next.stop()


def own_postgres() -> tuple[Postgres, Installation]:
    """A PostgreSQL of a test's own, durable as a real one, with the demo company in it: it may be killed."""
    server = Postgres(durable=True)
    server.start()
    folder = Path(tempfile.mkdtemp(prefix="contactcenter-live-"))
    return server, Installation(folder, server.create_database("contactcenter")).prepare()


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether the process has come so far as to handle this signal itself (Linux)."""
    status = Path(f"/proc/{pid}/status")
    caught = re.search(r"^SigCgt:\s*(\w+)", status.read_text(), re.MULTILINE) if status.exists() else None
    return bool(caught and int(caught[1], 16) >> (number - 1) & 1)


def wait_for(
    condition: Callable[[], Any], seconds: float, otherwise: Callable[[], str] | str = "in vain"
) -> Any:
    """Wait until `condition` gives something true, and return that."""
    deadline = time.monotonic() + seconds
    while True:
        if result := condition():
            return result
        if time.monotonic() > deadline:
            raise AssertionError(otherwise if isinstance(otherwise, str) else otherwise())
        time.sleep(0.05)
