"""Typing a slash in the composer: the list of templates, by keyboard, mouse and finger."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_workspace import PHONE, sign_in
from tests.live import Live

# What a browser makes of the pages is the same on every deployment.
pytestmark = pytest.mark.once

NewPage = Callable[..., Any]


@pytest.fixture
def adam(live: Live, new_page: NewPage) -> Any:
    """Adam's workspace with a conversation of his open. His is the shortcut /wymiar; the company has four templates."""
    return open_conversation(sign_in(new_page(locale="en-GB"), live, "adam", online=False))


def open_conversation(page: Any) -> Any:
    page.locator("#list .conv", has_text="Marta").click()
    field(page).wait_for()
    return page


def field(page: Any) -> Any:
    return page.locator("#composer-text")


def wait_for_options(page: Any, *expected: str) -> None:
    page.wait_for_function(
        """expected => expected === [...document.querySelectorAll('#template-options kbd')]
            .map((it) => it.textContent).join(' ')""",
        arg=" ".join(expected),
    )


def chosen(page: Any) -> str:
    """The option that the field points to."""
    name = field(page).get_attribute("aria-activedescendant")
    option = page.locator(f"#{name}")
    assert option.get_attribute("aria-selected") == "true"
    return str(option.locator("kbd").inner_text())


def is_closed(page: Any) -> bool:
    return bool(page.locator("#template-list").is_hidden() and not field(page).get_attribute("aria-controls"))


def test_a_template_is_found_and_inserted_with_the_keyboard(adam: Any) -> None:
    field(adam).focus()
    adam.keyboard.type("Well, /")
    # One's own first.
    wait_for_options(adam, "/wymiar", "/dostawa", "/uk", "/powitanie", "/zwrot")
    assert adam.locator("#template-options [role=option]").first.locator("[data-own]").is_visible()
    assert chosen(adam) == "/wymiar"
    adam.keyboard.press("ArrowDown")
    assert chosen(adam) == "/dostawa"
    adam.keyboard.press("ArrowUp")
    adam.keyboard.press("ArrowUp")
    assert chosen(adam) == "/zwrot"

    # Titles count too, folded, and a shortcut that begins so stands before a title that does.
    adam.keyboard.type("ZAMÓWIENIE na")
    wait_for_options(adam, "/wymiar")
    for _ in "ZAMÓWIENIE na":
        adam.keyboard.press("Backspace")
    adam.keyboard.type("bez")
    wait_for_options(adam, "/zwrot")
    for _ in "bez":
        adam.keyboard.press("Backspace")
    adam.keyboard.type("pow")
    wait_for_options(adam, "/powitanie")
    assert "Templates: 1." in adam.locator("#template-status").inner_text()
    adam.keyboard.press("Enter")

    greeting = "Dzień dobry Marta, tu Adam z firmy Garniec. W czym mogę pomóc?"
    assert field(adam).input_value() == f"Well, {greeting}"
    assert is_closed(adam)
    # It can be taken back like what was typed, and is a draft like it.
    adam.keyboard.press("Control+z")
    assert field(adam).input_value() == "Well, /pow"
    adam.keyboard.press("Control+Shift+z")
    adam.reload()
    assert field(adam).input_value() == f"Well, {greeting}"
    field(adam).press("Control+End")
    adam.keyboard.type(" So.")
    assert field(adam).input_value() == f"Well, {greeting} So."
    assert adam.locator("#timeline .bubble", has_text="Dzień dobry Marta").count() == 0


def test_the_list_stays_out_of_the_way(adam: Any) -> None:
    field(adam).focus()
    # Not at the beginning of a word.
    adam.keyboard.type("8/16 https://x")
    assert is_closed(adam)
    # Escape closes it, and leaves what was typed; it stays closed for that slash.
    field(adam).fill("")
    adam.keyboard.type("/zw")
    wait_for_options(adam, "/zwrot")
    adam.keyboard.press("Escape")
    adam.keyboard.type("r")
    assert is_closed(adam) and field(adam).input_value() == "/zwr"
    adam.keyboard.type(" /d")
    wait_for_options(adam, "/dostawa", "/uk")
    # Nothing found: a quiet line, and Enter is Enter; a sentence goes on without it.
    adam.keyboard.type("zz")
    adam.locator("#template-list").get_by_text("No template is called that.").wait_for()
    adam.keyboard.press("Enter")
    assert field(adam).input_value() == "/zwr /dzz\n" and is_closed(adam)
    adam.keyboard.type("/or not")
    assert is_closed(adam)
    # Tab leaves it when there is nothing to insert, and inserts when there is.
    adam.keyboard.press("Enter")
    adam.keyboard.type("/uk")
    wait_for_options(adam, "/uk")
    adam.keyboard.press("Tab")
    assert "\nHello Marta, we ship to the UK" in field(adam).input_value()
    # Ctrl+Enter sends what is written, a slash too.
    field(adam).fill("")
    adam.keyboard.type("/zw")
    wait_for_options(adam, "/zwrot")
    adam.keyboard.press("Control+Enter")
    adam.locator("#timeline .bubble", has_text="/zw").wait_for()
    assert is_closed(adam) and field(adam).input_value() == ""


def test_it_works_in_notes_and_with_the_mouse(adam: Any) -> None:
    adam.get_by_text("Note", exact=True).click()
    field(adam).fill("first\n")
    adam.get_by_role("button", name="Templates").click()
    adam.keyboard.type("dos")
    wait_for_options(adam, "/dostawa")
    adam.locator("#template-options [role=option]").click()
    assert field(adam).input_value().startswith("first\nStandardowa dostawa")
    assert field(adam).evaluate(
        "it => it === document.activeElement && it.selectionStart === it.value.length"
    )

    adam.get_by_role("button", name="Templates").click()
    adam.locator("#template-list").wait_for()
    adam.locator("#conversation-title").click()
    assert is_closed(adam)


def test_a_finger_finds_them_too(live: Live, new_page: NewPage) -> None:
    phone = open_conversation(sign_in(new_page(locale="en-GB", **PHONE), live, "adam", online=False))
    phone.get_by_role("button", name="Templates").tap()
    wait_for_options(phone, "/wymiar", "/dostawa", "/uk", "/powitanie", "/zwrot")
    box = phone.locator("#template-list").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] > 0
    phone.locator("#template-options [role=option]", has_text="/zwrot").tap()
    assert field(phone).input_value().startswith("Paczkę można odesłać")


def test_where_there_are_none_a_line_says_so(live: Live, new_page: NewPage) -> None:
    live.query("DELETE FROM conversations_replytemplate")
    adam = open_conversation(sign_in(new_page(locale="en-GB"), live, "adam", online=False))
    field(adam).focus()
    adam.keyboard.type("/")
    adam.get_by_role("link", name="Create your first shortcut").click()
    adam.wait_for_url(f"{live.url}/settings/shortcuts/")

    # Made, inserted, deleted and taken back without a reload.
    adam.get_by_role("link", name="Create the first shortcut").click()
    dialog = adam.locator("#dialog")
    dialog.get_by_label("Title").fill("Żółw <b>")
    dialog.get_by_label("Text").fill("Slow & steady, {{name}}")
    dialog.get_by_role("button", name="Add").click()
    dialog.get_by_text("Choose a word to type after the slash.").wait_for()
    dialog.get_by_label("Shortcut").fill("/żółw")
    dialog.get_by_role("button", name="Add").click()
    adam.locator("#templates .row", has_text="/zolw").wait_for()
    assert not dialog.is_visible()
    adam.get_by_role("button", name="Delete the template Żółw <b>").click()
    adam.get_by_role("heading", name="No shortcuts yet").wait_for()
    adam.get_by_role("button", name="Undo").click()
    adam.locator("#templates .row", has_text="/zolw").wait_for()

    adam.go_back()
    field(adam).fill("")
    adam.keyboard.type("/zolw")
    wait_for_options(adam, "/zolw")
    adam.keyboard.press("Enter")
    assert field(adam).input_value() == "Slow & steady, Marta"
