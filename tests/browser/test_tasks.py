"""Tasks in real browsers: two colleagues, one task."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_workspace import sign_in
from tests.live import Live

# What a browser makes of the pages is the same on every deployment.
pytestmark = pytest.mark.once

NewPage = Callable[..., Any]


def row(page: Any, title: str) -> Any:
    return page.locator("#task-list .task", has_text=title)


def test_two_colleagues_and_one_task(live: Live, new_page: NewPage) -> None:
    ewa = sign_in(new_page(locale="en-GB"), live, "ewa", online=False)
    adam = sign_in(new_page(locale="en-GB"), live, "adam", online=False)
    adam.goto(f"{live.url}/tasks/")
    counted = int(adam.locator("#task-counter .count").inner_text())

    # Ewa makes a task of a conversation and gives it to Adam.
    ewa.locator("#list .conv", has_text="Hotel Bursztyn").click()
    ewa.locator("#more-button").click()
    ewa.get_by_role("menuitem", name="Create a task").click()
    form = ewa.get_by_role("dialog", name="New task")
    form.get_by_label("Title").press("End")
    form.get_by_label("Title").type("send the samples")
    form.get_by_label("Assigned to").select_option(label="Adam Kowalski")
    form.get_by_role("combobox", name="Related contact").fill("kaczmarek")
    form.locator("[role=option]", has_text="Tomasz Kaczmarek").click()
    form.get_by_role("button", name="Create").click()
    ewa.locator("#context .task", has_text="send the samples").wait_for()

    # Adam hears of it wherever he is.
    adam.get_by_text("Ewa Lis gave you a task: Hotel Bursztyn: send the samples").wait_for()
    adam.locator(f'#task-counter[aria-label^="My open tasks: {counted + 1}"]').wait_for()
    row(adam, "send the samples").get_by_role("link").click()
    adam.locator("#task .linked", has_text="Kaczmarek").wait_for()

    # While he writes, she ticks it off: he is told, and nothing of hers is wiped out unseen.
    adam.get_by_label("Description").fill("Oak and ash")
    ewa.locator("#context .task", has_text="send the samples").get_by_role("checkbox").check()
    adam.get_by_text("Ewa Lis has just changed this task.").wait_for()
    adam.get_by_role("button", name="Save").click()
    conflict = adam.get_by_role("alert")
    conflict.get_by_text("Ewa Lis changed this task while you had it open").wait_for()
    assert "Done" in conflict.inner_text()
    assert adam.get_by_label("Description").input_value() == "Oak and ash"
    adam.get_by_role("button", name="Save").click()
    adam.get_by_text("Task saved.").wait_for()
    ewa.locator("#context .task", has_text="send the samples").get_by_role(
        "checkbox", checked=False
    ).wait_for()

    # Ticked off in the list, it moves down; undo brings it back.
    row(adam, "send the samples").get_by_role("checkbox").check()
    done = adam.locator("section[aria-labelledby=tasks-done_today] .task", has_text="send the samples")
    done.wait_for()
    adam.locator(".toast", has_text="Done: Hotel Bursztyn").get_by_role("button", name="Undo").click()
    done.wait_for(state="detached")

    # The list of the top bar opens in place.
    ewa.goto(f"{live.url}/settings/shortcuts/")
    ewa.locator("#task-counter").click()
    ewa.get_by_role("dialog", name="My tasks").get_by_role("link", name="Zamówić papier").wait_for()
