"""The chat asks who writes (WI4), speaks first (WI9), and shows in the settings how it looks (WI2): what only a browser
decides."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.live import Live
from tests.widget.desk import PASSWORD
from tests.widget.website import Website, open_chat, send, write

pytestmark = pytest.mark.once

HELP = "W czym mogę pomóc?"


@pytest.fixture
def company(product: Live) -> Iterator[Callable[..., None]]:
    """Sets the company's switches, until the test ends."""

    def switch(**values: bool) -> None:
        for name, value in values.items():
            product.query(f"UPDATE agents_company SET {name} = %s", [value])

    product.query("UPDATE chat_trigger SET delay = 1, text = %s", [HELP])
    yield switch
    switch(ask_for_data=False, force_data=False, triggers_on=False, triggers_open=True)


def customer(product: Live, text: str) -> tuple:
    """What is known of the customer who wrote this."""
    (row,) = product.query(
        "SELECT customer_name, customer_email FROM conversations_conversation WHERE id ="
        " (SELECT conversation_id FROM conversations_entry WHERE text = %s)",
        [text],
    )
    return row


def introduce(panel: Any, button: str) -> None:
    panel.get_by_label("Imię").fill("Anna")
    panel.get_by_label("E-mail").fill("anna@example.com")
    panel.get_by_role("button", name=button).click()


def test_where_data_are_forced_the_message_waits_for_them(
    product: Live, website: Website, company: Callable[..., None], new_page: Callable[..., Any]
) -> None:
    company(ask_for_data=True, force_data=True)
    page = new_page()
    page.goto(website.show())
    panel = open_chat(page)
    send(panel, "Czy miseczki można myć?")

    panel.get_by_text("Jeszcze niewysłana").wait_for()
    panel.get_by_role("button", name="Nie, dziękuję").click()
    panel.get_by_text("Bez imienia i e‑maila nie możemy jednak rozpocząć czatu").wait_for()
    assert not panel.get_by_role("textbox", name="Wiadomość").count()

    panel.get_by_role("button", name="Podam dane").click()
    panel.get_by_role("button", name="Zapisz").click()
    panel.get_by_text("Napisz, jak się do Ciebie zwracać.").wait_for()
    introduce(panel, "Zapisz")
    panel.get_by_text("Wysłano").wait_for()
    assert customer(product, "Czy miseczki można myć?") == ("Anna", "anna@example.com")


def test_where_they_are_only_asked_for_the_message_is_there_and_no_is_an_answer(
    product: Live, website: Website, company: Callable[..., None], new_page: Callable[..., Any]
) -> None:
    company(ask_for_data=True)
    page = new_page()
    page.goto(website.show())
    panel = write(page, "Tylko pytam")
    panel.get_by_role("button", name="Nie, dziękuję").click()
    panel.get_by_role("button", name="Oczywiście").wait_for(state="detached")

    # Nor after a reload: it was asked.
    page.reload()
    panel = open_chat(page)
    panel.get_by_text("Tylko pytam").wait_for()
    panel.get_by_text("Wysłano").wait_for()
    assert not panel.get_by_role("button", name="Oczywiście").count()
    assert customer(product, "Tylko pytam") == ("", "")


def test_what_was_given_can_be_put_right(
    product: Live, website: Website, company: Callable[..., None], new_page: Callable[..., Any]
) -> None:
    company(ask_for_data=True)
    page = new_page()
    page.goto(website.show())
    panel = write(page, "Proszę o fakturę")
    panel.get_by_role("button", name="Oczywiście").click()
    introduce(panel, "Zapisz")
    panel.get_by_role("button", name="Zmień").click()
    panel.get_by_label("Imię").fill("Anna Lis")
    panel.get_by_role("button", name="Zapisz").click()
    panel.get_by_text("Zapisano: Anna Lis, anna@example.com").wait_for()

    # It stands there after a reload too, and the menu leads to it from wherever the talk has come.
    page.reload()
    panel = open_chat(page)
    panel.get_by_text("Zapisano: Anna Lis, anna@example.com").wait_for()
    send(panel, "Na firmę")
    panel.get_by_role("button", name="Menu").click()
    panel.get_by_role("menuitem", name="Moje dane").click()
    panel.get_by_label("Imię").fill("Anna Lis-Nowak")
    panel.get_by_role("button", name="Zapisz").click()
    panel.get_by_text("Zapisano: Anna Lis-Nowak, anna@example.com").wait_for()
    assert customer(product, "Proszę o fakturę") == ("Anna Lis-Nowak", "anna@example.com")


def test_forced_alone_they_come_before_the_first_word(
    product: Live, website: Website, company: Callable[..., None], new_page: Callable[..., Any]
) -> None:
    company(force_data=True)
    page = new_page()
    page.goto(website.show())
    page.get_by_role("button", name="Otwórz czat").click()
    panel = page.frame_locator("iframe")
    introduce(panel, "Zacznij rozmowę")
    send(panel, "Teraz mogę pisać")
    panel.get_by_text("Wysłano").wait_for()
    assert customer(product, "Teraz mogę pisać") == ("Anna", "anna@example.com")


def test_a_trigger_opens_the_window_once_and_leaves_the_focus_in_the_page(
    website: Website, company: Callable[..., None], new_page: Callable[..., Any]
) -> None:
    company(triggers_on=True)
    page = new_page()
    page.goto(website.show('<input aria-label="Szukaj">'))
    page.get_by_label("Szukaj").focus()
    panel = page.frame_locator("iframe")
    panel.get_by_text(HELP).wait_for()
    page.keyboard.type("kubek")
    assert page.get_by_label("Szukaj").input_value() == "kubek"

    send(panel, "Szukam kubka")
    panel.get_by_text("Wysłano").wait_for()
    assert panel.locator(".m").all_inner_texts() == [HELP, "Szukam kubka"]


def test_on_phones_it_is_a_bubble_that_opens_the_chat_or_goes_away(
    website: Website, company: Callable[..., None], new_page: Callable[..., Any]
) -> None:
    company(triggers_on=True)
    page = new_page(viewport={"width": 390, "height": 780})
    page.goto(website.show())
    panel = page.frame_locator("iframe")
    bubble = panel.get_by_role("button", name=HELP)
    bubble.wait_for()
    assert page.locator("iframe").bounding_box()["height"] < 150
    bubble.click()
    panel.get_by_role("textbox", name="Wiadomość").wait_for()
    assert page.locator("iframe").bounding_box()["height"] > 700

    again = new_page(viewport={"width": 390, "height": 780})
    again.goto(website.show())
    again.frame_locator("iframe").get_by_role("button", name="Ukryj").click()
    again.locator("iframe").wait_for(state="hidden")
    # Once in a visit.
    again.reload()
    again.wait_for_timeout(1800)
    assert not again.locator("iframe").is_visible()


def test_the_preview_shows_what_is_typed_and_nothing_is_saved(
    product: Live, new_page: Callable[..., Any]
) -> None:
    page = new_page(locale="pl-PL")
    page.goto(f"{product.url}/login/?next=/settings/widget/")
    page.get_by_label("E-mail").fill("adam@demo.example")
    page.get_by_label("Hasło", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    site = page.frame_locator("iframe")
    panel = site.frame_locator("iframe")
    panel.get_by_role("heading", name="Masz pytania? Napisz do nas.").wait_for()

    page.get_by_label("Powitanie po polsku").fill("Cześć!")
    panel.get_by_role("heading", name="Cześć!").wait_for()
    page.get_by_label("Kolor", exact=True).fill("#ffffff")
    page.get_by_text("Napisy na tym kolorze są czytelne").wait_for()
    site.locator(".br .launch").wait_for()
    page.get_by_title("lewy dolny").click()
    site.locator(".bl .launch").wait_for()
    page.get_by_role("radiogroup", name="Stan czatu").locator("label", has_text="Offline").click()
    panel.get_by_role("button", name="Wyślij wiadomość").wait_for()

    stored = product.query("SELECT widget_colour, widget_position, greeting_pl FROM agents_company")
    assert stored == [("#0b6e4f", "br", "")]
