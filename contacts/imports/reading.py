"""The rows of a CSV file, one after the other, in little memory."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import IO

from django.utils.translation import gettext_lazy as _

from contacts.imports.recognising import Format, NotCsv, separator_line

MOST_COLUMNS = 200
LONGEST_HEADING = 200
# Of this many rows the page looks at what is in them.
LOOKED_AT = 1000

TOO_MANY_COLUMNS = _(
    "The file has more than 200 columns. Delete those that are not needed, or choose another separator."
)
NOTHING_INSIDE = _("There are no contacts in this file.")


class Rows:
    """Iterates over the rows of a file, blank ones included, as lists of cells. `number` is that of the row read last,
    as spreadsheets count: the first is 1."""

    def __init__(self, file: IO[bytes], format: Format) -> None:
        self.number = 0
        self.format = format
        # Whether the row read last has swallowed the rest of the file, for want of a closing quotation mark: a row that
        # is whole never looks beyond itself.
        self.is_unclosed = False
        encoding = "utf-8-sig" if format.encoding == "utf-8" else format.encoding
        self._file = file
        self._text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
        self._reader = csv.reader(self._read_lines(), delimiter=format.separator, quotechar=format.quote)

    def _read_lines(self) -> Iterator[str]:
        first = self._text.readline().removeprefix("\ufeff")
        if not separator_line(first):
            yield first.replace("\0", "")
        for line in self._text:
            yield line.replace("\0", "")
        self.is_unclosed = True

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        row = next(self._reader)
        self.number += 1
        return row

    def skip(self, rows: int) -> None:
        for _row in islice(self, rows):
            pass

    def close(self) -> None:
        self._text.close()
        self._file.close()


@dataclass
class Survey:
    """What a file looks like."""

    # Rows with anything in them, without the header.
    count: int = 0
    # As many as there are columns; without a header all are empty.
    headings: list[str] = field(default_factory=list)
    # The first rows, each with its number.
    rows: list[tuple[int, list[str]]] = field(default_factory=list)

    @property
    def columns(self) -> int:
        return len(self.headings)


def survey(file: IO[bytes], format: Format, *, whole: bool = False) -> Survey:
    """Look at the beginning of a file, or at all of it: only then `count` is known. Raises NotCsv."""
    rows = Rows(file, format)
    found = Survey()
    try:
        for row in rows:
            if not any(row) or is_blank(row):
                continue
            if len(row) > MOST_COLUMNS and not found.headings:
                raise NotCsv(TOO_MANY_COLUMNS)
            if format.has_header and not found.headings:
                found.headings = [" ".join(cell.split())[:LONGEST_HEADING] for cell in row]
                continue
            found.count += 1
            if len(found.rows) < LOOKED_AT:
                found.rows.append((rows.number, row))
            elif not whole:
                break
    finally:
        rows.close()
    if not found.count:
        raise NotCsv(NOTHING_INSIDE)
    _complete_headings(found)
    return found


def _complete_headings(found: Survey) -> None:
    """As many as there are columns: a header may leave out names at its end, or have empty ones too many."""
    widths = Counter(len(row) for _, row in found.rows)
    usual = widths.most_common(1)[0][0] if widths else 0
    if usual > MOST_COLUMNS:
        raise NotCsv(TOO_MANY_COLUMNS)
    found.headings += [""] * (usual - len(found.headings))
    while (
        len(found.headings) > 1 and not found.headings[-1] and not _has_values(found, len(found.headings) - 1)
    ):
        found.headings.pop()


def _has_values(found: Survey, column: int) -> bool:
    return any(len(row) > column and row[column].strip() for _, row in found.rows)


def is_blank(cells: list[str]) -> bool:
    return not any(cell.strip() for cell in cells)
