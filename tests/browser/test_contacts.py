"""Contacts in a real browser: found, changed by keyboard, deleted and brought back, linked beside a conversation."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_workspace import PHONE, sign_in
from tests.live import Live

NewPage = Callable[..., Any]
pytestmark = pytest.mark.once


def test_a_contact_is_found_changed_by_keyboard_deleted_and_back(live: Live, new_page: NewPage) -> None:
    page = sign_in(new_page(locale="en-GB"), live, "jan", online=False)
    page.goto(f"{live.url}/contacts/")
    listed = page.locator("#contact-list .hit")

    # The number of somebody with two addresses, as it is typed.
    page.get_by_role("searchbox", name="Search contacts").fill("22 845")
    page.get_by_role("status").get_by_text("1 contact", exact=True).wait_for()
    listed.click()
    page.get_by_role("heading", name="Piotr Żółkiewski").wait_for()
    page.get_by_role("link", name="Edit").click()
    # With its scripts.
    page.wait_for_url("**/edit/*", wait_until="load")

    emails = page.get_by_role("group", name="E-mail addresses")
    emails.get_by_label("E-mail address 2").wait_for()
    emails.get_by_role("button", name="Move up").last.focus()
    page.keyboard.press("Enter")
    assert emails.get_by_label("E-mail address 1").input_value() == "biuro@zolkiewski.example"
    emails.get_by_role("button", name="Add an e-mail address").click()
    page.keyboard.type("not an address")
    page.get_by_role("button", name="Save").click()
    emails.get_by_text("This is not an e-mail address").wait_for()
    emails.get_by_label("E-mail address 3").fill("nowy@zolkiewski.example")
    page.get_by_role("button", name="Save").click()
    ways = page.locator("#contact dl a[href^=mailto]")
    page.get_by_text("Contact saved.").wait_for()
    assert ways.all_inner_texts() == [
        "biuro@zolkiewski.example",
        "piotr.zolkiewski@firma.example",
        "nowy@zolkiewski.example",
    ]

    page.locator("#contact").get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("heading", name="Choose a contact").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("The contact is back.").wait_for()
    page.locator("#contact-list").get_by_text("Piotr Żółkiewski").click()
    page.get_by_role("heading", name="Piotr Żółkiewski").wait_for()


def test_on_a_phone_one_side_at_a_time(live: Live, new_page: NewPage) -> None:
    page = sign_in(new_page(locale="en-GB", **PHONE), live, "jan", online=False)
    page.goto(f"{live.url}/contacts/")
    page.locator("#contact-list").get_by_text("Zofia Ćwik").tap()
    page.get_by_role("heading", name="Zofia Ćwik").wait_for()
    assert page.locator("#contact-list").is_hidden()
    page.get_by_role("link", name="Back to the list").tap()
    page.locator("#contact-list").get_by_text("Zofia Ćwik").wait_for()


def test_a_conversation_is_linked_beside_it(live: Live, new_page: NewPage) -> None:
    page = sign_in(new_page(locale="en-GB"), live, "ewa", online=False)
    page.locator("#list .conv", has_text="Hotel Bursztyn").click()
    beside = page.get_by_role("complementary", name="Customer and details")

    beside.get_by_role("button", name="Link to a contact").click()
    dialog = page.get_by_role("dialog", name="Link to a contact")
    dialog.get_by_role("searchbox").fill("bursztyn")
    dialog.get_by_role("button", name="Andrzej Zieliński").click()
    beside.get_by_role("link", name="Andrzej Zieliński").wait_for()
    assert dialog.is_hidden()
    page.get_by_text("Ewa Lis links the contact Andrzej Zieliński").wait_for()

    beside.get_by_role("button", name="Unlink Andrzej Zieliński").click()
    beside.get_by_role("button", name="Create a contact").click()
    dialog = page.get_by_role("dialog", name="Create a contact")
    dialog.get_by_label("Surname").fill("Bursztynowa")
    dialog.get_by_role("button", name="Save and link").click()
    beside.get_by_role("link", name="Bursztynowa").wait_for()
