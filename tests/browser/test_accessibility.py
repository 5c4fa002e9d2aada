"""Every main page of the workspace and of the settings: axe-core reports nothing, light and dark."""

from collections.abc import Callable
from typing import Any

import pytest

from contactcenter.navigation import ENTRIES, SETTINGS
from tests.live import Live
from tests.widget.axe import violations

pytestmark = pytest.mark.once

ROOMS = [entry.path for entry in ENTRIES] + [entry.path for section in SETTINGS for entry in section.entries]
# Pages that one comes to from there: the first link of this kind.
BEHIND = {
    "/": ".conv",
    "/history/": "main a[href^='/history/']",
    "/contacts/": "#contact-list .hit",
    "/settings/users/": "main a[href^='/settings/users/']",
}


def check(page: Any) -> list[str]:
    """What is wrong in either theme. In the dark one only colours may differ."""
    path = page.url.split("/", 3)[3]
    found = [f"/{path} {line}" for line in violations(page)]
    page.emulate_media(color_scheme="dark")
    page.evaluate("document.getAnimations().forEach((each) => each.finish())")
    found += [
        f"/{path} dark, {line}" for line in violations(page, only=["color-contrast", "link-in-text-block"])
    ]
    page.emulate_media(color_scheme="light")
    return found


def test_no_page_breaks_a_rule(live: Live, new_page: Callable[..., Any]) -> None:
    page = new_page(reduced_motion="reduce", locale="en-GB")
    page.goto(f"{live.url}/login/")
    found = check(page)
    page.get_by_label("E-mail").fill("adam@demo.example")
    page.get_by_label("Password", exact=True).fill("demo-password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{live.url}/")

    for path in ROOMS:
        page.goto(live.url + path)
        found += check(page)
        if link := BEHIND.get(path):
            page.goto(live.url + page.locator(link).first.get_attribute("href"))
            found += check(page)
    assert not found, "\n".join(found)
