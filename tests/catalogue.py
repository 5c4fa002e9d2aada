"""The Polish catalogue: `make messages` brings locale/pl up to date with the source, without GNU gettext.

What is marked for translation is collected from Python and templates, joined with the translations there are, and
written as django.po (for people) and django.mo (for the product, which so needs no tool either). Words that are new
come out empty, and tests/test_translations.py fails until somebody has written them.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale" / "pl" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
# What nobody sees but who works on the product, and what speaks several languages by itself.
NOT_TRANSLATED = {"tests", "bench", "static", "docs", "var", "locale"}
NOT_TRANSLATED_TEMPLATES = ("chat/demo_", "styleguide/")

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def templates() -> list[Path]:
    """Those whose words are translated."""
    root = ROOT / "templates"
    found = sorted(path for path in root.rglob("*") if path.suffix in {".html", ".txt"})
    return [
        path for path in found if not path.relative_to(root).as_posix().startswith(NOT_TRANSLATED_TEMPLATES)
    ]


def python_files() -> list[Path]:
    rooms = [path for path in sorted(ROOT.iterdir()) if path.is_dir() and not path.name.startswith(".")]
    return [
        path
        for room in rooms
        if room.name not in NOT_TRANSLATED
        for path in sorted(room.rglob("*.py"))
        if "migrations" not in path.parts
    ]


def extracted() -> Catalog:
    """Everything that is marked for translation."""
    catalogue = Catalog()
    for path in [*python_files(), *templates()]:
        where = path.relative_to(ROOT).as_posix()
        for message, context in _messages_of(path):
            catalogue.add(message, locations=[(where, 0)], context=context)
    return catalogue


def _messages_of(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    text = path.read_text()
    if path.suffix != ".py":
        # The template's indentation means nothing in the Python that its tags become.
        lines = templatize(text, origin=str(path)).splitlines()
        text = "\n".join(line.strip() for line in lines)
    for _line, message, _comments, context in extract("python", BytesIO(text.encode()), KEYWORDS):
        yield message, context


def committed() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="pl")


def updated() -> Catalog:
    """What the source asks for, in order, with the translations that are there. Nothing is guessed."""
    known = committed()
    catalogue = Catalog(locale="pl", project="Contact Center", charset="utf-8", fuzzy=False)
    catalogue.header_comment = "# Polish words of Contact Center. Brought up to date by `make messages`."
    wanted = sorted(extracted(), key=lambda message: (sorted(message.locations), str(message.id)))
    for message in wanted:
        if message.id:
            catalogue.add(
                message.id,
                _translation_of(message, known),
                locations=sorted(set(message.locations)),
                flags=message.flags,
                context=message.context,
            )
    return catalogue


def _translation_of(message: Message, known: Catalog) -> str | tuple[str, ...] | None:
    found = known.get(key_of(message), message.context)
    if found is None or found.id != message.id:
        return None
    strings = strings_of(found)
    return tuple(strings) if found.pluralizable else strings[0]


def compiled(catalogue: Catalog) -> bytes:
    # Its dates would make another file every time.
    catalogue.creation_date = catalogue.revision_date = datetime(2000, 1, 1, tzinfo=UTC)
    file = BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def po_text(catalogue: Catalog) -> bytes:
    # Without what changes by itself: dates, and the numbers of lines.
    file = BytesIO()
    write_po(file, catalogue, width=0, include_lineno=False, omit_header=True)
    header = "\n".join(
        [
            catalogue.header_comment,
            'msgid ""',
            'msgstr ""',
            r'"Language: pl\n"',
            r'"MIME-Version: 1.0\n"',
            r'"Content-Type: text/plain; charset=UTF-8\n"',
            r'"Content-Transfer-Encoding: 8bit\n"',
            rf'"Plural-Forms: {catalogue.plural_forms}\n"',
            "\n",
        ]
    )
    return header.encode() + file.getvalue()


def main() -> int:
    PO.write_bytes(po_text(updated()))
    catalogue = committed()
    MO.write_bytes(compiled(catalogue))
    empty = [message for message in catalogue if message.id and not is_complete(message)]
    for message in empty:
        print(
            f"Not translated: {message.id!r} ({', '.join(sorted(place for place, _ in message.locations))})"
        )
    return 1 if empty else 0


def key_of(message: Message) -> str:
    """What a catalogue finds it by, beside its context."""
    return message.id if isinstance(message.id, str) else message.id[0]


def strings_of(message: Message) -> list[str]:
    """The translation, or all forms of it."""
    strings = [message.string] if isinstance(message.string, str) else list(message.string or [])
    return strings or [""]


def is_complete(message: Message) -> bool:
    return all(strings_of(message))


if __name__ == "__main__":
    sys.exit(main())
