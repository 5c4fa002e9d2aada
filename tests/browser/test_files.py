"""Files in a real browser: dropped, looked at, moved by hand, deleted and brought back (FI1)."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_workspace import sign_in
from tests.live import Live

NewPage = Callable[..., Any]
pytestmark = pytest.mark.once

DROP = """(target, files) => {
    const transfer = new DataTransfer();
    for (const [name, content] of files) transfer.items.add(new File([content], name));
    for (const type of ["dragenter", "dragover", "drop"])
        target.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""
# Whether a browser would run what lies at an address of ours, for a page of ours that asks for it.
RUNS = """(path) => new Promise((tell) => {
    const script = document.createElement("script");
    script.addEventListener("load", () => tell(true));
    script.addEventListener("error", () => tell(false));
    script.src = path;
    document.head.append(script);
})"""


def test_files_come_by_hand_and_go_and_come_back(live: Live, new_page: NewPage) -> None:
    page = sign_in(new_page(locale="en-GB"), live, "jan", online=False)
    page.goto(f"{live.url}/files/")
    table = page.get_by_role("table")

    page.get_by_role("link", name="New folder").click()
    page.get_by_label("Name of the folder").fill("Zdjęcia produktów")
    page.get_by_role("button", name="Create").click()
    page.get_by_text("There is a folder of this name here already.").wait_for()
    page.get_by_label("Name of the folder").fill("Restauracje")
    page.get_by_role("button", name="Create").click()
    folder = table.get_by_role("row").filter(has_text="Restauracje")
    folder.wait_for()

    # Several at once; one of them is refused, and says why.
    files = [
        ["notatka.txt", "Róże: <b>9 zł</b>"],
        ["pusty.txt", ""],
        ["strona.html", "<script>alert(1)</script>"],
    ]
    page.locator("#listing").evaluate(DROP, files)
    uploads = page.get_by_role("region", name="Uploads")
    uploads.get_by_text("The file is empty.").wait_for()
    uploads.get_by_text("Not everything could be uploaded").wait_for()
    note = table.get_by_role("row").filter(has_text="notatka.txt")
    note.wait_for()
    assert not table.get_by_text("pusty.txt").is_visible()
    uploads.get_by_role("button", name="Close the list of uploads").click()

    # One click shows what is known, two open.
    note.get_by_text("Text", exact=True).click()
    details = page.get_by_role("complementary", name="Details")
    details.get_by_role("heading", name="notatka.txt").wait_for()
    note.get_by_role("link", name="notatka.txt").first.dblclick()
    look = page.get_by_role("dialog", name="notatka.txt")
    look.get_by_text("Róże: <b>9 zł</b>").wait_for()
    page.keyboard.press("Escape")

    note.drag_to(folder)
    page.get_by_text("“notatka.txt” is in “Restauracje” now.").wait_for()
    note.wait_for(state="hidden")
    folder.get_by_role("link", name="Restauracje").first.dblclick()
    page.get_by_role("heading", name="Restauracje", level=1).wait_for()
    page.locator("#chosen[data-live]").wait_for()
    note.get_by_text("Text", exact=True).click()
    details.get_by_role("heading", name="notatka.txt").wait_for()

    page.get_by_label("Select “notatka.txt”").check()
    page.locator("#chosen").get_by_role("button", name="Delete").click()
    page.get_by_text("This folder is empty").wait_for()
    details.get_by_text("Choose a file or a folder in the list.").wait_for()
    page.get_by_role("button", name="Undo").click()
    note.wait_for()
    assert page.get_by_text("of 17 GB used").is_visible()


def test_nothing_that_was_uploaded_runs_as_a_script(live: Live, new_page: NewPage) -> None:
    page = sign_in(new_page(locale="en-GB"), live, "jan", online=False)
    page.goto(f"{live.url}/files/")
    scripts = [
        ["a.js", "window.ran = 1"],
        ["b.gif", "GIF89a/**/=1;window.ran = 1"],
        ["c.pdf", "%PDF-1;window.ran=1"],
    ]
    page.locator("#listing").evaluate(DROP, scripts)
    for name, _ in scripts:
        page.get_by_role("table").get_by_role("row").filter(has_text=name).wait_for()
    page.get_by_text("Everything is uploaded").wait_for()
    rows = page.locator("[data-cc-row^='file:']")
    paths = [row.get_attribute("data-details") for row in rows.all()]

    assert not any(page.evaluate(RUNS, f"{path}{way}/") for path in paths for way in ("preview", "download"))
    assert page.evaluate("window.ran") is None
