"""What every page of the product can do: the top bar's menus, the theme, the language, failing requests."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.live import Live

# What a browser makes of the pages is the same on every deployment.
pytestmark = pytest.mark.once


@pytest.fixture
def page(live: Live, new_page: Callable[..., Any]) -> Any:
    """Ewa's workspace."""
    page = new_page(locale="en-GB")
    page.goto(f"{live.url}/login/")
    page.get_by_label("E-mail").fill("ewa@demo.example")
    page.get_by_label("Password", exact=True).fill("demo-password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{live.url}/")
    if page.locator("html").get_attribute("lang") == "pl":
        with page.expect_navigation():
            page.evaluate("document.querySelector('#language-menu [value=en]').click()")
    # Its first refresh, when the socket is open, is over.
    page.wait_for_load_state("networkidle")
    return page


def is_focused(page: Any, name: str) -> None:
    page.locator(":focus", has_text=re.compile(rf"^\s*{name}\s*$")).wait_for()


def test_status_is_chosen_at_the_name_and_the_menu_goes(page: Any) -> None:
    for status in ("Break", "Online"):
        page.locator("#me").click()
        page.locator("#account").get_by_role("button", name=status).click()

        page.locator("#me", has_text=f"status: {status}").wait_for()
        page.locator("#account").wait_for(state="hidden")
        assert page.locator("#status-choice [aria-pressed=true]").inner_text().strip() == status


def test_a_menu_is_used_by_keyboard(page: Any) -> None:
    opener = page.get_by_role("button", name="Language")
    opener.focus()
    page.keyboard.press("ArrowDown")
    page.locator("#language-menu").wait_for()

    is_focused(page, "English")
    for key, item in (("Home", "Polski"), ("End", "English"), ("ArrowDown", "Polski"), ("e", "English")):
        page.keyboard.press(key)
        is_focused(page, item)
    page.keyboard.press("Escape")

    page.locator("#language-menu").wait_for(state="hidden")
    is_focused(page, "EN")


def test_the_theme_stays_after_a_reload(page: Any) -> None:
    page.locator("#me").click()
    page.locator("#account label", has_text="Dark").click()
    page.reload()

    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.locator("input[name=theme]:checked").get_attribute("value") == "dark"


def test_a_refresh_that_failed_comes_again_and_the_banner_goes(page: Any) -> None:
    page.route("**/status/", lambda route: route.fulfill(status=503))
    page.evaluate("htmx.trigger(document.body, 'resync')")
    page.locator("[data-cc-banner=server]").wait_for()

    page.unroute("**/status/")
    page.locator("[data-cc-banner=server]").wait_for(state="hidden")


def test_a_session_that_is_over_leads_to_the_door(page: Any) -> None:
    # Ordered beforehand: once the cookies are gone, the page may leave at any moment.
    page.evaluate("setTimeout(() => htmx.trigger(document.body, 'resync'), 300)")
    page.context.clear_cookies()

    page.get_by_role("heading", name="Sign in to your account").wait_for()
