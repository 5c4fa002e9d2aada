"""The widget for people who do not see, do not use a mouse, enlarge, or want less motion, in a real browser."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.live import Live, wait_for
from tests.widget.axe import PART_OF_A_PAGE, violations
from tests.widget.desk import Desk
from tests.widget.website import Website, frame_of, open_chat, send, write

pytestmark = pytest.mark.once

DARK = '<meta name="color-scheme" content="dark">'


@pytest.fixture(scope="module")
def ewa(product: Live) -> Desk:
    return Desk(product, "ewa@demo.example")


@pytest.fixture
def nobody_there(product: Live) -> Iterator[None]:
    product.query(
        "UPDATE agents_agent SET status = 'offline', shown_present = %s WHERE email = 'ewa@demo.example'",
        [False],
    )
    yield
    product.query(
        "UPDATE agents_agent SET status = 'online', shown_present = %s WHERE email = 'ewa@demo.example'",
        [True],
    )


@pytest.fixture(params=["light", "dark"])
def visitor(request: pytest.FixtureRequest, website: Website, new_page: Callable[..., Any]) -> Any:
    """A page of a website in that colour scheme."""
    page = new_page(reduced_motion="reduce")
    page.goto(website.show("<main><h1>Sklep</h1></main>", head=DARK if request.param == "dark" else ""))
    return page


# The launcher is no part of the website's own content.
BESIDE_A_PAGE = ["region"]


def check(page: Any, *, without: list[str] = BESIDE_A_PAGE) -> None:
    """Neither the page with the launcher nor the panel breaks a rule."""
    assert violations(frame_of(page), without=PART_OF_A_PAGE) == []
    assert violations(page, without=without) == []


def test_the_rules_are_looked_at(website: Website, new_page: Callable[..., Any]) -> None:
    page = new_page()
    page.goto(website.show_raw("<title>x</title><p style='color:#ccc'>Blady <img src=x><button></button>"))
    found = " ".join(violations(page))
    for rule in ("image-alt", "button-name", "color-contrast", "html-has-lang"):
        assert f"{rule}: " in found


def test_a_conversation_from_the_greeting_to_its_end(visitor: Any, ewa: Desk, request: Any) -> None:
    assert violations(visitor, without=BESIDE_A_PAGE) == []
    panel = open_chat(visitor)
    check(visitor)

    first = f"Dzień dobry {request.node.name}"
    send(panel, first)
    panel.get_by_text("Wysłano").wait_for()
    check(visitor)

    conversation = ewa.answer(first)
    ewa.write(conversation, "Proszę zajrzeć na https://shop.example/dostawa")
    panel.get_by_role("link", name="shop.example/dostawa").wait_for()
    panel.get_by_role("textbox", name="Wiadomość").fill("x" * 10_001)
    panel.get_by_text("Wiadomość jest za długa").wait_for()
    check(visitor)

    panel.get_by_role("textbox", name="Wiadomość").fill("")
    visitor.context.set_offline(True)
    send(panel, "Bez sieci")
    panel.get_by_text("Brak połączenia").first.wait_for()
    check(visitor)
    visitor.context.set_offline(False)
    panel.locator(".m.wait").wait_for(state="detached")

    ewa.close(conversation)
    panel.get_by_text("Rozmowa zakończona").first.wait_for()
    check(visitor)


def test_the_letter_for_when_nobody_is_there(nobody_there: None, visitor: Any) -> None:
    visitor.reload()
    visitor.get_by_role("button", name="Otwórz czat").click()
    panel = visitor.frame_locator("iframe")
    panel.get_by_role("textbox", name="E-mail").wait_for()
    check(visitor)
    panel.get_by_role("button", name="Wyślij wiadomość").click()
    panel.get_by_text("Podaj adres").wait_for()
    check(visitor)
    panel.get_by_role("textbox", name="E-mail").fill("anna@example.com")
    panel.get_by_role("textbox", name="Wiadomość").fill("Kiedy otwieracie?")
    panel.get_by_role("button", name="Wyślij wiadomość").click()
    panel.get_by_text("Wiadomość jest u nas").wait_for()
    check(visitor)


def test_a_panel_that_did_not_load(website: Website, visitor: Any) -> None:
    visitor.route("**/panel/**", lambda route: route.abort("connectionrefused"))
    visitor.clock.install()
    visitor.reload()
    visitor.get_by_role("button", name="Otwórz czat").click()
    visitor.clock.run_for(9000)
    visitor.get_by_role("alert").wait_for()
    assert violations(visitor, without=BESIDE_A_PAGE) == []


def test_the_keyboard_is_enough(website: Website, new_page: Callable[..., Any]) -> None:
    page = new_page()
    page.goto(website.show('<a href="#">Sklep</a>'))
    launcher = page.get_by_role("button", name="Otwórz czat")
    launcher.wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert launcher.evaluate("button => button === button.getRootNode().activeElement")
    page.keyboard.press("Enter")
    panel = page.frame_locator("iframe")
    field = panel.get_by_role("textbox", name="Wiadomość")
    field.wait_for()
    frame = frame_of(page)
    frame.wait_for_function("document.activeElement.id === 'message'")
    page.keyboard.type("Bez myszy")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("i w dwóch wierszach")
    page.keyboard.press("Enter")
    panel.get_by_text("Wysłano").wait_for()
    assert panel.locator(".m").inner_text() == "Bez myszy\ni w dwóch wierszach"

    # Everything that can be pressed is reached, in the order in which it is seen, and shows where one is.
    reached = []
    page.keyboard.press("Shift+Tab")
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.shadowRoot?.activeElement?.tagName") != "IFRAME":
            break
        reached.append(frame.evaluate("document.activeElement.id || document.activeElement.ariaLabel"))
        outline = frame.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", reached
    assert reached[0] == "log" and "close" in reached

    field.focus()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Otwórz czat").wait_for()
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "launch"


def test_new_messages_are_read_aloud_once(website: Website, ewa: Desk, new_page: Callable[..., Any]) -> None:
    page = new_page()
    page.goto(website.show())
    panel = write(page, "Przeczytaj mi to")
    frame = frame_of(page)
    # What a screen reader hears: what is put into the live region. It hears nothing twice.
    frame.evaluate(
        """() => {
            window.heard = [];
            const log = document.querySelector("[role=log]");
            new MutationObserver((changes) => changes.forEach(({addedNodes}) =>
                addedNodes.forEach((node) => heard.push(node.textContent)))
            ).observe(log, {childList: true, subtree: true});
        }"""
    )
    conversation = ewa.answer("Przeczytaj mi to")
    for words in ("Pierwsza odpowiedź", "Druga odpowiedź"):
        ewa.write(conversation, words)
        panel.locator(".m", has_text=words).wait_for()
    page.wait_for_timeout(300)
    heard = frame.evaluate("heard")
    for words in ("Pierwsza odpowiedź", "Druga odpowiedź"):
        assert len([text for text in heard if words in text]) == 1, heard
    assert frame.evaluate("document.querySelector('[role=log]').getAttribute('aria-live') !== 'off'")
    # A closed panel says it at the launcher, which is not read by itself.
    panel.get_by_role("textbox", name="Wiadomość").press("Escape")
    ewa.write(conversation, "Trzecia odpowiedź")
    page.get_by_role("button", name="nieprzeczytane: 1").wait_for()


@pytest.mark.parametrize(
    ("width", "height"), [(720, 450), (320, 568), (640, 256)], ids=["200 %", "phone", "landscape"]
)
def test_enlarged_or_on_a_small_screen_everything_is_there(
    website: Website, new_page: Callable[..., Any], width: int, height: int
) -> None:
    page = new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page.goto(
        website.show(
            "<main><h1>Sklep</h1></main>", head='<meta name="viewport" content="width=device-width">'
        )
    )
    panel = open_chat(page)
    # The whole window, and nothing of the panel beyond it; the page behind is out of reach.
    box = page.locator("iframe").bounding_box()
    if height <= 480 or width <= 480:
        assert box == {"x": 0, "y": 0, "width": width, "height": height}
        assert page.evaluate("document.body.inert")
    for name in ("Zamknij czat", "Wyślij"):
        button = panel.get_by_role("button", name=name, exact=True).bounding_box()
        assert button["x"] >= 0 and button["x"] + button["width"] <= width
        assert button["y"] >= 0 and button["y"] + button["height"] <= height
        assert button["width"] >= 36 and button["height"] >= 36
    assert frame_of(page).evaluate("document.documentElement.scrollWidth <= innerWidth")
    check(page, without=PART_OF_A_PAGE)
    panel.get_by_role("button", name="Zamknij czat").click()
    page.wait_for_function("!document.body.inert")


def test_a_phone_with_its_keyboard_open(website: Website, new_page: Callable[..., Any]) -> None:
    """iPhones do not shrink the page: only the visual viewport says what is left above the keyboard."""
    page = new_page(viewport={"width": 390, "height": 664}, has_touch=True, is_mobile=True)
    page.add_init_script(
        "if (window === top) { const left = Object.assign(new EventTarget(), {height: 664, offsetTop: 0, width: 390});"
        " Object.defineProperty(window, 'visualViewport', {value: left}) }"
    )
    page.goto(website.show(head='<meta name="viewport" content="width=device-width">'))
    panel = open_chat(page)
    field = panel.get_by_role("textbox", name="Wiadomość")
    field.tap()
    # Smaller letters in a field would make the phone zoom in.
    assert field.evaluate("field => parseFloat(getComputedStyle(field).fontSize)") >= 16
    page.evaluate(
        "Object.assign(visualViewport, {height: 328, offsetTop: 40}).dispatchEvent(new Event('resize'))"
    )
    shown = page.locator("iframe").bounding_box
    wait_for(lambda: shown() == {"x": 0, "y": 40, "width": 390, "height": 328}, 3, lambda: f"{shown()}")
    box = field.bounding_box()
    assert box["y"] + box["height"] <= 368
    page.evaluate(
        "Object.assign(visualViewport, {height: 664, offsetTop: 0}).dispatchEvent(new Event('resize'))"
    )
    wait_for(lambda: shown() == {"x": 0, "y": 0, "width": 390, "height": 664}, 3, lambda: f"{shown()}")


def test_who_wants_no_motion_gets_none(website: Website, new_page: Callable[..., Any]) -> None:
    page = new_page(reduced_motion="reduce")
    page.goto(website.show())
    panel = write(page, "Spokojnie")
    panel.locator(".m").wait_for()
    moving = """document.getAnimations().filter(
        (each) => each.playState === "running" && each.effect.getTiming().duration > 20).length"""
    assert frame_of(page).evaluate(moving) == 0
    assert page.evaluate(moving) == 0


def test_forced_colours_keep_outlines(website: Website, new_page: Callable[..., Any]) -> None:
    page = new_page(forced_colors="active", reduced_motion="reduce")
    page.goto(website.show("<main><h1>Sklep</h1></main>"))
    launcher = page.get_by_role("button", name="Otwórz czat")
    assert launcher.evaluate("each => getComputedStyle(each).borderTopStyle") == "solid"
    panel = write(page, "Wysoki kontrast")
    for element in (panel.locator(".m").first, panel.locator("#send")):
        assert element.evaluate("each => getComputedStyle(each).borderTopStyle") == "solid"
    check(page)
