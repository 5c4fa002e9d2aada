"""Two-step sign-in as somebody does it who only reads the screen."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.authenticator import code_of
from tests.live import Live

# What a browser makes of the pages is the same on every deployment.
pytestmark = pytest.mark.once

PASSWORD = "demo-password"


def enter_password(page: Any, live: Live) -> None:
    page.goto(f"{live.url}/login/")
    page.get_by_label("E-mail").fill("jan@demo.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def speak_english(page: Any) -> None:
    if page.locator("html").get_attribute("lang") == "pl":
        page.evaluate("document.querySelector('#language-menu [value=en]').click()")
        page.wait_for_function("document.documentElement.lang === 'en'")


def test_switched_on_with_the_phone_asked_for_at_the_door_and_elsewhere_signed_out(
    live: Live, new_page: Callable[..., Any]
) -> None:
    page, elsewhere = new_page(locale="en-GB"), new_page(locale="en-GB")
    for browser in (elsewhere, page):
        enter_password(browser, live)
        browser.wait_for_url(f"{live.url}/")
    speak_english(page)

    page.goto(f"{live.url}/settings/security/")
    page.get_by_role("link", name="Set up two-step sign-in").click()
    picture = page.get_by_role("img", name="QR code with the key below")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    key = page.locator("#key").inner_text()
    page.get_by_label("Code from the app").fill(code_of(key))
    page.get_by_label("Your password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Switch on").click()

    page.get_by_role("heading", name="Two-step sign-in is on").wait_for()
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem").all_inner_texts()
    assert len(codes) == 10
    # The other browser was at work with the password alone: its socket closed, and it stands at the door.
    elsewhere.get_by_role("heading", name="Sign in to your account").wait_for()

    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("button", name="Sign out everywhere").click()
    page.get_by_role("heading", name="Sign in to your account").wait_for()
    enter_password(page, live)
    page.get_by_role("heading", name="Enter the code").wait_for()
    # The password alone opens nothing.
    assert page.request.get(f"{live.url}/history/", max_redirects=0).status == 302
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("This code is wrong, or was used before.").wait_for()
    # The next code, since the one that switched it on is used up.
    page.get_by_label("Code", exact=True).fill(code_of(key, 1))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{live.url}/**")
    page.get_by_role("navigation", name="Main navigation").first.wait_for()

    # And without the phone:
    enter_password(elsewhere, live)
    elsewhere.get_by_text("No phone at hand?").click()
    elsewhere.get_by_label("Code", exact=True).fill(codes[0])
    elsewhere.get_by_role("button", name="Sign in").click()
    elsewhere.get_by_role("navigation", name="Main navigation").first.wait_for()
