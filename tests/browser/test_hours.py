"""Working hours and “we are busy” (ST5, ST6) as people do them: on the settings' pages, with a visitor's
chat open beside."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.browser.test_workspace import sign_in
from tests.live import Live, wait_for

# What a browser makes of the pages is the same on every deployment.
pytestmark = pytest.mark.once

NewPage = Callable[..., Any]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@pytest.fixture(autouse=True)
def nobody_waits(live: Live) -> None:
    live.query(
        "UPDATE conversations_conversation SET status = 'ignored', waiting_since = NULL WHERE status = 'new'"
    )


def open_chat(page: Any, live: Live) -> Any:
    """A visitor with the chat open on a page of its own."""
    page.goto(f"{live.url}/widget/demo/panel/?lang=en")
    return page


def test_a_company_sets_its_hours_and_every_screen_follows(live: Live, new_page: NewPage) -> None:
    settings = sign_in(new_page(), live, "adam")
    workspace = settings.context.new_page()
    workspace.goto(live.url)
    settings.bring_to_front()  # browsers hold still what nobody looks at
    visitor = open_chat(new_page(), live)
    visitor.locator("#home").wait_for()

    # Open in three days only, whatever day it is.
    now = datetime.now(UTC).astimezone(ZoneInfo("Europe/Warsaw"))
    day = (now + timedelta(days=3)).weekday()
    settings.goto(f"{live.url}/settings/hours/")
    settings.get_by_label("Keep working hours").check()
    bins = settings.locator("#week [value^=remove]")
    while rows := bins.count():
        bins.first.click()
        settings.wait_for_function(
            "rows => document.querySelectorAll('#week [value^=remove]').length < rows", arg=rows
        )
    settings.get_by_role("button", name=f"Add an interval: {DAYS[day]}").click()
    opens, closes = (settings.get_by_label(f"{DAYS[day]}, {which}") for which in ("from", "until"))
    opens.fill("09:30")
    closes.fill("08:00")
    save = settings.locator("#week").get_by_role("button", name="Save").last
    save.click()
    settings.get_by_text("09:30–08:00 ends before it begins").wait_for()
    assert visitor.locator("#home").is_visible()

    closes.fill("17:00")
    save.click()
    words = f"on {DAYS[day]} at 9:30"
    settings.get_by_text(f"Closed now, opens {words}").wait_for()
    workspace.locator("#status-choice").get_by_text(f"offline until you open {words}").wait_for(
        state="attached"
    )
    visitor.locator("#letter").wait_for()

    settings.get_by_label("Keep working hours").uncheck()
    save.click()
    settings.get_by_text("Always open").wait_for()
    workspace.get_by_text("Outside working hours").wait_for(state="detached")
    visitor.locator("#home").wait_for()


def test_holidays_are_added_removed_and_brought_back(live: Live, new_page: NewPage) -> None:
    page = sign_in(new_page(), live, "adam", online=False)
    page.goto(f"{live.url}/settings/hours/")
    holidays = page.locator("#holidays")
    year = datetime.now(UTC).year + 1
    holidays.get_by_role("button", name=f"Polish holidays {year}").click()
    holidays.get_by_text("Corpus Christi").wait_for()

    holidays.get_by_role("listitem").filter(has_text="Corpus Christi").get_by_role("button").click()
    holidays.get_by_text("Corpus Christi").wait_for(state="detached")
    page.locator(".toast", has_text="Holiday removed").get_by_role("button", name="Undo").click()
    page.locator(".toast", has_text="Holiday added").wait_for()
    holidays.get_by_text("Corpus Christi").wait_for()

    # Of many messages the newest three stand there.
    shown = holidays.get_by_role("listitem")
    for left in range(shown.count() - 1, shown.count() - 5, -1):
        shown.first.get_by_role("button").click()
        wait_for(lambda number=left: shown.count() == number, 10)
    assert page.locator(".toast").count() == 3


def test_who_waits_is_told_once_that_everybody_is_busy(live: Live, new_page: NewPage) -> None:
    settings = sign_in(new_page(), live, "adam", online=False)
    ewa = sign_in(new_page(), live, "ewa")
    settings.goto(f"{live.url}/settings/chat/")
    busy = settings.locator("#busy")
    busy.get_by_label("Tell visitors who wait").check()
    busy.get_by_label("After how many seconds").fill("20")
    busy.get_by_label("Text in English").fill("Everybody is talking, one moment.")
    assert busy.get_by_text("33/300").is_visible()
    busy.get_by_role("button", name="Save").click()
    settings.locator(".toast", has_text="Saved.").wait_for()

    visitor = open_chat(new_page(), live)
    visitor.locator("#message").fill("Is anybody there?")
    visitor.locator("#message").press("Enter")
    visitor.get_by_text("Sent").wait_for()
    (conversation,) = live.query("SELECT max(id) FROM conversations_conversation")[0]
    ewa.goto(f"{live.url}/conversations/{conversation}/")
    ewa.locator("#timeline").get_by_text("Is anybody there?").wait_for()

    live.clock.move(seconds=20)

    visitor.locator("#log").get_by_text("Everybody is talking, one moment.").wait_for()
    line = ewa.locator("#timeline li", has_text="Everybody is talking, one moment.")
    line.get_by_text("Automatic message").wait_for()
    assert ewa.get_by_role("button", name="Answer").first.is_visible()
    # What the script drew is what the server draws.
    drawn = line.inner_text()
    ewa.reload()
    line.wait_for()
    assert line.inner_text() == drawn
