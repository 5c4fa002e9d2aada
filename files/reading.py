"""The beginning of a text, for a look at it."""

import codecs
from dataclasses import dataclass

from django.http import Http404

from files.models import StoredFile
from files.store import open_file

MOST = 65_536

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Beginning:
    text: str
    is_all: bool


def beginning_of(file: StoredFile) -> Beginning:
    try:
        with open_file(file) as content:
            data = content.read(MOST + 1)
    except FileNotFoundError:
        raise Http404 from None
    return Beginning(_decoded(data[:MOST]), is_all=len(data) <= MOST)


def _decoded(data: bytes) -> str:
    """As Unicode, or as Windows in Poland writes; what was cut in the middle of a letter is left out."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "ignore")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return data.decode("cp1250", "replace")
