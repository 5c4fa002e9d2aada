"""The widget on host pages that fight it, in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.live import Live
from tests.widget.website import Website, frame_of, open_chat, send, write

pytestmark = pytest.mark.once

# What jQuery 1 and its plugins, Prototype, MooTools and old polyfills left behind on pages: enumerable members of every
# object, JSON and `$` of their own, and methods that are not what they are called.
OLD_LIBRARIES = """<script>
  window.jQuery = window.$ = function (selector) { return document.querySelectorAll(selector) };
  jQuery.fn = jQuery.prototype = {ready: function (f) { f(jQuery) }, length: 0};
  jQuery.noConflict = function () { window.$ = undefined; return jQuery };
  window.$$ = function () { return [] };
  Object.prototype.extend = function (other) { for (var key in other) this[key] = other[key]; return this };
  Object.prototype.each = function () {};
  Object.prototype.toJSON = function () { return '"old"' };
  Array.prototype.each = Array.prototype.forEach;
  Array.prototype.remove = function () { return this };
  Array.prototype.include = function () { return true };
  Array.prototype.toJSON = function () { return '"array"' };
  Array.from = function (list) { return [].slice.call(list) };
  String.prototype.toJSON = function () { return '"text"' };
  String.prototype.trim = function () { return 'trimmed' };
  Function.prototype.bind = function (self) { var f = this; return function () { return f.apply(self, arguments) } };
  Element.prototype.hide = function () { this.style.display = 'none' };
  Element.prototype.getElementsBySelector = function () { return [] };
  document.getElementsByClassName = function () { return [] };
  window.JSON = {parse: function (text) { return eval('(' + text + ')') }, stringify: function () { return 'old' }};
  window.Promise = function () { throw new Error('no promises here') };
  window.console = {log: function () {}};
  window.name = 'contactcenter';
  window.addEventListener('error', function (event) { document.title = 'broken: ' + event.message });
</script>"""

PAGES = {
    "turned and scaled body": ("<style>body { transform: rotate(1deg) scale(.9) }</style>", "<p>Sklep", ""),
    "turned document": ("<style>html { transform: translateZ(0); perspective: 100px }</style>", "<p>Sklep", ""),
    "right to left": ("", "<p>متجر", 'lang="pl" dir="rtl"'),
    "another base": ('<base href="https://elsewhere.example/deep/" target="_blank">', "<p>Sklep", ""),
    "a war of layers": (
        "<style>* { z-index: 999999; position: relative } body > div { position: fixed; inset: 0 }</style>",
        "<div>Nakładka</div>",
        "",
    ),
    "old libraries": (OLD_LIBRARIES, "<p>Sklep", ""),
    "a page of forms": ("", '<form name="contactcenter"><input name="style"><input id="append"></form>', ""),
}  # fmt: skip


@pytest.mark.parametrize(("head", "body", "html"), PAGES.values(), ids=PAGES)
def test_it_works_on_pages_with(
    website: Website, new_page: Callable[..., Any], head: str, body: str, html: str
) -> None:
    page = new_page()
    page.goto(website.show(body, head=head, html=html or 'lang="pl"'))
    panel = write(page, "Czy jest ktoś?")
    box = page.locator("iframe").bounding_box()
    launcher = page.get_by_role("button", name="Zamknij czat").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 1440
    assert launcher["x"] > 1300 and launcher["y"] > 700
    panel.get_by_role("button", name="Zamknij czat").click()
    page.get_by_role("button", name="Otwórz czat").wait_for()
    assert page.title() == "Sklep"


DOCUMENTS = {
    "no doctype": ("text/html", '<html lang="pl"><title>Sklep</title><body>{snippet}'),
    "XHTML": (
        "application/xhtml+xml",
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" '
        '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd"><html xmlns="http://www.w3.org/1999/xhtml" xml:lang="pl" '
        'lang="pl"><head><title>Sklep</title></head><body><p>Sklep</p>{xml}</body></html>',
    ),
    "written by a script": (
        "text/html",
        '<!doctype html><html lang="pl"><title>Sklep</title><body><script>document.write(`{escaped}`)</script>',
    ),
    "in the head": ("text/html", '<!doctype html><html lang="pl"><head>{blocking}<title>Sklep</title></head><body>'),
    "in a frameset's place": ("text/html", '<html lang="pl"><title>Sklep</title>{snippet}'),
}  # fmt: skip


@pytest.mark.parametrize(("content_type", "document"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_it_works_in_documents(
    website: Website, new_page: Callable[..., Any], content_type: str, document: str
) -> None:
    snippet = website.snippet
    content = document.format(
        snippet=snippet,
        xml=snippet.replace(" async", ' async="async"'),
        escaped=snippet.replace("</script>", "<\\/script>"),
        blocking=snippet.replace(" async", ""),
    )
    page = new_page()
    page.goto(website.show_raw(content, content_type=f"{content_type}; charset=utf-8"))
    # In XHTML Playwright does not recognise a frame by its element.
    with page.expect_event("framenavigated"):
        page.get_by_role("button", name="Otwórz czat").click()
    panel = frame_of(page)
    send(panel, "Czy jest ktoś?")
    panel.get_by_text("Wysłano").wait_for()


def test_hostile_styles_and_a_snippet_pasted_twice(website: Website, new_page: Callable[..., Any]) -> None:
    page = new_page()
    page.goto(
        website.show(
            f'<p id="contactcenter">Sklep</p>{website.snippet}',
            head="<style>* { all: unset !important } button, iframe { display: none !important }"
            " :not(#x) { opacity: 0 !important; visibility: hidden !important; filter: invert(1) !important }</style>",
        )
    )
    launcher = page.get_by_role("button", name="Otwórz czat")
    launcher.wait_for()
    page.wait_for_timeout(300)
    assert launcher.count() == 1
    box = launcher.bounding_box()
    assert (box["width"], box["height"]) == (60, 60)
    write(page, "Czy jest ktoś?")


def test_a_policy_that_allows_only_our_origin(
    website: Website, product: Live, new_page: Callable[..., Any]
) -> None:
    sockets = product.url.replace("http", "ws")
    policy = (
        f"default-src 'none'; script-src {product.url}; frame-src {product.url}; connect-src {product.url} {sockets};"
        " require-trusted-types-for 'script'"
    )
    page = new_page()
    page.goto(website.show(Content_Security_Policy=policy))
    write(page, "Za ścianą")
    # Styled although the page allows no styles. What the policy refused would fail the test by itself.
    assert page.locator("iframe").bounding_box()["width"] == 384


def test_a_page_that_isolates_itself(website: Website, new_page: Callable[..., Any]) -> None:
    page = new_page()
    page.goto(
        website.show(
            Cross_Origin_Embedder_Policy="require-corp",
            Cross_Origin_Opener_Policy="same-origin",
            Referrer_Policy="no-referrer",
        )
    )
    write(page, "Na wyspie")


def test_a_single_page_shop_that_replaces_what_it_likes(
    website: Website, new_page: Callable[..., Any]
) -> None:
    page = new_page()
    page.goto(website.show())
    panel = write(page, "Przed zmianą strony")
    for change in (
        "history.pushState({}, '', '/koszyk'); document.title = 'Koszyk'; document.body.innerHTML = '<p>Koszyk'",
        "document.body = document.createElement('body')",
        "document.documentElement.innerHTML = '<head></head><body>Inna strona</body>'",
        "const fresh = document.createElement('html'); fresh.lang = 'pl'; fresh.append(document.createElement('body'));"
        " document.documentElement.replaceWith(fresh)",
    ):
        page.evaluate(f"() => {{ {change} }}")
        panel.get_by_text("Przed zmianą strony").wait_for()
        page.get_by_role("button", name="Zamknij czat").wait_for()
    send(panel, "Po zmianie")
    panel.locator(".m", has_text="Po zmianie").wait_for()
    panel.locator(".m.wait").wait_for(state="detached")


def test_a_router_that_runs_the_snippet_again(website: Website, new_page: Callable[..., Any]) -> None:
    page = new_page()
    page.goto(website.show())
    write(page, "Pierwszy raz")
    page.evaluate(
        """url => new Promise((done) => {
            const again = document.createElement("script");
            Object.assign(again, {src: url, onload: done});
            document.body.append(again);
        })""",
        f"{website.product}/widget/demo.js",
    )
    page.wait_for_timeout(300)
    assert page.locator("iframe").count() == 1
    assert page.get_by_role("button", name="Zamknij czat").count() == 1


def test_a_service_worker_that_answers_for_the_page(website: Website, new_page: Callable[..., Any]) -> None:
    website.show_raw(
        "self.onfetch = (event) => event.respondWith(fetch(event.request));"
        "self.oninstall = () => self.skipWaiting(); self.onactivate = (event) => event.waitUntil(clients.claim());",
        path="/sw.js",
        content_type="text/javascript",
    )
    page = new_page()
    page.goto(website.show("<script>navigator.serviceWorker.register('/sw.js')</script>"))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    assert page.evaluate("Boolean(navigator.serviceWorker.controller)")
    write(page, "Przez pracownika")


def test_a_browser_that_forbids_storage_and_sockets(website: Website, new_page: Callable[..., Any]) -> None:
    page = new_page()
    page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])"
        "  Object.defineProperty(window, name, {get() { throw new DOMException('no', 'SecurityError') }});"
        "window.WebSocket = class { constructor() { throw new DOMException('no', 'SecurityError') } };"
    )
    page.goto(website.show())
    panel = write(page, "Bez gniazd i bez pamięci")
    send(panel, "Jeszcze raz")
    panel.locator(".m", has_text="Jeszcze raz").wait_for()
    panel.locator(".m.wait").wait_for(state="detached")


def test_a_browser_that_gives_frames_of_other_sites_no_storage(
    foreign_website: Website, new_page: Callable[..., Any]
) -> None:
    page = new_page()
    page.goto(foreign_website.show())
    panel = write(page, "Bez śladu")
    with pytest.raises(Exception, match="denied"):
        frame_of(page).evaluate("localStorage")
    send(panel, "I dalej")
    panel.locator(".m", has_text="I dalej").wait_for()
    panel.locator(".m.wait").wait_for(state="detached")


def test_an_old_browser_lacks_what_is_new(website: Website, new_page: Callable[..., Any]) -> None:
    page = new_page()
    page.add_init_script(
        "delete window.requestIdleCallback; delete window.visualViewport; delete Navigator.prototype.locks;"
        "delete CSSStyleSheet.prototype.replaceSync; delete Location.prototype.ancestorOrigins;"
    )
    page.goto(website.show())
    write(page, "Ze starego telefonu")


def test_nothing_is_printed_of_it(website: Website, new_page: Callable[..., Any]) -> None:
    page = new_page()
    page.goto(website.show())
    open_chat(page)
    page.emulate_media(media="print")
    assert not page.locator("iframe").is_visible()
    assert not page.locator(".launch").is_visible()


def test_a_server_that_is_down_leaves_the_page_as_it_is(
    website: Website, new_page: Callable[..., Any]
) -> None:
    page = new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    address = website.show("<p>Sklep</p>")
    # Nobody listens there.
    page.route(f"{website.product}/**", lambda route: route.abort("connectionrefused"))
    page.goto(address)
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.children.length") == 2
    assert page.locator("body").inner_text().strip() == "Sklep"
    # The browser itself writes down that the file did not come; nobody else says anything.
    assert [text for text in errors if "ERR_CONNECTION_REFUSED" not in text] == []


def test_a_server_that_goes_down_later_is_spoken_of_only_in_the_panel(
    website: Website, new_page: Callable[..., Any]
) -> None:
    page = new_page()
    page.route(f"{website.product}/widget/demo/panel/**", lambda route: route.abort("connectionrefused"))
    page.clock.install()
    page.goto(website.show())
    page.get_by_role("button", name="Otwórz czat").click()
    page.clock.run_for(9000)
    card = page.get_by_role("alert")
    card.get_by_text("Czat się nie wczytał").wait_for()
    page.unroute_all()
    card.get_by_role("button", name="Spróbuj ponownie").click()
    page.frame_locator("iframe").get_by_role("textbox", name="Wiadomość").wait_for()
