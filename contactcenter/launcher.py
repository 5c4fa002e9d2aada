"""Starts the product's web processes and keeps them running: `manage.py serve`.

The parent imports the whole product once, opens the port, and forks. A child that dies, even by `kill -9`, is forked
again from the warm parent within a fraction of a second, and because the parent holds the listening socket, whoever
connects in between waits in its queue instead of being refused. A child never outlives its parent, so whatever end the
parent met, nothing of it stands in the way of the next start.

Embedded, the one child also carries Celery's worker and clock as threads, on Celery's in-memory broker. Deployed,
they are processes of their own.
"""

import ctypes
import http.client
import importlib
import logging
import os
import resource
import select
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

import uvicorn
from celery import Celery
from celery.beat import EmbeddedService
from celery.worker import WorkController
from django.conf import settings

logger = logging.getLogger(__name__)

# A visitor's frame is refused with an explanation from 64 KiB on; this is where the connection itself is given up.
WEBSOCKET_FRAME_LIMIT = 65_536 + 8_192
# How long a thread may hold the interpreter while others wait: Python's 5 ms would put seconds between a visitor's
# word and its answer whenever another thread computes.
SWITCH_INTERVAL = 0.0005

GRACE_SECONDS = 8.0
REQUEST_GRACE_SECONDS = 4
FIRST_RESTART_DELAY = 0.05
LONGEST_RESTART_DELAY = 5.0
# A process that ran this long is not in a crash loop.
STEADY_SECONDS = 10.0
READY_PROBE_SECONDS = 0.05


# --- Inside a child -----------------------------------------------------------------------------------------


def die_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """Ask the kernel to end this process when its parent ends, however that happens (Linux only)."""
    if sys.platform != "linux":
        return
    set_parent_death_signal = 1
    ctypes.CDLL(None, use_errno=True).prctl(set_parent_death_signal, signal_number)


class EmbeddedCelery:
    """Celery's worker and clock as threads of this process.

    Both are built without the command line's signal handlers, which belong to the web server here.
    """

    def __init__(self, app: Celery, *, threads: int) -> None:
        self._stopping = False
        self._worker = WorkController(
            app=app,
            pool_cls="threads",
            concurrency=threads,
            without_heartbeat=True,
            without_gossip=True,
            without_mingle=True,
        )
        self._clock = EmbeddedService(app, thread=True, scheduler_cls=app.conf.beat_scheduler)

    def start(self) -> None:
        self._run("celery worker", self._worker.start)
        self._run("celery clock", self._clock.run)

    def stop(self) -> None:
        self._stopping = True
        self._clock.service.stop()
        self._worker.stop()

    def _run(self, name: str, target: Callable[[], None]) -> None:
        def run() -> None:
            try:
                target()
            finally:
                if not self._stopping:
                    self._give_up(name)

        threading.Thread(target=run, name=name, daemon=True).start()

    def _give_up(self, name: str) -> NoReturn:
        """A web server without its alarm clock looks healthy and is not: end it, so that it is started again whole."""
        logger.critical("The %s thread has ended: giving this process up.", name)
        os._exit(1)


def start_embedded_celery() -> EmbeddedCelery:
    """Start Celery inside this process; the caller stops it."""
    from contactcenter.celery import app
    from contactcenter.promises import threads_wanted

    celery = EmbeddedCelery(app, threads=threads_wanted())
    celery.start()
    return celery


def allow_many_sockets() -> None:
    """Each visitor is an open file; the usual limit of 1 024 would end at about a thousand of them."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def run_web(listener: socket.socket) -> None:
    """Serve pages and sockets on `listener` until told to stop."""
    allow_many_sockets()
    sys.setswitchinterval(SWITCH_INTERVAL)
    config = uvicorn.Config(
        "contactcenter.asgi:application",
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        # Compression would more than double the memory of an idle socket.
        ws_per_message_deflate=False,
        ws_max_size=WEBSOCKET_FRAME_LIMIT,
        lifespan="on",
        # The product's own setting says which proxies are believed.
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=REQUEST_GRACE_SECONDS,
    )
    # Once it has stopped, uvicorn repeats the signal that stopped it: a clean end must not look like a crash.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _ignore_signal)
    celery = start_embedded_celery() if settings.EMBEDDED else None
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        if celery:
            celery.stop()


def _ignore_signal(number: int, frame: FrameType | None) -> None:
    """A handler rather than SIG_IGN: it is not inherited by programs that the process starts."""


# --- The parent ---------------------------------------------------------------------------------------------


class PortInUse(Exception):
    """Another program listens on the port."""


class StartFailed(Exception):
    """A process ended before it had ever answered: starting it again would not help."""


def listen(host: str, port: int) -> socket.socket:
    """Open the port that all web processes share."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortInUse(
            f"Port {port} cannot be used ({error.strerror}). Choose another: PORT={port + 1}"
        ) from error
    listener.listen(2048)
    return listener


class WebProcess:
    """The place of one web process, and the child that fills it at the moment."""

    def __init__(self) -> None:
        self.pid = 0
        self.started_at = 0.0
        self.start_at = 0.0
        self.delay = FIRST_RESTART_DELAY

    def ended(self) -> None:
        """The child has ended: decide when the next one starts."""
        now = time.monotonic()
        if now - self.started_at > STEADY_SECONDS:
            self.delay = FIRST_RESTART_DELAY
        self.pid = 0
        self.start_at = now + self.delay
        self.delay = min(self.delay * 2, LONGEST_RESTART_DELAY)


class Launcher:
    """Prepares, starts, watches and stops the web processes."""

    def __init__(self, listener: socket.socket, *, workers: int, announce: Callable[[], None]) -> None:
        self._listener = listener
        self._announce = announce
        self._announced = False
        self._stopping = False
        self._ended: dict[int, int] = {}
        self._processes = [WebProcess() for _ in range(workers)]
        self._wake_reader, self._wake_writer = socket.socketpair()
        for end in (self._wake_reader, self._wake_writer):
            end.setblocking(False)

    def run(self, prepare: Callable[[], None]) -> None:
        """Run `prepare` in a process of its own, then serve until SIGTERM or SIGINT."""
        self._watch_signals()
        self._wait_for(self._fork(prepare))
        # A page's imports are paid here, once, instead of in every child. After `prepare`, since the static files are
        # looked up at this moment.
        importlib.import_module("contactcenter.asgi")
        importlib.import_module(settings.ROOT_URLCONF)
        try:
            while not self._stopping:
                self._start_missing()
                self._announce_when_ready()
                self._sleep(self._seconds_to_next_step())
                self._bury_ended()
        finally:
            self._stop_children()

    def _watch_signals(self) -> None:
        def stop(number: int, frame: FrameType | None) -> None:
            self._stopping = True

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGCHLD, _ignore_signal)
        signal.set_wakeup_fd(self._wake_writer.fileno(), warn_on_full_buffer=False)

    def _fork(self, work: Callable[[], None]) -> int:
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            die_with_parent()
            if os.getppid() != parent:
                os._exit(status)
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            work()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            # Not sys.exit: the parent's half-done work on the stack is not the child's to finish.
            os._exit(status)

    def _wait_for(self, pid: int) -> None:
        while not self._stopping:
            self._sleep(None)
            self._collect_ended()
            if pid in self._ended:
                if self._ended.pop(pid):
                    raise StartFailed("The installation could not be prepared; the reason is above.")
                return

    def _start_missing(self) -> None:
        now = time.monotonic()
        for process in self._processes:
            if not process.pid and process.start_at <= now:
                process.started_at = now
                process.pid = self._fork(lambda: run_web(self._listener))

    def _announce_when_ready(self) -> None:
        if not self._announced and answers(self._listener.getsockname()[1]):
            self._announced = True
            self._announce()

    def _seconds_to_next_step(self) -> float | None:
        waits = [process.start_at - time.monotonic() for process in self._processes if not process.pid]
        if not self._announced:
            waits.append(READY_PROBE_SECONDS)
        return max(0.0, min(waits)) if waits else None

    def _bury_ended(self) -> None:
        self._collect_ended()
        for process in self._processes:
            status = self._ended.pop(process.pid, None)
            if status is None:
                continue
            pid = process.pid
            process.ended()
            if self._stopping:
                continue
            if status > 0 and not self._announced:
                raise StartFailed("The web process could not start; the reason is above.")
            reason = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
            logger.error("Web process %s %s; starting another.", pid, reason)

    def _collect_ended(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            self._ended[pid] = os.waitstatus_to_exitcode(status)

    def _sleep(self, seconds: float | None) -> None:
        """Sleep until a signal arrives or the time is over."""
        if select.select([self._wake_reader], [], [], seconds)[0]:
            self._wake_reader.recv(4096)

    def _stop_children(self) -> None:
        self._stopping = True
        deadline = time.monotonic() + GRACE_SECONDS
        self._signal_children(signal.SIGTERM)
        while any(process.pid for process in self._processes) and time.monotonic() < deadline:
            self._sleep(0.2)
            self._bury_ended()
        self._signal_children(signal.SIGKILL)

    def _signal_children(self, number: int) -> None:
        for process in self._processes:
            if process.pid:
                os.kill(process.pid, number)


def answers(port: int) -> bool:
    """Whether the product answers on this machine's port."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=0.5)
    try:
        connection.request("GET", "/healthz", headers={"Host": _a_host_of_ours()})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _a_host_of_ours() -> str:
    """A name under which the product lets itself be called, so that its own question is not logged as an attack."""
    names = [name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"]
    return names[0] if names else "localhost"
