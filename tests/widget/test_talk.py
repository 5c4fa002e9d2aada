"""A visitor and an agent, each in a browser: files both ways, who has read what, and what follows the end (WI7)."""

from pathlib import Path
from typing import Any

import pytest

from tests.live import Live, wait_for
from tests.widget.desk import PASSWORD, Desk
from tests.widget.website import Website, frame_of, open_chat, send, write

pytestmark = pytest.mark.once

PICTURE = Path(__file__).resolve().parents[2] / "static" / "icons" / "icon-192.png"


def workspace(new_page: Any, product: Live, conversation: int) -> Any:
    """Ewa's browser, with the conversation open."""
    page = new_page()
    page.goto(f"{product.url}/conversations/{conversation}/")
    page.locator("[name=username]").fill("ewa@demo.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#composer-text").wait_for()
    return page


def test_files_go_both_ways_and_each_side_sees_what_was_read(
    new_page: Any, product: Live, website: Website, tmp_path: Path
) -> None:
    page = new_page()
    page.goto(website.show())
    panel = write(page, "Kubek doszedł z odpryskiem")
    conversation = Desk(product, "ewa@demo.example").answer("Kubek doszedł z odpryskiem")
    (tmp_path / "film.mov").write_bytes(b"MZ\x90\x00 no film at all")

    panel.locator("#file").set_input_files([PICTURE, tmp_path / "film.mov"])

    panel.get_by_role("img", name=PICTURE.name).wait_for()
    panel.get_by_role("alert").get_by_text("nie zgadza się z jego nazwą").wait_for()
    assert panel.get_by_text("Odczytano").count() == 0
    agent = workspace(new_page, product, conversation)
    agent.get_by_role("img", name=PICTURE.name).wait_for()
    panel.get_by_text("Odczytano").wait_for()

    # Closed, the panel has not read what comes now; its badge says so, also on the next page.
    page.get_by_role("button", name="Zamknij czat").last.click()
    (tmp_path / "etykieta.pdf").write_bytes(b"%PDF-1.7 a label")
    agent.locator("#composer-file").set_input_files(tmp_path / "etykieta.pdf")
    agent.locator("#conversation").get_by_role("link", name="etykieta.pdf").wait_for()
    page.locator(".launch .n").get_by_text("1").wait_for()
    page.goto(website.show(path="/next/"))
    page.locator(".launch .n").get_by_text("1").wait_for()
    assert agent.locator("#timeline .entry__state--read").count() == 0

    page.get_by_role("button", name="Otwórz czat").click()
    panel = page.frame_locator("iframe")
    panel.get_by_role("link", name="etykieta.pdf").wait_for()
    agent.locator("#timeline .entry__state--read").last.wait_for()


def test_emoji_menu_and_sound_work_by_keyboard(new_page: Any, website: Website) -> None:
    page = new_page()
    page.goto(website.show())
    panel = open_chat(page)

    panel.get_by_role("button", name="Wstaw emoji").press("Enter")
    panel.get_by_role("group", name="Emoji").wait_for()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert panel.get_by_role("textbox", name="Wiadomość").input_value() == "😀"

    panel.get_by_role("button", name="Menu").press("Enter")
    sound = panel.get_by_role("menuitemcheckbox", name="Dźwięk", checked=True)
    sound.press("Enter")
    panel.get_by_role("menuitemcheckbox", name="Dźwięk", checked=False).wait_for()
    page.keyboard.press("Escape")
    panel.get_by_role("menu").wait_for(state="detached")
    assert frame_of(page).evaluate("document.activeElement.id") == "menu"
    page.reload()
    panel = open_chat(page)
    panel.get_by_role("button", name="Menu").click()
    panel.get_by_role("menuitemcheckbox", name="Dźwięk", checked=False).wait_for()


def test_after_the_end_come_stars_and_the_transcript(new_page: Any, product: Live, website: Website) -> None:
    page = new_page()
    page.goto(website.show())
    panel = write(page, "Czy kubek można myć w zmywarce?")
    desk = Desk(product, "ewa@demo.example")
    conversation = desk.answer("Czy kubek można myć w zmywarce?")
    desk.write(conversation, "Tak, można.")
    panel.get_by_text("Tak, można.").wait_for()

    panel.get_by_role("button", name="Menu").press("Enter")
    panel.get_by_role("menuitem", name="Zakończ rozmowę").press("Enter")
    panel.get_by_role("alertdialog", name="Zakończyć rozmowę?").get_by_role("button", name="Zakończ").click()

    panel.get_by_role("radio", name="4 z 5").click()
    panel.get_by_label("Chcesz coś dodać?").fill("Szybko i miło")
    panel.get_by_role("button", name="Wyślij ocenę").click()
    panel.get_by_text("Dziękujemy za ocenę: 4 z 5").wait_for()
    query = "SELECT stars, comment FROM conversations_rating WHERE conversation_id = %s"
    assert product.query(query, [conversation]) == [(4, "Szybko i miło")]

    panel.get_by_role("button", name="Wyślij zapis rozmowy na e-mail").click()
    panel.get_by_label("E-mail").fill("kasia")
    panel.get_by_role("button", name="Wyślij zapis", exact=True).click()
    panel.get_by_text("anna@example.com").wait_for()
    panel.get_by_label("E-mail").fill("kasia@poczta.example")
    panel.get_by_role("button", name="Wyślij zapis", exact=True).click()
    panel.get_by_role("heading", name="Zapis jest w drodze").wait_for()
    mails = "SELECT id FROM contactcenter_outgoingmail WHERE \"to\" = 'kasia@poczta.example'"
    wait_for(lambda: len(product.query(mails)) == 1, 5)

    panel.get_by_role("button", name="Wróć do rozmowy").click()
    send(panel, "Jeszcze jedno pytanie")
    panel.get_by_text("Dziękujemy za ocenę").wait_for(state="detached")
