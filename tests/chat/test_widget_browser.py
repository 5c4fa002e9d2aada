"""The widget on host pages that fight it, in a real browser."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.live import Live

pytestmark = pytest.mark.once


class Website:
    """A customer's website on an origin of its own."""

    def __init__(self, live: Live) -> None:
        self.snippet = f'<script src="{live.url}/widget/demo.js" async></script>'
        self.body = ""
        self.policy = ""
        website = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                if website.policy:
                    self.send_header("Content-Security-Policy", website.policy)
                self.end_headers()
                self.wfile.write(
                    f'<!doctype html><html lang="pl"><title>Sklep</title>{website.body}'.encode()
                )

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def website(live: Live) -> Iterator[Website]:
    """Ewa is there, and a website shows the widget."""
    live.query("UPDATE agents_agent SET status = 'online' WHERE email = 'ewa@demo.example'")
    live.query(
        "INSERT INTO agents_device (agent_id, key, seen_at, is_connected)"
        " SELECT id, 'test', %s, %s FROM agents_agent WHERE email = 'ewa@demo.example'",
        [str(datetime.now(UTC) + timedelta(hours=1)), True],
    )
    shop = Website(live)
    yield shop
    shop.server.shutdown()
    shop.server.server_close()


def write(page: Any, text: str) -> Any:
    """Open the chat, write, and wait until the server says that it is stored. Gives the panel."""
    page.get_by_role("button", name="Otwórz czat").click()
    panel = page.frame_locator("iframe")
    field = panel.get_by_role("textbox", name="Wiadomość")
    field.fill(text)
    field.press("Enter")
    panel.get_by_text("Wysłano").wait_for()
    assert panel.get_by_text(text).is_visible()
    return panel


def test_hostile_styles_and_a_snippet_pasted_twice(website: Website, new_page: Callable[..., Any]) -> None:
    website.body = (
        "<style>* { all: unset !important } html, body { transform: rotate(1deg) } button { display: none !important }"
        f'</style><body><p id="contactcenter">Sklep</p>{website.snippet}{website.snippet}'
    )
    page = new_page()
    page.goto(website.url)
    launcher = page.get_by_role("button", name="Otwórz czat")
    launcher.wait_for()
    page.wait_for_timeout(300)
    assert launcher.count() == 1
    box = launcher.bounding_box()
    assert (box["width"], box["height"]) == (60, 60)
    write(page, "Czy jest ktoś?")


def test_a_policy_that_allows_only_our_origin(
    website: Website, live: Live, new_page: Callable[..., Any]
) -> None:
    sockets = live.url.replace("http", "ws")
    website.policy = (
        f"default-src 'none'; script-src {live.url}; frame-src {live.url}; connect-src {live.url} {sockets};"
        " require-trusted-types-for 'script'"
    )
    website.body = f"<body>{website.snippet}"
    page = new_page()
    page.goto(website.url)
    write(page, "Za ścianą")
    # Styled although the page allows no styles. What the policy refused would fail the test by itself.
    assert page.locator("iframe").bounding_box()["width"] == 384


def test_a_page_that_replaces_its_body_keeps_the_conversation(
    website: Website, new_page: Callable[..., Any]
) -> None:
    website.body = f"<body>{website.snippet}"
    page = new_page()
    page.goto(website.url)
    panel = write(page, "Przed zmianą strony")
    page.evaluate("document.documentElement.innerHTML = '<head></head><body>Inna strona</body>'")
    panel.get_by_text("Przed zmianą strony").wait_for()
    assert page.get_by_role("button", name="Zamknij czat").is_visible()


def test_a_browser_that_forbids_storage_and_sockets(website: Website, new_page: Callable[..., Any]) -> None:
    website.body = f"<body>{website.snippet}"
    page = new_page()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }});"
        "window.WebSocket = class { constructor() { throw new DOMException('no', 'SecurityError') } };"
    )
    page.goto(website.url)
    panel = write(page, "Bez gniazd i bez pamięci")
    panel.get_by_role("textbox", name="Wiadomość").fill("Jeszcze raz")
    panel.get_by_role("button", name="Wyślij").click()
    panel.locator(".m", has_text="Jeszcze raz").wait_for()
    panel.locator(".m.wait").wait_for(state="detached")


def test_only_the_panel_itself_is_listened_to(website: Website, new_page: Callable[..., Any]) -> None:
    website.body = f"<body>{website.snippet}"
    page = new_page()
    page.goto(website.url)
    write(page, "Kto tu słucha?")
    page.evaluate("window.postMessage({cc: 1, type: 'close'}, '*')")
    page.evaluate("window.postMessage({cc: 1, type: 'unread', count: 7}, '*')")
    page.wait_for_timeout(300)
    assert page.get_by_role("button", name="Zamknij czat").is_visible()


def test_escape_closes_and_gives_the_focus_back(website: Website, new_page: Callable[..., Any]) -> None:
    website.body = f"<body>{website.snippet}"
    page = new_page()
    page.goto(website.url)
    panel = write(page, "Zaraz zamykam")
    panel.get_by_role("textbox", name="Wiadomość").press("Escape")
    launcher = page.get_by_role("button", name="Otwórz czat, Garniec")
    launcher.wait_for()
    assert launcher.get_attribute("aria-expanded") == "false"
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "launch"


def test_words_typed_without_a_connection_survive_a_reload(
    website: Website, live: Live, new_page: Callable[..., Any]
) -> None:
    website.body = f"<body>{website.snippet}"
    page = new_page()
    page.goto(website.url)
    panel = write(page, "Słowo 0")
    page.context.set_offline(True)
    for number in range(1, 4):
        panel.get_by_role("textbox", name="Wiadomość").fill(f"Słowo {number}")
        panel.get_by_role("button", name="Wyślij").click()
    panel.get_by_text("3 wiadomości czekają na połączenie").wait_for()
    page.context.set_offline(False)
    page.reload()
    page.get_by_role("button", name="czat").click()
    panel.get_by_text("Wysłano").wait_for()
    panel.locator(".m.wait").first.wait_for(state="detached")
    assert panel.locator(".m").all_inner_texts() == [f"Słowo {number}" for number in range(4)]
    stored = live.query("SELECT text FROM conversations_entry WHERE text LIKE 'Słowo%%' ORDER BY id")
    assert [text for (text,) in stored] == [f"Słowo {number}" for number in range(4)]
