"""The two deployments, with databases and message bus of a run's own, and the servers that are measured on them."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.figures import cpu_seconds
from bench.inside import DjangoProcess
from contactcenter.launcher import die_with_parent
from tests.servers import Postgres, Redis, free_port, processes_started_by

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "bench"
START_SECONDS = 60.0


def allow_many_sockets() -> None:
    """Raise this process's limit of open files as far as it goes; the servers started from here inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Deployment:
    """SQLite and in-memory transports, or PostgreSQL and Redis. PostgreSQL waits for the disk, as SQLite does."""

    def __init__(self, *, deployed: bool) -> None:
        self.name = "PostgreSQL + Redis" if deployed else "SQLite"
        self.folder = Path(tempfile.mkdtemp(prefix="contactcenter-bench-"))
        self.postgres = Postgres(durable=True) if deployed else None
        self.redis = Redis() if deployed else None

    def new_database(self) -> str:
        name = f"bench_{uuid.uuid4().hex[:8]}"
        if self.postgres:
            return self.postgres.create_database(name)
        return f"sqlite:///{self.folder / name}.sqlite3"

    def environment(self, database_url: str) -> dict[str, str]:
        """What the product and the reference are told."""
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return inherited | {
            "DEBUG": "0",
            "SECRET_KEY": "only for benchmarks, and long enough for every check",
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": database_url,
            "REDIS_URL": self.redis.url if self.redis else "",
            "EMAIL_URL": "dummymail://",
            "LOG_LEVEL": "WARNING",
            "METRICS_TOKEN": "",
        }

    def inside(self, database_url: str) -> DjangoProcess:
        """The product's Django on this database, for preparing what is measured."""
        return DjangoProcess(self.environment(database_url))

    def servers_cpu(self) -> float:
        """Processor time of PostgreSQL's processes and Redis so far."""
        pids: list[int] = []
        if self.postgres:
            pids += [self.postgres.pid, *processes_started_by(self.postgres.pid)]
        if self.redis:
            pids.append(self.redis.pid)
        total = 0.0
        for pid in pids:
            with contextlib.suppress(OSError):
                total += cpu_seconds(pid)
        return total

    def __enter__(self) -> Self:
        for server in (self.postgres, self.redis):
            if server:
                server.start()
        self._link_static_files()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in (self.redis, self.postgres):
            if server:
                server.stop()
        subprocess.run(["rm", "-rf", str(self.folder)], check=False)

    def _link_static_files(self) -> None:
        """Collected once for all deployments of a run: compressing them takes longer than many a benchmark."""
        static = KEPT / f"static-{os.getpid()}"
        if not static.exists():
            environment = self.environment("sqlite://:memory:") | {"DATA_DIR": str(static)}
            command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
            subprocess.run(command, cwd=ROOT, env=environment, check=True)
        (self.folder / "static").symlink_to(static / "static")


def remove_collected() -> None:
    subprocess.run(["rm", "-rf", str(KEPT / f"static-{os.getpid()}")], check=False)


class Server:
    """A running server: the process that answers, apart from a parent that only watches."""

    def __init__(self, command: list[str], environment: dict[str, str], port: int) -> None:
        self.port = port
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=self._log,
            stderr=self._log,
            stdin=subprocess.DEVNULL,
            preexec_fn=lambda: die_with_parent(signal.SIGTERM),
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command} did not start:\n{self.log()}")
            time.sleep(0.05)
        children = processes_started_by(self._process.pid)
        self.pid = children[0] if children else self._process.pid

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def cpu(self) -> float:
        return cpu_seconds(self.pid)

    def log(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if "Traceback" in self.log():
            print(f"The server complained:\n{self.log()[-3000:]}", file=sys.stderr)
        self._log.close()


def start_product(deployment: Deployment, database_url: str) -> Server:
    """The product's web process as people run it; on SQLite it carries Celery's worker and clock too."""
    port = free_port()
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--host", "127.0.0.1"]
    return Server(command, deployment.environment(database_url), port)


def start_reference(deployment: Deployment, conversations: int = 1) -> Server:
    port = free_port()
    command = [sys.executable, "-m", "bench.reference", str(port), str(conversations)]
    return Server(command, deployment.environment(deployment.new_database()), port)


def start_asgi(application: str, environment: dict[str, str]) -> Server:
    """Any ASGI application on the same web server."""
    port = free_port()
    return Server([sys.executable, "-m", "bench.serve", application, str(port)], environment, port)
