"""The product speaks Polish everywhere: every marked text is translated, and every text that people see is marked."""

import ast
import gettext
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from django.template.base import Lexer, TokenType
from django.utils import translation

from tests import catalogue
from tests.catalogue import ROOT

pytestmark = pytest.mark.once


def where(message: Message) -> str:
    return f"{message.id!r} ({', '.join(sorted({place for place, _ in message.locations}))})"


# --- the catalogue ----------------------------------------------------------------------------------------------


def test_every_text_is_translated() -> None:
    known = catalogue.committed()
    wanted = catalogue.extracted()
    missing, incomplete = [], []
    for message in wanted:
        if not message.id:
            continue
        found = known.get(catalogue.key_of(message), message.context)
        if found is None or found.id != message.id:
            missing.append(where(message))
        elif not catalogue.is_complete(found):
            incomplete.append(where(message))
    assert not missing, f"Run `make messages`. Not in the catalogue: {missing}"
    assert not incomplete, f"Without Polish words: {incomplete}"


def test_the_catalogue_holds_nothing_else() -> None:
    wanted = catalogue.extracted()
    known = catalogue.committed()
    left = [
        where(message)
        for message in known
        if message.id and wanted.get(catalogue.key_of(message), message.context) is None
    ]
    assert not left, f"Run `make messages`. Used nowhere any more: {left}"
    assert not [where(message) for message in known if message.id and message.fuzzy]


def test_polish_has_three_plural_forms() -> None:
    known = catalogue.committed()
    assert known.num_plurals == 3
    plurals = [message for message in known if message.pluralizable]
    assert plurals
    assert not [where(message) for message in plurals if len(catalogue.strings_of(message)) != 3]


def test_translations_fit_their_texts() -> None:
    """The same placeholders and the same HTML; quotes and dashes as Polish typesets them."""
    wrong = []
    for message in catalogue.committed():
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else message.id
        for string in catalogue.strings_of(message):
            fits = any(placeholders(string) == placeholders(id) and tags(string) == tags(id) for id in ids)
            if not fits or re.search(r'[“’]|"|--', re.sub(r"<[^>]*>", "", string)):
                wrong.append(f"{where(message)}: {string!r}")
    assert not wrong


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%+(?:\(\w+\))?[sd]", text))


def tags(text: str) -> list[str]:
    return re.findall(r"<[^>]*>", text)


def test_the_compiled_catalogue_is_of_now() -> None:
    """The product reads django.mo; nobody sees a change of django.po before it is compiled."""
    with catalogue.MO.open("rb") as file:
        committed = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    now: dict[str | tuple[str, int], str] = {}
    for message in catalogue.committed():
        if not message.id:
            continue
        id, strings = catalogue.key_of(message), catalogue.strings_of(message)
        key = f"{message.context}\x04{id}" if message.context else id
        if message.pluralizable:
            now.update({(key, number): string for number, string in enumerate(strings)})
        else:
            now[key] = strings[0]
    committed.pop("", None)
    assert committed == now, "Run `make messages`."


def test_plural_forms_as_the_product_chooses_them() -> None:
    forms = {}
    with translation.override("pl"):
        for n in (1, 2, 5, 12, 22, 25, 101, 104):
            words = translation.ngettext("%(n)s earlier conversation", "%(n)s earlier conversations", n)
            forms[n] = words.partition(" ")[2]
    few, many = "wcześniejsze rozmowy", "wcześniejszych rozmów"
    assert forms == {
        1: "wcześniejsza rozmowa",
        2: few,
        5: many,
        12: many,
        22: few,
        25: many,
        101: many,
        104: few,
    }


# --- templates --------------------------------------------------------------------------------------------------

# Attributes that people read or hear.
HUMAN = {
    "alt",
    "aria-description",
    "aria-label",
    "aria-roledescription",
    "aria-valuetext",
    "data-announce",
    "data-copied",
    "data-note",
    "data-reply",
    "data-tip",
    "label",
    "placeholder",
    "title",
}
SILENT = {"script", "style", "svg", "kbd", "code"}
# Names, and the people of the picture beside the sign-in form.
SAME_EVERYWHERE = {"Contact Center", "Karolina", "Hotel Bursztyn", "C", "PL", "EN", "www.example.com"}
# The visitor's panel carries its own texts (static/widget/panel/texts.js).
OWN_TEXTS = {"chat/panel.html"}
_LETTER = re.compile(r"[^\W\d_]")


class Reader(HTMLParser):
    """Collects what a page says outside of translation tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.open.append(tag)
        kind = dict(attrs).get("type")
        for name, value in attrs:
            if name in HUMAN or (name == "value" and kind in {"button", "submit"}):
                self._note(value or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            self.open.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self.open:
            self._note(data)

    def _note(self, text: str) -> None:
        text = re.sub(r"\s*·\s*", "\n", text)
        for line in text.splitlines():
            line = line.strip()
            if _LETTER.search(line) and line not in SAME_EVERYWHERE:
                self.said.append(line)


def unmarked(source: str) -> list[str]:
    """The texts of a template that are in one language only."""
    pieces, said = [], []
    inside = ""
    for token in Lexer(source).tokenize():
        name = token.contents.split(" ", 1)[0]
        if inside:
            if token.token_type == TokenType.BLOCK and name == inside:
                inside = ""
        elif token.token_type == TokenType.BLOCK and name in {"blocktranslate", "blocktrans", "comment"}:
            inside = f"end{name}"
        elif token.token_type == TokenType.TEXT:
            pieces.append(token.contents)
        elif token.token_type in {TokenType.VAR, TokenType.BLOCK}:
            # A tag in a tag's attributes must not swallow what follows.
            pieces.append(" " if name in {"if", "elif", "else", "endif", "for", "endfor"} else "")
            words = re.findall(r'\|(?:default|default_if_none|yesno):"([^"]*)"', token.contents)
            words += re.findall(r'\blabel="([^"]*)"', token.contents)
            said += [text for text in words if _LETTER.search(text)]
    reader = Reader()
    reader.feed("".join(pieces))
    reader.close()
    return said + reader.said


@pytest.mark.parametrize("path", catalogue.templates(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_templates_say_nothing_in_one_language_only(path: Path) -> None:
    if path.relative_to(ROOT / "templates").as_posix() in OWN_TEXTS:
        return
    assert unmarked(path.read_text()) == []


def test_unmarked_texts_are_found() -> None:
    source = """{% load i18n %}<p title="A title">{% translate "Fine" %} and <b>more</b> ·
        {{ name|default:"nobody" }}</p>
        <input placeholder="Type" value="x"><input type="submit" value="Send"><kbd>Ctrl</kbd>{# a comment #}
        <script>const words = "no";</script>{% blocktranslate %}Fine{% endblocktranslate %} · 12:30 · Contact Center
        <button aria-label="{% if a %}Close{% else %}{% translate 'Open' %}{% endif %}"></button>"""
    assert sorted(unmarked(source)) == ["A title", "Close", "Send", "Type", "and", "more", "nobody"]


# --- Python and JavaScript --------------------------------------------------------------------------------------

# Keywords and attributes that hold words for people.
WORDS = {
    "label",
    "help_text",
    "verbose_name",
    "verbose_name_plural",
    "placeholder",
    "description",
    "empty_label",
    "said",
    "subject",
    "title",
}
SAYS = {"ValidationError", "with_toast", "message_user", "info", "success", "warning", "error"}


def spoken(tree: ast.AST) -> Iterator[ast.expr]:
    """Where Python hands words to people."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            owner = getattr(getattr(node.func, "value", None), "id", "")
            yield from (keyword.value for keyword in node.keywords if keyword.arg in WORDS)
            if name in SAYS and owner not in {"logger", "self.stdout"}:
                yield from node.args
        elif isinstance(node, ast.Assign):
            names = {getattr(target, "id", getattr(target, "attr", "")) for target in node.targets}
            if names & WORDS:
                yield node.value
        elif isinstance(node, ast.ClassDef) and any("Choices" in ast.unparse(base) for base in node.bases):
            for line in node.body:
                if isinstance(line, ast.Assign) and isinstance(line.value, ast.Tuple):
                    yield line.value.elts[-1]


# What is a name, or says something to programs.
NAMES = {"Polski", "English", "Contact Center"}
# What only developers and operators meet, on a terminal.
ON_TERMINALS = ("management", "launcher.py", "apps.py")


def test_python_says_nothing_in_english_only() -> None:
    found = []
    for path in catalogue.python_files():
        if any(part in path.parts for part in ON_TERMINALS):
            continue
        for value in spoken(ast.parse(path.read_text())):
            is_text = isinstance(value, ast.Constant) and isinstance(value.value, str)
            if is_text and _LETTER.search(value.value) and value.value not in NAMES:  # type: ignore[attr-defined]
                found.append(f"{path.relative_to(ROOT)}:{value.lineno}: {value.value}")  # type: ignore[attr-defined]
    assert not found


def test_scripts_say_nothing_themselves() -> None:
    """Their words stand in templates (the template #texts), where they are translated."""
    found = []
    for path in sorted((ROOT / "static" / "js").glob("*.js")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            code = re.sub(r"(^|\s)(//|/?\*).*", "", line)
            for _quote, text in re.findall(r"""(["'`])((?:(?!\1).)*)\1""", code):
                if re.match(r"[A-Z][a-z]+(?:[ ,.!?]|$)", text) and text not in EVENTS_AND_KEYS:
                    found.append(f"{path.name}:{number}: {text}")
    assert not found


EVENTS_AND_KEYS = {"Enter", "Escape", "Home", "End", "Tab", "Delete", "Accept", "Files"}
