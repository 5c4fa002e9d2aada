"""A customer's website on an origin of its own, whose pages a test writes. And what people do on it."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Page:
    content: str
    content_type: str = HTML
    headers: dict[str, str] = field(default_factory=dict)


class Website:
    """`website.show(body)` puts a page with the snippet at the root; `show_raw` the bytes that the test gives.

    On the host `localhost` it is another site than the product on 127.0.0.1, and these browsers (which are private
    windows) give the panel no storage there."""

    def __init__(self, product: str, host: str = "127.0.0.1") -> None:
        self.product = product
        self.snippet = f'<script src="{product}/widget/demo.js" async></script>'
        self.pages: dict[str, Page] = {}
        website = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = website.pages.get(urlsplit(self.path).path)
                self.send_response(200 if page else 404)
                if page:
                    self.send_header("Content-Type", page.content_type)
                    for name, value in page.headers.items():
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(page.content.encode() if page else b"")

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://{host}:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def show(
        self, body: str = "", *, path: str = "/", head: str = "", html: str = 'lang="pl"', **headers: str
    ) -> str:
        """A page with the snippet at its end, and its address."""
        head = f"<title>Sklep</title>{head}"
        content = f"<!doctype html><html {html}><head>{head}</head><body>{body}{self.snippet}</body></html>"
        return self.show_raw(content, path=path, **headers)

    def show_raw(self, content: str, *, path: str = "/", content_type: str = HTML, **headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = Page(content, content_type, named)
        return self.url.rstrip("/") + path

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def open_chat(page: Any) -> Any:
    """Press the launcher; the panel."""
    page.get_by_role("button", name="Otwórz czat").click()
    panel = page.frame_locator("iframe")
    panel.get_by_role("textbox", name="Wiadomość").wait_for()
    return panel


def frame_of(page: Any) -> Any:
    """The panel's frame, for looking inside."""
    return next(frame for frame in page.frames if "/panel/" in frame.url)


def send(panel: Any, text: str) -> None:
    field = panel.get_by_role("textbox", name="Wiadomość")
    field.fill(text)
    field.press("Enter")


def write(page: Any, text: str) -> Any:
    """Open the chat, write, and wait until the server says that it is stored. Gives the panel."""
    panel = open_chat(page)
    send(panel, text)
    panel.get_by_text("Wysłano").wait_for()
    assert panel.get_by_text(text).is_visible()
    return panel
