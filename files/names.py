"""What files and folders may be called. A name is something to read: it never becomes a path, and it hides nothing.

It is normalised first and checked afterwards, so that nothing dangerous appears by being cleaned.
"""

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import unquote

LONGEST = 200
LONGEST_FOLDER = 120
# Beyond this nobody reads on; compatibility forms can make a name many times longer.
_LONGEST_RAW = 2000
_LONGEST_SUFFIX = 20

_SEPARATORS = re.compile(r"[\\/]+")
# Forbidden in names on some systems, or read there as something else (a drive, a stream, a wildcard).
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.|$)", re.IGNORECASE)


def safe_name(name: str, *, otherwise: str = "file") -> str:
    """The name of a file without what could deceive or harm anybody, at most 200 characters with its ending."""
    name = _clean(name, otherwise)
    if len(name) <= LONGEST:
        return name
    suffix = PurePosixPath(name).suffix
    suffix = suffix if len(suffix) <= _LONGEST_SUFFIX else ""
    return name[: LONGEST - len(suffix)].rstrip(" .") + suffix


def safe_folder_name(name: str) -> str:
    """The name of a folder; nothing when nothing readable is left."""
    return _clean(name, "")[:LONGEST_FOLDER].rstrip(" .")


def numbered(name: str, number: int, *, longest: int = LONGEST) -> str:
    """What else something is called when its name is taken: "offer (2).pdf"."""
    suffix = PurePosixPath(name).suffix if longest == LONGEST else ""
    stem, mark = name.removesuffix(suffix), f" ({number})"
    return stem[: longest - len(suffix) - len(mark)] + mark + suffix


def _clean(name: str, otherwise: str) -> str:
    name = _readable(name[:_LONGEST_RAW])
    decoded = _readable(unquote(name))
    if decoded != name and _SEPARATORS.search(decoded):
        # Browsers have been known to read percent signs in the names of downloads.
        name = decoded
    name = _SEPARATORS.split(name)[-1]
    name = _FORBIDDEN.sub("_", name).strip(" .")
    if _DEVICE.match(name):
        name = f"_{name}"
    return name or otherwise


def _readable(name: str) -> str:
    """In one form, without what cannot be seen: control characters, zero-width ones, overrides of the direction."""
    name = unicodedata.normalize("NFKC", name)
    kept = (
        letter if unicodedata.category(letter)[0] not in "CZ" else " " for letter in name if _is_seen(letter)
    )
    return " ".join("".join(kept).split())


def _is_seen(letter: str) -> bool:
    """Lines and tabs become a space; all else of this kind goes."""
    return letter in "\t\n\r" or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
