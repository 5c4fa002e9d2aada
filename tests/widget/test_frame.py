"""The talk between the host page and the panel: only what is documented, only between the two of them."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.live import Live
from tests.widget.website import Website, frame_of, open_chat, write

pytestmark = pytest.mark.once

# What hostile pages and careless scripts post to every frame that they find.
FUZZ = """[
  null, undefined, 0, -1, NaN, true, '', 'close', 'x'.repeat(100000), [], {}, [[]], {cc: 1}, {cc: 1, type: null},
  {cc: 1, type: 1}, {cc: 1, type: {}}, {cc: 1, type: []}, {cc: 1, type: ''}, {cc: 1, type: '__proto__'},
  {cc: 1, type: 'constructor'}, {cc: 1, type: 'toString'}, {cc: 1, type: 'hasOwnProperty'}, {cc: '1', type: 'close'},
  {cc: 2, type: 'close'}, {cc: true, type: 'close'}, {type: 'close'}, {cc: 1, type: 'page'},
  {cc: 1, type: 'page', url: {}},
  {cc: 1, type: 'page', url: [], title: null, referrer: 7, me: null}, {cc: 1, type: 'page', url: 'javascript:alert(1)'},
  {cc: 1, type: 'page', url: 'https://x.example/', me: 'text'}, {cc: 1, type: 'page', url: '\\ud800', me: [1, 2]},
  {cc: 1, type: 'page', url: 'x'.repeat(100000), title: 'x'.repeat(100000)},
  {cc: 1, type: 'page', url: 'https://x.example/', me: {id: {}, hash: [], name: 7, fieldX: null}},
  {cc: 1, type: 'page', url: 'https://x.example/', me: {__proto__: {id: 'x'}, field: 'x', fieldToString: {}}},
  {cc: 1, type: 'unread', count: 7}, {cc: 1, type: 'unread', count: '<b>'}, {cc: 1, type: 'unread', count: 1e400},
  {cc: 1, type: 'availability'}, {cc: 1, type: 'availability', online: 'x', agents: {}}, {cc: 1, type: 'talking'},
  {cc: 1, type: 'ready'}, {cc: 1, type: 'entry', data: {}}, {cc: 1, type: 'welcome', data: {token: 'x'}},
  new Map(), new Set([1]), new Date(), /x/, new Error('x'), new ArrayBuffer(8), new Uint8Array(3), 10n,
]"""


def say_nothing_of_it(page: Any) -> list[str]:
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    return errors


def test_the_panel_survives_whatever_its_own_page_says(
    website: Website, new_page: Callable[..., Any]
) -> None:
    page = new_page()
    page.goto(website.show('<link rel="icon" href="data:,">'))
    panel = write(page, "Mów do mnie")
    errors = say_nothing_of_it(page)
    # The page knows no way to the frame; a browser's extension or an older widget might.
    handle = page.locator("iframe").element_handle()
    handle.evaluate(
        f"(frame, origin) => {FUZZ}.filter((each) => (each ?? {{}}).type !== 'close')"
        ".forEach((each) => frame.contentWindow.postMessage(each, origin))",
        website.product,
    )
    handle.evaluate(f"(frame) => {FUZZ}.forEach((each) => window.postMessage(each, '*'))")
    panel.get_by_role("textbox", name="Wiadomość").fill("Nadal tu jestem")
    panel.get_by_role("textbox", name="Wiadomość").press("Enter")
    panel.locator(".m", has_text="Nadal tu jestem").wait_for()
    panel.locator(".m.wait").wait_for(state="detached")
    assert page.get_by_role("button", name="Zamknij czat").first.is_visible()
    assert errors == []


def test_other_frames_and_windows_are_not_listened_to(website: Website, new_page: Callable[..., Any]) -> None:
    """An advertisement's frame posts to our page and to our panel; a window that opened the page does too."""
    website.show_raw(
        f"<script>for (const message of {FUZZ}) {{ parent.postMessage(message, '*');"
        " for (let i = 0; i < parent.frames.length; i++) parent.frames[i].postMessage(message, '*'); }"
        " for (const type of ['close', 'open']) parent.postMessage({cc: 1, type}, '*');"
        " document.title = 'said'</script>",
        path="/advertisement",
    )
    page = new_page()
    page.goto(website.show('<link rel="icon" href="data:,"><p>Sklep</p>'))
    write(page, "Kto tu słucha?")
    errors = say_nothing_of_it(page)
    page.evaluate(
        "() => { const frame = document.createElement('iframe'); frame.src = '/advertisement'; frame.name = 'ad';"
        " document.body.append(frame) }"
    )
    page.wait_for_function("document.querySelector('iframe[name=ad]').contentDocument.title === 'said'")
    page.evaluate("window.postMessage({cc: 1, type: 'close'}, '*')")
    page.evaluate("window.postMessage({cc: 1, type: 'unread', count: 7}, '*')")
    page.wait_for_timeout(300)
    assert page.get_by_role("button", name="Zamknij czat").first.is_visible()
    assert errors == []


def test_a_page_cannot_read_what_the_panel_keeps(website: Website, new_page: Callable[..., Any]) -> None:
    page = new_page()
    heard: list[str] = []
    page.expose_function("heard", lambda said: heard.append(said))
    page.add_init_script(
        "if (window === top) addEventListener('message', (event) => heard(JSON.stringify(event.data)))"
    )
    page.goto(website.show())
    write(page, "Tajemnica sklepu")
    token = frame_of(page).evaluate("localStorage.getItem('cc:demo:token')")
    assert token
    kept = page.evaluate(
        "JSON.stringify({...localStorage}) + document.cookie + JSON.stringify({...sessionStorage})"
    )
    assert token not in kept + "".join(heard)
    assert "Tajemnica" not in kept + "".join(heard)
    kinds = {re.search(r'"type":"(\w+)"', said)[1] for said in heard}
    assert kinds <= {"ready", "close", "unread", "talking", "availability", "sound", "wants"}
    assert page.context.cookies() == []


def test_escape_closes_and_gives_the_focus_back(website: Website, new_page: Callable[..., Any]) -> None:
    page = new_page()
    page.goto(website.show())
    panel = write(page, "Zaraz zamykam")
    panel.get_by_role("textbox", name="Wiadomość").press("Escape")
    launcher = page.get_by_role("button", name="Otwórz czat, Garniec")
    launcher.wait_for()
    assert launcher.get_attribute("aria-expanded") == "false"
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "launch"


# --- The company's list of websites


@pytest.fixture
def listed(product: Live) -> Iterator[Callable[[str], None]]:
    """Sets the list for the time of a test."""

    def set_list(value: str) -> None:
        product.query("UPDATE agents_company SET allowed_origins = %s WHERE key = 'demo'", [value])

    yield set_list
    set_list("")


def test_the_panel_loads_only_on_the_companys_websites(
    website: Website,
    foreign_website: Website,
    listed: Callable[[str], None],
    new_page: Callable[..., Any],
    browser: Any,
) -> None:
    listed(website.url.rstrip("/"))
    page = new_page()
    page.goto(website.show())
    open_chat(page)

    # The launcher of a page that may not show the panel promises nothing.
    page.goto(foreign_website.show("<p>Obcy sklep</p>"))
    page.wait_for_load_state("networkidle")
    assert page.get_by_role("button").count() == 0

    # Nor does the panel load where somebody frames it by hand. (`new_page` would take the refusal for a mistake.)
    stranger = browser.new_context().new_page()
    refused: list[str] = []
    stranger.on("console", lambda message: refused.append(message.text))
    stranger.goto(foreign_website.show_raw(f'<iframe src="{website.product}/widget/demo/panel/"></iframe>'))
    stranger.wait_for_load_state("networkidle")
    assert "frame-ancestors" in " ".join(refused)
    assert all(frame.locator(".panel").count() == 0 for frame in stranger.frames)
    stranger.context.close()
