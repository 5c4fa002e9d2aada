"""What a CSV file is written in: encoding, separator, quotation mark, and whether its first row is a header.

Nothing in a CSV file says so; each is a guess that people can override on the page.
"""

import codecs
import csv
import io
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

# From this much at the beginning of the file everything is guessed.
SAMPLE_BYTES = 262_144
SAMPLE_RECORDS = 200
# One field may be as long as the file: it is refused by its record, not by the reader.
csv.field_size_limit(64 * 1_048_576)

ENCODINGS: dict[str, "LazyText | str"] = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": _("UTF-16, little-endian"),
    "utf-16-be": _("UTF-16, big-endian"),
    "cp1250": _("Windows-1250 (Central European)"),
    "iso-8859-2": _("ISO-8859-2 (Central European)"),
    "cp1252": _("Windows-1252 (Western European)"),
}
SEPARATORS: dict[str, "LazyText | str"] = {
    ",": _("comma"),
    ";": _("semicolon"),
    "\t": _("tab"),
    "|": _("vertical bar"),
}

_POLISH = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
# A first row in which every field stands between apostrophes.
_SINGLE_QUOTED = re.compile(r"'[^'\n]*'(?:[,;\t|]'[^'\n]*')*\r?\n")
_SEP_LINE = re.compile(r"sep=(.)\r?\n?$", re.IGNORECASE)
_LOOKS_LIKE_DATA = re.compile(r"@|^\+?[\d\s().-]{5,}$")
# How other kinds of files begin, and what to do about them.
_SPREADSHEET = _("This is a spreadsheet, not a CSV file. Open it and save it as CSV (UTF-8).")
_OTHER = _("This is not a CSV file. Save the contacts as CSV and choose that file.")
_SIGNATURES: dict[bytes, "LazyText | str"] = {
    b"PK\x03\x04": _SPREADSHEET,
    b"\xd0\xcf\x11\xe0": _SPREADSHEET,
    b"%PDF": _OTHER,
    b"\x89PNG": _OTHER,
    b"\xff\xd8\xff": _OTHER,
    b"GIF8": _OTHER,
    b"\x1f\x8b": _OTHER,
    b"SQLite format 3": _OTHER,
    b"BEGIN:VCARD": _("These are business cards (vCard). Export the contacts as CSV and choose that file."),
}


class NotCsv(Exception):
    """The file cannot be read as CSV; `reason` says why to whoever sent it."""

    def __init__(self, reason: "LazyText | str") -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Format:
    """How the file is written."""

    encoding: str
    separator: str
    quote: str = '"'
    has_header: bool = True

    def as_json(self) -> dict[str, Any]:
        return {
            "encoding": self.encoding,
            "separator": self.separator,
            "quote": self.quote,
            "has_header": self.has_header,
        }

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> Self:
        return cls(**facts)


def recognise(sample: bytes) -> Format:
    """The likeliest format of a file that begins like this. Raises NotCsv."""
    _refuse_other_files(sample)
    encoding = recognise_encoding(sample)
    text = decoded(sample, encoding)
    if len(sample) >= SAMPLE_BYTES:
        # The last row is cut off.
        text = text.rpartition("\n")[0] or text
    if _share_of_controls(text) > 0.02:
        raise NotCsv(_OTHER)
    separator, quote = recognise_separator(text)
    rows = [row for row in sample_rows(text, separator, quote) if any(cell.strip() for cell in row)]
    return Format(encoding, separator, quote, has_header=bool(rows) and looks_like_header(rows[0]))


def _refuse_other_files(sample: bytes) -> None:
    for signature, reason in _SIGNATURES.items():
        if sample.startswith(signature):
            raise NotCsv(reason)


def decoded(sample: bytes, encoding: str) -> str:
    """The beginning of a file as text; it may end in the middle of a character."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(sample).removeprefix("\ufeff")


def _share_of_controls(text: str) -> float:
    """NUL apart: some programs pad with it, and it is left out when reading."""
    seen = text[:20_000].replace("\0", "")
    odd = sum(1 for letter in seen if letter < " " and letter not in "\t\r\n\x0b\x0c\x1a\x1c\x1d\x1e\x1f")
    return odd / max(1, len(seen))


# --- the encoding -------------------------------------------------------------------------------------------------


def recognise_encoding(sample: bytes) -> str:
    """A byte-order mark decides; else UTF-16 shows by its zeros, UTF-8 by being valid; else the Polish letters do."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if wide := _wide_encoding(sample):
        return wide
    if _is_utf8(sample):
        return "utf-8"
    return max(("cp1250", "iso-8859-2"), key=lambda encoding: _polish_score(sample, encoding))


def _wide_encoding(sample: bytes) -> str:
    """UTF-16 without a mark: nearly every second byte of what people write is zero."""
    pairs = len(sample) // 2
    if not pairs:
        return ""
    high, low = sample[0 : pairs * 2 : 2].count(0), sample[1 : pairs * 2 : 2].count(0)
    if low > pairs * 0.6 and high < pairs * 0.1:
        return "utf-16-le"
    return "utf-16-be" if high > pairs * 0.6 and low < pairs * 0.1 else ""


def _is_utf8(sample: bytes) -> bool:
    """Valid, or with so few broken places that nothing else would explain the rest."""
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(sample)
    broken = text.count("\ufffd")
    return not broken or broken * 20 < sum(1 for letter in text if letter > "\x7f" and letter != "\ufffd")


def _polish_score(sample: bytes, encoding: str) -> int:
    text = sample.decode(encoding, "replace")
    polish = sum(1 for letter in text if letter in _POLISH)
    impossible = sum(1 for letter in text if "\x7f" <= letter <= "\x9f" or letter == "\ufffd")
    return polish - 3 * impossible


# --- separator and quotation mark ---------------------------------------------------------------------------------


def separator_line(line: str) -> str:
    """The separator that a first line such as `sep=;` names; nothing when it is none."""
    found = _SEP_LINE.match(line)
    return found[1] if found and found[1] in SEPARATORS else ""


def recognise_separator(text: str) -> tuple[str, str]:
    """Separator and quotation mark: those that cut most rows into equally many fields."""
    quote = "'" if '"' not in text and _SINGLE_QUOTED.match(text) else '"'
    if named := separator_line(text.partition("\n")[0]):
        return named, quote
    return max(SEPARATORS, key=lambda separator: _evenness(text, separator, quote)), quote


def _evenness(text: str, separator: str, quote: str) -> tuple[float, int]:
    rows = [row for row in sample_rows(text, separator, quote) if any(row)]
    columns, often = Counter(len(row) for row in rows).most_common(1)[0] if rows else (0, 0)
    if columns < 2:
        return 0, 0
    # Rows that end early are cut right all the same: spreadsheets leave out empty fields at the end.
    not_longer = sum(1 for row in rows if len(row) <= len(rows[0])) / len(rows)
    # A header that still has separators in its names was cut by the wrong one.
    whole = sum(1 for cell in rows[0] if not any(mark in cell for mark in SEPARATORS)) / len(rows[0])
    return round(max(often / len(rows), not_longer * 0.9) * whole, 2), columns


def sample_rows(text: str, separator: str, quote: str) -> list[list[str]]:
    """The rows of the beginning of a file, header included."""
    first, end, rest = text.replace("\0", "").partition("\n")
    lines = io.StringIO(rest if separator_line(first) else first + end + rest, newline="")
    rows: list[list[str]] = []
    with suppress(csv.Error):
        for row in csv.reader(lines, delimiter=separator, quotechar=quote):
            rows.append(row)
            if len(rows) >= SAMPLE_RECORDS:
                break
    return rows


def looks_like_header(row: list[str]) -> bool:
    """Whether a first row names columns: no addresses and no numbers in it."""
    said = [cell.strip() for cell in row if cell.strip()]
    return bool(said) and not any(_LOOKS_LIKE_DATA.search(cell) for cell in said)
