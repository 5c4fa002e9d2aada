"""How a stored file reaches a browser: so that nothing of it can run as ours.

It is a download with a policy of its own, on which nothing is allowed, whatever it claims to be. Only what no browser
runs (pictures of pixels, sound, PDF in its viewer, text as text) is shown in place, on the type that its content has.
"""

import re
from collections.abc import Iterator
from typing import IO

from django.core.files import File
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.utils.http import content_disposition_header

from files.kinds import UNKNOWN, kind_of
from files.models import StoredFile
from files.store import open_file

# What browsers may show in place, and as what.
_SHOWN_AS_TEXT = "text/plain; charset=utf-8"
_CHUNK = 262_144
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
POLICY = "default-src 'none'; sandbox"
# Viewers of PDF are part of the browser, and a sandbox shuts them out too. Nothing of ours trusts such a frame: it is
# another document's, with a policy by which it loads nothing.
PDF_POLICY = "default-src 'none'; object-src 'self'; frame-ancestors 'self'"


def serve(request: HttpRequest, file: StoredFile, *, inline: bool = False) -> HttpResponseBase:
    """The file as an answer. `inline`: shown in place if it is of a kind that cannot run, else a download all the same.
    Whoever calls has checked who asks."""
    preview = kind_of(file.content_type).preview if inline else ""
    try:
        content = open_file(file)
    except FileNotFoundError:
        raise Http404 from None
    response = _answer(request, file, content)
    response["Content-Type"] = _served_type(file, preview)
    response["Content-Disposition"] = content_disposition_header(not preview, file.name) or "attachment"
    response["Content-Security-Policy"] = PDF_POLICY if preview == "pdf" else POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-cache"
    response["Accept-Ranges"] = "bytes"
    if preview == "pdf":
        response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _served_type(file: StoredFile, preview: str) -> str:
    if preview == "text":
        return _SHOWN_AS_TEXT
    return file.content_type if preview else UNKNOWN


def _answer(request: HttpRequest, file: StoredFile, content: "File[bytes]") -> HttpResponseBase:
    """Whole, or the part that a player asks for."""
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if not asked or not any(asked.groups()):
        response = FileResponse(content)
        response.block_size = _CHUNK
        response["Content-Length"] = str(file.size)
        return response
    first, last = _bounds(asked, file.size)
    if first > last:
        content.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    part = StreamingHttpResponse(_part(content, first, last), status=206)
    part["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    part["Content-Length"] = str(last - first + 1)
    return part


def _bounds(asked: re.Match[str], size: int) -> tuple[int, int]:
    first, last = asked.groups()
    if not first:  # the last so many
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _part(content: "IO[bytes] | File[bytes]", first: int, last: int) -> Iterator[bytes]:
    with content:
        content.seek(first)
        left = last - first + 1
        while left and (chunk := content.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk
