"""What all tests share. The deployment under test (embedded or deployed) is the environment's choice, see run.py."""

import os
import re
import socket
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.db.transaction import Atomic

from chat import limits as chat_limits
from contactcenter import realtime
from tests.clock import Clock
from tests.live import DEPLOYED, Live, Supply, Template, own_postgres
from tests.mail_server import MailServer, running_mail_server
from tests.published import Published
from tests.servers import NotAvailable, find_chromium

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FAILED = pytest.StashKey[bool]()
SCREENSHOTS = Path(__file__).resolve().parent.parent / "var" / "failed-tests"


# --- Which tests run where ------------------------------------------------------------------------------------


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is another deployment's: `once` (the same everywhere) runs with the embedded pass."""
    foreign = {"embedded", "once"} if DEPLOYED else {"deployed"}
    away = [item for item in items if any(item.get_closest_marker(name) for name in foreign)]
    if away:
        config.hook.pytest_deselected(items=away)
        items[:] = [item for item in items if item not in set(away)]


# --- Every test -----------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    yield
    cache.clear()
    chat_limits._buckets.clear()


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever forgot to put a stand-in in an outside service's place learns it here."""
    connect = socket.socket.connect

    def connect_locally(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {
            "127.0.0.1",
            "::1",
            "localhost",
        }:
            raise AssertionError(f"A test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_locally)


# --- Time and events ------------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Time stands still until `clock.move(seconds=30)`."""
    travel = time_machine.travel(datetime.now(UTC), tick=False)
    traveller = travel.start()
    yield Clock(traveller)
    travel.stop()


@pytest.fixture
def commits(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for the commit runs when the code under test leaves its outermost transaction, as in the product,
    although the test's own transaction around it is rolled back in the end."""
    own_depth = len(connection.savepoint_ids)
    leave = Atomic.__exit__

    def run_what_waited() -> None:
        while connection.run_on_commit and len(connection.savepoint_ids) <= own_depth:
            _, callback, robust, *_ = (*connection.run_on_commit.pop(0), False)
            try:
                callback()
            except Exception:
                if not robust:
                    raise

    def leave_and_run(self: Atomic, *error: Any) -> None:
        leave(self, *error)
        run_what_waited()

    register = connection.on_commit

    def register_and_run(callback: Callable[[], None], robust: bool = False) -> None:
        register(callback, robust)
        run_what_waited()

    monkeypatch.setattr(Atomic, "__exit__", leave_and_run)
    monkeypatch.setattr(connection, "on_commit", register_and_run)


@pytest.fixture
def published(commits: None, monkeypatch: pytest.MonkeyPatch) -> Published:
    """What was told to open screens since the test began; nothing really leaves."""
    told = Published()
    monkeypatch.setattr(realtime, "broadcast", told.record)
    return told


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """Mails go to a real server."""
    with running_mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield server


# --- The running product --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _template() -> Iterator[Template]:
    template = Template()
    yield template
    template.remove()


@pytest.fixture(scope="session")
def _supply(_template: Template) -> Iterator[Supply]:
    supply = Supply(_template)
    yield supply
    supply.end()


@pytest.fixture
def start_live(_template: Template, _supply: Supply) -> Iterator[Callable[..., Live]]:
    """Start running products: `start_live()`; with `own_servers=True` when the test kills PostgreSQL; with
    `environment={...}` for other settings; the rest goes to Live, such as `web_processes=2` (deployed only)."""
    running: list[Live] = []

    def start(*, own_servers: bool = False, **options: Any) -> Live:
        if not own_servers and not options:
            running.append(_supply.take())
            return running[-1]
        if own_servers and DEPLOYED:
            postgres, installation = own_postgres()
        else:
            postgres, installation = None, _template.copy()
        live = Live(installation, postgres=postgres, **options)
        running.append(live)
        return live.start()

    yield start
    for live in running:
        live.stop()


@pytest.fixture
def live(start_live: Callable[..., Live]) -> Iterator[Live]:
    """A running product with the demo company. It must not have logged any traceback by the end of the test."""
    product = start_live()
    yield product
    assert "Traceback (most recent call last)" not in product.log(), product.log()


# --- The browser ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, for the tests of one module: while Playwright runs, no other event loop can run in this thread."""
    from playwright.sync_api import sync_playwright

    try:
        chromium = find_chromium()
    except NotAvailable as missing:
        pytest.skip(str(missing))
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    # Playwright's event loop makes Django believe that this synchronous code were asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            started = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
            yield started
            started.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def new_page(browser: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """`new_page(viewport=..., color_scheme="dark", locale="pl-PL")`: a page in a context (a person) of its own.
    An uncaught error in a script, or something that the page's security policy refused, fails the test."""
    pages: list[Any] = []
    complaints: list[str] = []

    def open_page(**options: Any) -> Any:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        page = browser.new_context(**options).new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: _note_refusal(message.text, complaints))
        pages.append(page)
        return page

    yield open_page
    if request.node.stash.get(FAILED, False):
        _keep_screenshots(request.node.name, pages)
    for page in pages:
        page.context.close()
    assert not complaints, complaints


def _note_refusal(text: str, complaints: list[str]) -> None:
    if "Content Security Policy" in text or "Content-Security-Policy" in text:
        complaints.append(text)


def _keep_screenshots(test: str, pages: list[Any]) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(pages, 1):
        name = re.sub(r"[^\w.-]+", "_", test)
        page.screenshot(path=SCREENSHOTS / f"{name}-{number}.png")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know whether their test failed."""
    report = yield
    if call.when == "call":
        item.stash[FAILED] = report.failed
    return report
