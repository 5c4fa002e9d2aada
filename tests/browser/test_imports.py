"""An import of contacts as somebody does it who only reads the screen (CO3)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_workspace import sign_in
from tests.live import Live

# What a browser makes of the pages is the same on every deployment.
pytestmark = pytest.mark.once

NewPage = Callable[..., Any]
CUSTOMERS = (
    "Imię;Nazwisko;E-mail;Tel.;Firma\n"
    "Agnieszka;Zając;a.zajac@import.example;48799100200;Miłosz\n"
    "Krystyna;Maj;k.maj@import.example;4,85E+10;\n"
    "Łukasz;Duda;lukasz@import.example;+48799100300;Bursztyn\n"
).encode("cp1250")


def test_the_five_steps_of_an_import_and_the_way_back(live: Live, new_page: NewPage, tmp_path: Path) -> None:
    file = tmp_path / "klienci.csv"
    file.write_bytes(CUSTOMERS)
    page = sign_in(new_page(), live, "adam")
    page.goto(f"{live.url}/contacts/import/")

    # What is too large is not sent at all.
    large = tmp_path / "large.csv"
    large.write_bytes(b"a,b\n" * 3_000_000)
    page.get_by_label("Choose a file from the disk").set_input_files(large)
    page.get_by_text("The file is larger than 10 MB").wait_for()
    page.get_by_label("Choose a file from the disk").set_input_files(file)
    page.get_by_text("klienci.csv").wait_for()
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**/contacts/imports/*/")

    # Every change of a column shows at once what becomes of it.
    page.get_by_text("First name and surname are mapped").wait_for()
    assert page.get_by_role("cell", name="Łukasz").is_visible()
    surname = page.get_by_label("Field for the column Nazwisko")
    surname.select_option("Leave the column out")
    page.get_by_text("First name and surname have to be mapped").wait_for()
    assert page.get_by_role("button", name="Verify").is_disabled()
    surname.select_option("Surname")
    page.get_by_text("First name and surname are mapped").wait_for()
    page.get_by_label("Add the “+”").check()
    page.get_by_text("is added to numbers that have lost it").wait_for()
    page.get_by_role("button", name="Verify").click()

    # The page follows the work by itself.
    report = page.get_by_role("table", name="Errors by record")
    report.get_by_text("4,85E+10").wait_for()
    assert report.get_by_role("row", name="Krystyna Maj").is_visible()
    page.get_by_role("button", name="Import 2 records").click()
    page.get_by_text("The import is done.").wait_for()

    # What the list shows is what is exported.
    page.get_by_role("link", name="See the contacts").click()
    page.wait_for_url("**/contacts/?sort=-added")
    page.get_by_label("Search contacts").fill("zajac import")
    page.wait_for_url("**q=zajac**")
    page.get_by_role("button", name="Import and export").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Export those found as CSV").click()
    content = Path(download.value.path()).read_text("utf-8-sig")
    assert len(content.splitlines()) == 2 and "Zając" in content and ",+48799100200," in content

    page.goto(f"{live.url}/contacts/imports/")
    row = page.get_by_role("row", name="klienci.csv")
    row.get_by_text("2/3").wait_for()
    row.get_by_role("link", name="Undo").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("2 contacts that are as the import made them").wait_for()
    dialog.get_by_role("button", name="Undo the import").click()
    page.get_by_text("2 contacts were taken back").wait_for()
