"""The widget: its weight, what its loader does to a customer's page, and how soon a first word is safe or answered."""

import gzip
import itertools
import re
import threading
import time
import urllib.request
from collections.abc import Awaitable, Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median
from typing import Any

from playwright.async_api import Browser, async_playwright

from bench.deployments import Deployment, Server, start_product, start_reference
from bench.figures import Figure, compared
from bench.inside import COMPANY_KEY
from bench.sockets import connect
from tests.conftest import CHROMIUM_ARGUMENTS
from tests.servers import find_chromium

LOADER_BYTES, PANEL_BYTES = 4096, 20_480
LOADS = 9
FIRST_WORDS = 60
# As a phone of the middle class.
SLOWER = 4
SETTLED = 1500  # ms after the page has loaded

QUESTION = "Ile trwa dostawa?"
WATCH = """
    window.seen = {tasks: [], shift: 0};
    new PerformanceObserver((list) => list.getEntries().forEach((each) => seen.tasks.push(each.duration)))
        .observe({type: "longtask", buffered: true});
    new PerformanceObserver((list) => list.getEntries().forEach((each) => { seen.shift += each.value; }))
        .observe({type: "layout-shift", buffered: true});
"""
PAGE = """<!doctype html><html lang="pl"><meta name="viewport" content="width=device-width"><title>Sklep</title>
<style>body{{font:16px sans-serif;margin:0 auto;max-width:60rem}}li{{padding:1rem;border:1px solid #ddd}}</style>
<h1>Kubki i filiżanki</h1><ul>{items}</ul>{snippet}"""


# --- What it weighs


def _weight(server: Server, path: str) -> tuple[int, str]:
    """Bytes on the wire, and the text."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{path}", headers={"Accept-Encoding": "gzip"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        data = answer.read()
    return len(data), gzip.decompress(data).decode()


def weights(server: Server) -> list[Figure]:
    loader, _ = _weight(server, f"/widget/{COMPANY_KEY}.js")
    figures = [Figure("widget: the loader, gzip", "bytes", loader, at_most=LOADER_BYTES)]
    for language in ("pl", "en"):
        page, html = _weight(server, f"/widget/{COMPANY_KEY}/panel/?lang={language}")
        parts = re.findall(r'(?:src|href)="(/widget/[^"]+)"', html)
        total = page + sum(_weight(server, path)[0] for path in parts)
        figures.append(
            Figure(f"widget: opening the panel ({language}), gzip", "bytes", total, at_most=PANEL_BYTES)
        )
    return figures


# --- What the loader does to a page


class Shop:
    """The same page on an origin of its own, with the snippet (`/with`) and without."""

    def __init__(self, product: Server) -> None:
        snippet = f'<script src="http://127.0.0.1:{product.port}/widget/{COMPANY_KEY}.js" async></script>'
        items = "".join(
            f"<li><b>Kubek {number}</b><p>Toczony ręcznie, szkliwiony.</p>" for number in range(200)
        )
        pages = {
            "/with": PAGE.format(items=items, snippet=snippet),
            "/without": PAGE.format(items=items, snippet=""),
        }

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = pages.get(self.path, "").encode()
                self.send_response(200 if content else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self) -> "Shop":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


async def _load(browser: Browser, address: str) -> dict[str, float]:
    """Everything of the page's first seconds, in a browser that knows nothing yet."""
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    page = await context.new_page()
    await page.add_init_script(WATCH)
    session = await context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await session.send("Performance.enable")
    await page.goto(address, wait_until="load")
    await page.wait_for_timeout(SETTLED)
    seen: dict[str, Any] = await page.evaluate("seen")
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    spent = {each["name"]: each["value"] for each in metrics}
    await context.close()
    return {
        "long": len(seen["tasks"]),
        "shift": seen["shift"],
        "script": spent["ScriptDuration"],
        "task": spent["TaskDuration"],
    }


async def host_page(product: Server) -> list[Figure]:
    rounds: list[tuple[dict[str, float], dict[str, float]]] = []
    with Shop(product) as shop:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS
            )
            await _load(browser, f"{shop.url}/with")  # not counted: the browser's own caches
            for number in range(LOADS):
                order = ("without", "with") if number % 2 else ("with", "without")
                seen = {name: await _load(browser, f"{shop.url}/{name}") for name in order}
                rounds.append((seen["without"], seen["with"]))
            await browser.close()

    def added(name: str) -> float:
        return median(after[name] - before[name] for before, after in rounds)

    def of(name: str) -> list[tuple[float, float]]:
        return [(before[name], after[name]) for before, after in rounds]

    name = f"widget: a page with it, processor {SLOWER} times slower"
    return [
        Figure(f"{name}: long tasks (> 50 ms) added", "", max(added("long"), 0), at_most=0),
        Figure(f"{name}: layout shift added", "", max(added("shift"), 0), at_most=0),
        Figure(f"{name}: all scripts", "ms", median(after["script"] for _, after in rounds) * 1e3),
        compared(f"{name}: the main thread", "ms", of("task"), scale=1e3),
    ]


# --- How soon a first word is safe, or answered

_numbers = itertools.count()


async def _echo(server: Server) -> float:
    socket = await connect(server.port, "/echo")
    began = time.perf_counter()
    socket.send("message.send", {"id": "first-message", "text": QUESTION}, ref="m")
    await socket.next("message.send")
    seconds = time.perf_counter() - began
    socket.close()
    return seconds


async def _first_word(server: Server, answered_by: str) -> float:
    """From a stranger's first word until `message.stored`, or the chatbot's answer."""
    socket = await connect(server.port, f"/ws/widget/{COMPANY_KEY}/")
    socket.send("hello", {"token": None, "after": None, "lang": "pl"}, ref="h")
    await socket.next("welcome")
    began = time.perf_counter()
    socket.send("message.send", {"id": f"first-word-{next(_numbers)}", "text": QUESTION}, ref="m")
    if answered_by == "bot":
        while not (await socket.next("entry"))["bot"]:
            pass
    else:
        await socket.next("message.stored")
    seconds = time.perf_counter() - began
    socket.close()
    return seconds


async def beside_echo(
    product: Callable[[], Awaitable[float]], reference: Callable[[], Awaitable[float]]
) -> list[tuple[float, float]]:
    for warm in (reference, product, product):
        await warm()
    return [(await reference(), await product()) for _ in range(FIRST_WORDS)]


async def measure(deployment: Deployment) -> list[Figure]:
    database_url = deployment.new_database()
    with deployment.inside(database_url) as inside:
        inside.call("people.open_company")
        with start_product(deployment, database_url) as product, start_reference(deployment) as reference:
            figures: list[Figure] = []
            if not deployment.postgres:
                # The same bytes whatever the database is.
                figures += weights(product)
                figures += await host_page(product)
            stored = await beside_echo(lambda: _first_word(product, "database"), lambda: _echo(reference))
            what = f"widget, {deployment.name}: a first word is"
            figures.append(compared(f"{what} stored; beside an echo", "ms", stored, scale=1e3))
            if not deployment.postgres:
                # Deployed, a worker answers, which is no part of this server.
                inside.call("people.teach_chatbot", question=QUESTION)
                answered = await beside_echo(lambda: _first_word(product, "bot"), lambda: _echo(reference))
                figures.append(
                    compared(f"{what} answered by the chatbot; beside an echo", "ms", answered, scale=1e3)
                )
    return figures
