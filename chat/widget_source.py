"""The loader as it is sent: our readable source without comments and spare whitespace, with its configuration.

Only for `static/widget/loader.js` and `loader.css`, which keep three rules so that this stays simple: comments stand on
lines of their own in the script, template strings are not nested, and every statement ends with a semicolon.
"""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

_FOLDER = Path(settings.BASE_DIR) / "static" / "widget"
_PLACEHOLDER = "/*CONFIG*/{}"
_STRING_OR_SIGN = re.compile(r'("(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|/\*CONFIG\*/)|\s*([{}()\[\];,:?=<>&|!*+])\s*')


def compact_css(source: str) -> str:
    without_comments = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    return re.sub(r"\s*([{};,>])\s*", r"\1", re.sub(r"\s+", " ", without_comments)).strip()


def compact_js(source: str) -> str:
    lines = (line.strip() for line in source.splitlines())
    code = "\n".join(line for line in lines if line and not line.startswith("//"))
    return _STRING_OR_SIGN.sub(lambda found: found[1] or found[2], code)


@lru_cache(maxsize=1)
def _parts(_changed: tuple[float, ...]) -> tuple[str, str, str]:
    script = compact_js((_FOLDER / "loader.js").read_text())
    before, after = script.split(_PLACEHOLDER)
    return before, after, compact_css((_FOLDER / "loader.css").read_text())


def loader_source(config: dict[str, Any]) -> str:
    """The script for one company. `<` is escaped, so that it may stand inside a page too."""
    changed = [(_FOLDER / name).stat().st_mtime for name in ("loader.js", "loader.css")]
    before, after, css = _parts(tuple(changed))
    text = json.dumps({**config, "css": css}, ensure_ascii=False, separators=(",", ":"))
    for risky, escape in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(risky, escape)
    return before + text + after
