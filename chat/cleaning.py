"""What visitors' browsers send, made safe. Facts that make no sense count as unknown; commands are refused."""

import re
from datetime import timedelta

from contactcenter.frames import ProtocolError
from conversations import timeline

_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_CONTROL = {code: None for code in (*range(32), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}
# In a name or a title they would turn the writing around it.
_TURNING = _CONTROL | dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))


def clean_text(value: object) -> str:
    """A visitor's text as it is stored. Raises ProtocolError."""
    if not isinstance(value, str):
        raise ProtocolError("bad_frame", "A text is a string.")
    # Lone surrogates are not characters, and no database stores them.
    text = value.replace("\r\n", "\n").translate(_CONTROL).encode("utf-8", "ignore").decode().strip()
    if not text:
        raise ProtocolError("empty", "Nothing is left of the text.")
    if len(text) > timeline.MAX_TEXT:
        raise ProtocolError("too_large", f"A text may have {timeline.MAX_TEXT} characters.")
    return text


def clean_client_id(value: object) -> str:
    if not isinstance(value, str) or not _CLIENT_ID.fullmatch(value):
        raise ProtocolError("bad_id", "A message's id has 8 to 64 letters, digits, _ or -.")
    return value


def clean_short(value: object, length: int) -> str:
    """A fact about the visitor: anything that is not a text counts as unknown."""
    if not isinstance(value, str):
        return ""
    return " ".join(value.translate(_TURNING).encode("utf-8", "ignore").decode().split())[:length]


def clean_url(value: object) -> str:
    """An address that agents may click: http or https only."""
    url = clean_short(value, 2000)
    return url if url.startswith(("http://", "https://")) else ""


def clean_age(value: object) -> timedelta:
    """How long ago a client says that something was: at most a day."""
    known = isinstance(value, int | float) and 0 <= value <= 86_400
    return timedelta(seconds=value if known else 0)  # type: ignore[arg-type]
