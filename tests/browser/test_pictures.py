"""A photo in real browsers: chosen, seen by oneself and by a visitor; and files that are too large."""

import contextlib
import http.client
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from tests.browser.test_workspace import sign_in
from tests.live import Live

NewPage = Callable[..., Any]
pytestmark = pytest.mark.once


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "me.jpg"
    Image.new("RGB", (800, 600), (200, 30, 30)).save(path)
    return path


def colour_of(image: Any) -> list[int]:
    """The colour in the middle of a picture that is shown, as the browser decoded it."""
    return image.evaluate(
        """async (image) => {
            await image.decode();
            const canvas = new OffscreenCanvas(1, 1);
            const pen = canvas.getContext("2d");
            pen.drawImage(image, image.naturalWidth / 2, image.naturalHeight / 2, 1, 1, 0, 0, 1, 1);
            return [...pen.getImageData(0, 0, 1, 1).data];
        }"""
    )


def is_red(image: Any) -> bool:
    red, green, blue, _ = colour_of(image)
    return red > 180 and green < 60 and blue < 60


def test_a_photo_is_chosen_and_a_visitor_sees_it(live: Live, new_page: NewPage, photo: Path) -> None:
    visitor = new_page(locale="pl-PL")
    visitor.goto(f"{live.url}/demo/")
    visitor.get_by_role("button", name="Otwórz czat").click()
    panel = visitor.frame_locator("iframe")
    # Nobody is there: the company's logo.
    panel.locator("#letter img").wait_for()
    page = sign_in(new_page(locale="en-GB"), live, "jan")
    face = panel.locator("#stack img")
    face.wait_for()
    drawn = face.get_attribute("src")

    page.goto(f"{live.url}/profile/")
    page.get_by_label("Choose a photo").set_input_files(photo)
    preview = page.locator("[data-cc-picture-preview] img")
    page.wait_for_function("document.querySelector('[data-cc-picture-preview] img').src.startsWith('data:')")
    assert is_red(preview)
    assert page.get_by_text("me.jpg").is_visible()
    page.get_by_role("button", name="Save photo").click()
    page.get_by_text("Your photo is saved.").wait_for()

    assert is_red(page.locator("#me img"))
    # The visitor's panel was open all the time.
    panel.locator(f"#stack img:not([src='{drawn}'])").wait_for()
    assert is_red(panel.locator("#stack img"))


def test_what_is_too_large_is_not_even_sent(live: Live, new_page: NewPage, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(b"\x89PNG" + b"\0" * 6_000_000)
    page = sign_in(new_page(locale="en-GB"), live, "jan", online=False)
    page.goto(f"{live.url}/profile/")

    page.get_by_label("Choose a photo").set_input_files(large)

    page.get_by_text("The file is larger than 5 MB.").wait_for()
    assert page.get_by_label("Choose a photo").input_value() == ""


@pytest.mark.parametrize("megabytes", [5.5, 30])
def test_a_large_upload_is_answered_with_the_form(
    live: Live, new_page: NewPage, tmp_path: Path, megabytes: float
) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(b"\x89PNG" + b"\0" * int(megabytes * 1_048_576))
    page = sign_in(new_page(locale="en-GB"), live, "jan", online=False)
    page.goto(f"{live.url}/profile/")
    # As a browser without scripts would: nobody looks at the size before.
    page.locator("[data-cc-picture]").evaluate("field => delete field.dataset.ccPicture")
    page.get_by_label("Choose a photo").set_input_files(large)

    page.get_by_role("button", name="Save photo").click()

    page.get_by_text("The file is larger than 5 MB.").wait_for(timeout=30_000)
    assert page.get_by_role("heading", name="My profile").is_visible()


def test_a_picture_is_no_script(live: Live, new_page: NewPage) -> None:
    name = live.query("SELECT avatar FROM agents_agent WHERE email = 'jan@demo.example'")[0][0]
    page = new_page()
    page.goto(f"{live.url}/login/")

    refused = page.evaluate(
        """(address) => new Promise((done) => {
            const script = document.createElement("script");
            script.onload = () => done(false);
            script.onerror = () => done(true);
            script.src = address;
            document.head.append(script);
        })""",
        f"/pictures/{name}",
    )

    assert refused


def test_a_stranger_with_an_endless_upload_is_stopped(live: Live) -> None:
    """Over plain HTTP: more than anybody sends by mistake."""
    place = urlsplit(live.url)
    with contextlib.closing(http.client.HTTPConnection(place.hostname, place.port, timeout=60)) as connection:
        connection.putrequest("POST", "/login/")
        connection.putheader("Content-Type", "multipart/form-data; boundary=x")
        connection.putheader("Content-Length", str(2**31))
        connection.endheaders()
        block = b"\0" * 1_048_576
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            for _ in range(500):
                connection.send(block)
