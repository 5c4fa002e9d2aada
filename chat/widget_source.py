"""The widget's scripts and styles as they are sent: our readable sources without comments and, for the loader, without
spare whitespace and long names; the panel's modules joined into two files for each language, what every visitor needs
and what comes on its first use (`more`). Done once by the server, so that there is no build step.

The sources keep a few rules so that this stays simple. Everywhere comments stand on lines of their own. In the loader
template strings are not nested, no regular expression holds a quote, and every statement ends with a semicolon; what
`const` and `let` name is nobody's parameter too. In the panel's modules `import` stands on one line, what is exported
never changes (functions, classes, constants), no two modules have one name, template strings are not nested, every
statement ends with a semicolon, a division has spaces around it, and texts stand side by side on a line of their own:
`key: ["Polish", "English"],`.
"""

import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "static" / "widget"

_PLACEHOLDER = "/*CONFIG*/{}"
_STRING_OR_SIGN = re.compile(
    r'("(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|/\*CONFIG\*/)|\s*([{}()\[\];,:?=<>&|!*+])\s*'
)
_STRING = re.compile(r'("(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`)')
_IN_TEMPLATE = re.compile(r"\$\{[^}]*\}")
_DECLARED = re.compile(r"\b(?:const|let) (\w+(?:,\w+)*)(?=[=;])")
_IMPORT = re.compile(
    r'^import (?:\* as (\w+)|(\{[^}]+\})) from "\.{1,2}/(?:panel/|more/)?(\w+)\.js";$', re.MULTILINE
)
_EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_WORDS = r'"(?:\\.|[^"\\])*"'
_TEXT = re.compile(rf"^(  \w+: )\[({_WORDS}), ({_WORDS})\],$", re.MULTILINE)


# In the panel: what stays as it is (strings, templates, regular expressions), and signs that need no space or line
# break beside them.
_KEPT_OR_SIGN = re.compile(
    r'("(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|/(?![ /*])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n\[])+/[a-z]*)'
    r"|[ \n]*([{(\[,;?:]|=>|&&|\|\|)[ \n]*|[ \n]*([)\]}])| *([=<>!*]) *"
)


def _changed() -> float:
    """When a source was last written. Only looked at while somebody may be writing."""
    return max(path.stat().st_mtime for path in FOLDER.rglob("*.*")) if settings.DEBUG else 0.0


def _compact_css(source: str) -> str:
    without_comments = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    return re.sub(r"\s*([{};,>])\s*", r"\1", re.sub(r"\s+", " ", without_comments)).strip()


def _without_comments(source: str) -> str:
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _squeezed(code: str) -> str:
    return _KEPT_OR_SIGN.sub(lambda found: "".join(filter(None, found.groups())), code)


# --- The loader


def _short_names(taken: set[str]) -> Iterator[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    pairs = itertools.chain(letters, map("".join, itertools.product(letters, repeat=2)))
    return (name for name in pairs if name not in taken)


def _shortened(code: str) -> str:
    """The compact code with short names for what it declares: its size is counted in bytes. Names that are also keys
    of objects stay; words in strings and regular expressions, and properties, are no names."""
    parts = _STRING.split(code)
    bare = " ".join([*parts[::2], *_IN_TEMPLATE.findall(code)])
    declared = {name for names in _DECLARED.findall(bare) for name in names.split(",") if len(name) > 2}
    often = sorted(declared, key=lambda name: (-bare.count(name), name))
    keys = {name for name in declared if re.search(rf"[{{,]{name}[,}}:]|\.\.\.{name}\b", bare)}
    fresh = _short_names(set(re.findall(r"\w+", bare)))
    short = {name: next(fresh) for name in often if name not in keys}
    names = re.compile(rf"(?<![.\w/])({'|'.join(short)})\b")

    def rename(text: str) -> str:
        return names.sub(lambda found: short[found[1]], text)

    for index, part in enumerate(parts):
        if index % 2 == 0:
            parts[index] = rename(part)
        elif part.startswith("`"):
            parts[index] = _IN_TEMPLATE.sub(lambda found: rename(found[0]), part)
    return "".join(parts)


@lru_cache(maxsize=1)
def _loader_parts(_changed: float) -> tuple[str, str, str]:
    code = _without_comments((FOLDER / "loader.js").read_text())
    compact = _shortened(_STRING_OR_SIGN.sub(lambda found: found[1] or found[2], code))
    before, after = compact.split(_PLACEHOLDER)
    return before, after, _compact_css((FOLDER / "loader.css").read_text())


def loader_source(config: dict[str, Any]) -> str:
    """The script for one company."""
    before, after, css = _loader_parts(_changed())
    return before + _as_script({**config, "css": css}) + after


def _as_script(config: dict[str, Any]) -> str:
    """`<` is escaped, so that it may stand inside a page too."""
    text = json.dumps(config, ensure_ascii=False, separators=(",", ":"))
    for risky, escape in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(risky, escape)
    return text


@lru_cache(maxsize=1)
def _later_parts(_changed: float) -> tuple[str, str, str]:
    before, after = _without_comments((FOLDER / "later.js").read_text()).split(_PLACEHOLDER)
    return before, after, _compact_css((FOLDER / "later.css").read_text())


def launcher_style() -> str:
    """How the launcher looks when everything is there."""
    return _loader_parts(_changed())[2] + _later_parts(_changed())[2]


def later_source(config: dict[str, Any]) -> str:
    """What the loader fetches when the page is idle."""
    before, after, css = _later_parts(_changed())
    return before + _as_script({**config, "css": css}) + after


# --- The panel


@dataclass(frozen=True)
class PanelFiles:
    script: str
    style: str
    # What comes on its first use.
    more_script: str
    more_style: str
    # Begins with the language: an old page's address still says which file it wants.
    version: str


class _Bundle:
    """Modules as functions that return their exports, each after those that it needs."""

    def __init__(self, column: int, known: Iterable[str] = ()) -> None:
        self.column, self.known = column, list(known)
        self.done: list[str] = []
        self.borrowed: set[str] = set()

    def module(self, name: str, path: Path) -> Iterator[str]:
        self.done.append(name)
        source = path.read_text()
        for _, _, needed in _IMPORT.findall(source):
            if needed in self.known:
                self.borrowed.add(needed)
            elif needed not in self.done:
                yield from self.module(needed, _module_path(needed))
        exported = ",".join(name for _, name in _EXPORT.findall(source))
        body = _IMPORT.sub(lambda found: f"const {found[1] or found[2]} = m_{found[3]};", source)
        body = _TEXT.sub(lambda found: f"{found[1]}{found[2 + self.column]},", body)
        body = _without_comments(_EXPORT.sub(r"\1 \2", body))
        yield f"const m_{name}=(()=>{{\n{body}\nreturn{{{exported}}};\n}})();"


def _module_path(name: str) -> Path:
    (path,) = (path for room in ("panel", "more") if (path := FOLDER / room / f"{name}.js").exists())
    return path


@lru_cache(maxsize=2)
def _panel_files(language: str, _changed: float) -> PanelFiles:
    column = 0 if language == "pl" else 1
    panel = _Bundle(column)
    script = _squeezed("\n".join(panel.module("panel", FOLDER / "panel.js")))
    more = _Bundle(column, panel.done)
    body = _squeezed("\n".join(more.module("more", FOLDER / "more.js")))
    # The modules that both use are the panel's: they hold what is known.
    shared = ",".join(f"m_{name}" for name in sorted(more.borrowed))
    script += f"\nm_parts.share({{{shared}}});"
    more_script = f"export default({{{shared}}})=>{{\n{body}\nreturn m_more;\n}};"
    style, more_style = (_compact_css((FOLDER / name).read_text()) for name in ("panel.css", "more.css"))
    digest = hashlib.sha256("".join((script, style, more_script, more_style)).encode()).hexdigest()[:16]
    return PanelFiles(script, style, more_script, more_style, f"{language}-{digest}")


def panel_files(language: str) -> PanelFiles:
    return _panel_files(language, _changed())
