"""What was uploaded reaches browsers so that nothing of it runs as ours (S9, FI1)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from files.models import StoredFile
from tests.files.conftest import picture

pytestmark = pytest.mark.once

Keep = Callable[..., StoredFile]

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\0" * 100

DANGEROUS = {
    "a page": ("page.html", HTML),
    "a page called a picture": ("photo.png", HTML),
    "a page behind a comment": ("photo.jpg", b"<!-- GIF89a --><html><script>alert(1)</script>"),
    "a page with a mark": ("page.txt", b"\xef\xbb\xbf<html><script>alert(1)</script>"),
    "a drawing": ("logo.svg", SVG),
    "a drawing called a picture": ("logo.png", b'<?xml version="1.0"?>' + SVG),
    "XML": ("feed.xml", b'<?xml version="1.0"?><?xml-stylesheet href="evil.xsl"?><a/>'),
    "a program": ("setup.exe", b"MZ" + b"\0" * 60),
    "something unknown": ("data.bin", b"\x00\x01\x02\x03"),
    "an archive": ("site.zip", b"PK\x03\x04" + b"\0" * 40),
}


@pytest.mark.parametrize(("name", "content"), DANGEROUS.values(), ids=DANGEROUS)
@pytest.mark.parametrize("way", ["download", "preview"])
def test_what_could_run_is_a_download_whatever_it_says(
    signed_in: Client, keep: Keep, name: str, content: bytes, way: str
) -> None:
    response = signed_in.get(f"/files/{keep(name, content).pk}/{way}/")

    assert response.getvalue() == content
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"


SHOWN = {
    "png": ("a.png", picture("PNG"), "image/png"),
    "jpeg called gif": ("a.gif", picture("JPEG"), "image/jpeg"),
    "webp": ("a.webp", picture("WEBP"), "image/webp"),
    # Called a page, and a picture all the same.
    "gif called html": ("a.html", picture("GIF"), "image/gif"),
    "a script that begins like a GIF": ("a.js", b"GIF89a/*" + b"*/=1;alert(1)", "image/gif"),
    "text": ("a.txt", b"plain words", "text/plain; charset=utf-8"),
    "csv": ("a.csv", b"a;b\n1;2", "text/plain; charset=utf-8"),
    "script": ("a.js", b"alert(1)", "text/plain; charset=utf-8"),
    "sound": ("a.wav", WAV, "audio/wav"),
    "pdf": ("a.pdf", b"%PDF-1.7 ...", "application/pdf"),
}


@pytest.mark.parametrize(("name", "content", "kind"), SHOWN.values(), ids=SHOWN)
def test_what_no_browser_runs_is_shown_as_what_it_is(
    signed_in: Client, keep: Keep, name: str, content: bytes, kind: str
) -> None:
    file = keep(name, content)
    shown = signed_in.get(f"/files/{file.pk}/preview/")
    loaded = signed_in.get(f"/files/{file.pk}/download/")

    assert shown["Content-Type"] == kind
    assert shown["Content-Disposition"].startswith("inline")
    assert "default-src 'none'" in shown["Content-Security-Policy"]
    assert ("sandbox" in shown["Content-Security-Policy"]) is (kind != "application/pdf")
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert loaded["Content-Type"] == "application/octet-stream"
    assert loaded["Content-Disposition"].startswith("attachment")
    assert shown.getvalue() == loaded.getvalue() == content


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("offer.pdf", 'attachment; filename="offer.pdf"'),
        ('a "b".pdf', 'attachment; filename="a _b_.pdf"'),
        ("Zażółć.pdf", "attachment; filename*=utf-8''Za%C5%BC%C3%B3%C5%82%C4%87.pdf"),
        ("a\r\nX-Evil: 1.pdf", 'attachment; filename="a X-Evil_ 1.pdf"'),
    ],
)
def test_names_travel_as_the_standard_has_it(signed_in: Client, keep: Keep, name: str, header: str) -> None:
    response = signed_in.get(f"/files/{keep(name).pk}/download/")

    assert response.getvalue()
    assert response["Content-Disposition"] == header


@pytest.mark.parametrize(
    ("asked", "status", "part", "where"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=8-500", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=5-2", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
        ("nonsense", 200, b"0123456789", None),
    ],
)
def test_players_get_the_part_they_ask_for(
    signed_in: Client, keep: Keep, asked: str, status: int, part: bytes, where: str | None
) -> None:
    file = keep(content=b"0123456789")

    response = signed_in.get(f"/files/{file.pk}/preview/", headers={"range": asked})

    content = response.getvalue() if response.streaming else response.content
    assert (response.status_code, content, response.get("Content-Range")) == (status, part, where)
    assert response["X-Content-Type-Options"] == "nosniff"


def test_what_the_storage_has_lost_is_not_found(signed_in: Client, keep: Keep, media: Path) -> None:
    file = keep()
    (media / file.key).unlink()

    assert signed_in.get(f"/files/{file.pk}/download/").status_code == 404
    assert signed_in.get(f"/files/{file.pk}/look/").status_code == 404


@pytest.mark.parametrize(
    "content",
    [
        "Cennik: żółć".encode(),
        "Cennik: żółć".encode("cp1250"),
        "Cennik: żółć".encode("utf-16"),
        "Cennik: żółć".encode("utf-8-sig"),
    ],
)
def test_a_look_reads_text_as_it_was_written(signed_in: Client, keep: Keep, content: bytes) -> None:
    page = signed_in.get(f"/files/{keep(content=content).pk}/look/").content.decode()

    assert "Cennik: żółć" in page


def test_a_look_into_a_text_shows_tags_as_text(signed_in: Client, keep: Keep) -> None:
    file = keep(content=b"see <script>alert(1)</script>" + b" and so on" * 10_000)

    page: Any = signed_in.get(f"/files/{file.pk}/look/").content.decode()

    assert "see &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "This is the beginning." in page
