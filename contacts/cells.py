"""What a contact says, as text in the cells of a table, and back again (docs/imports.md).

Spreadsheets take a cell that begins with certain characters for a formula. The export puts an apostrophe before each of
those, which spreadsheets do not show, and before everything that the import would otherwise tidy up:

    quoted(text) = "'" + text   when it begins with = + - @ TAB CR LF ' or a full-width form, or is not tidy; else text

The import takes off exactly one apostrophe when what follows would have got one. So a cell reads back as what was
written, whatever it was, and a cell of somebody else's file that merely begins with an apostrophe stays as it is.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

DANGEROUS = frozenset("=+-@\t\r\n'＝＋－＠")
# Several values in one cell, as Google writes them.
MANY = ":::"
_SEPARATORS = ",;|\n"
_BETWEEN_TAGS = re.compile(rf"[{_SEPARATORS}]|{MANY}")
_WORTH_QUOTING = re.compile(rf'[{_SEPARATORS}"*]|{MANY}|^\s|\s$')

Tidy = Callable[[str], str]


def quoted(text: str, tidy: Tidy) -> str:
    """The cell for a text; `tidy` is what the import does with other people's cells of this kind."""
    text = visible(text)
    return f"'{text}" if _needs_quote(text, tidy) else text


def unquoted(cell: str, tidy: Tidy) -> str:
    """The text of a cell."""
    if cell[:1] == "'":
        text = visible(cell[1:])
        if _needs_quote(text, tidy):
            return text
    return tidy(cell)


def _needs_quote(text: str, tidy: Tidy) -> bool:
    return text[:1] in DANGEROUS if text and tidy(text) == text else bool(text)


def harmless(cell: str) -> str:
    """A cell of somebody's file, as it may be handed back: it reads as it did before."""
    return f"'{cell}" if cell[:1] in DANGEROUS and cell[0] != "'" else cell


def visible(text: str) -> str:
    """Without characters that nobody sees, white space apart, and halves of characters: they do not travel."""
    if text.isascii() and text.isprintable():
        return text
    seen = "".join(
        letter
        for letter in text.encode("utf-8", "ignore").decode()
        if letter in "\t\r\n" or unicodedata.category(letter) not in {"Cf", "Cc", "Co", "Cn"}
    )
    return unicodedata.normalize("NFC", seen)


# --- tags: several words in one cell ------------------------------------------------------------------------------


def joined_tags(names: Iterable[str]) -> str:
    """Tags in one cell: VIP, "Sales, north"."""
    return ", ".join(
        '"' + name.replace('"', '""') + '"' if _WORTH_QUOTING.search(name) else name for name in names
    )


def split_tags(cell: str) -> list[str]:
    """The tags of a cell, whoever wrote it: separated by commas, semicolons, bars, lines or Google's `:::`. What stands
    in quotation marks is one tag; Google's own groups (* myContacts) are none."""
    names: list[str] = []
    place = 0
    while place < len(cell):
        if cell[place] in _SEPARATORS or cell[place].isspace() or cell.startswith(MANY, place):
            place += len(MANY) if cell.startswith(MANY, place) else 1
        elif cell[place] == '"':
            name, place = _quoted_tag(cell, place + 1)
            names.append(name)
        else:
            found = _BETWEEN_TAGS.search(cell, place)
            end = found.start() if found else len(cell)
            if not (name := cell[place:end].strip()).startswith("*"):
                names.append(name)
            place = end
    return [name for name in dict.fromkeys(names) if name]


def _quoted_tag(cell: str, place: int) -> tuple[str, int]:
    end = place
    while (end := cell.find('"', end)) >= 0 and cell.startswith('""', end):
        end += 2
    end = len(cell) if end < 0 else end
    return cell[place:end].replace('""', '"'), end + 1
