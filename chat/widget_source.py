"""The widget's scripts and styles as they are sent: our readable sources without comments and, for the loader, without
spare whitespace; the panel's modules joined into one file. Done once by the server, so that there is no build step.

The sources keep a few rules so that this stays simple. Everywhere comments stand on lines of their own. In the loader
template strings are not nested, no regular expression holds a quote, and every statement ends with a semicolon. In the
panel's modules `import` stands on one line, and what is exported never changes (functions, classes, constants).
"""

import hashlib
import json
import re
from collections.abc import Iterator
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
_IMPORT = re.compile(r'^import (?:\* as (\w+)|(\{[^}]+\})) from "\./(?:panel/)?(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)


def _changed() -> float:
    """When a source was last written. Only looked at while somebody may be writing."""
    return max(path.stat().st_mtime for path in FOLDER.rglob("*.*")) if settings.DEBUG else 0.0


def _compact_css(source: str) -> str:
    without_comments = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    return re.sub(r"\s*([{};,>])\s*", r"\1", re.sub(r"\s+", " ", without_comments)).strip()


def _without_comments(source: str) -> str:
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


# --- The loader


@lru_cache(maxsize=1)
def _loader_parts(_changed: float) -> tuple[str, str, str]:
    code = _without_comments((FOLDER / "loader.js").read_text())
    before, after = _STRING_OR_SIGN.sub(lambda found: found[1] or found[2], code).split(_PLACEHOLDER)
    return before, after, _compact_css((FOLDER / "loader.css").read_text())


def loader_source(config: dict[str, Any]) -> str:
    """The script for one company. `<` is escaped, so that it may stand inside a page too."""
    before, after, css = _loader_parts(_changed())
    text = json.dumps({**config, "css": css}, ensure_ascii=False, separators=(",", ":"))
    for risky, escape in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(risky, escape)
    return before + text + after


# --- The panel


@dataclass(frozen=True)
class PanelFiles:
    script: str
    style: str
    version: str


def _modules(name: str, path: Path, done: set[str]) -> Iterator[str]:
    """The module as a function that returns its exports, after the modules that it needs."""
    done.add(name)
    source = path.read_text()
    for _, _, needed in _IMPORT.findall(source):
        if needed not in done:
            yield from _modules(needed, FOLDER / "panel" / f"{needed}.js", done)
    exported = ",".join(name for _, name in _EXPORT.findall(source))
    body = _IMPORT.sub(lambda found: f"const {found[1] or found[2]} = m_{found[3]};", source)
    body = _without_comments(_EXPORT.sub(r"\1 \2", body))
    yield f"const m_{name}=(()=>{{\n{body}\nreturn{{{exported}}};\n}})();"


@lru_cache(maxsize=1)
def _panel_files(_changed: float) -> PanelFiles:
    script = "\n".join(_modules("panel", FOLDER / "panel.js", set()))
    style = _compact_css((FOLDER / "panel.css").read_text())
    return PanelFiles(script, style, hashlib.sha256((script + style).encode()).hexdigest()[:16])


def panel_files() -> PanelFiles:
    return _panel_files(_changed())
