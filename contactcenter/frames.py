"""Frames: what travels over the sockets, and what is wrong with one (docs/widget-protocol.md)."""

import json
from typing import Any

MAX_FRAME = 65_536


class ProtocolError(Exception):
    """The client broke the protocol. `code` and `message` go back to it; `retry` says whether the same may be sent
    again, `after` how many seconds later."""

    def __init__(self, code: str, message: str, *, retry: bool = False, after: float | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.retry, self.after = code, message, retry, after


UNAVAILABLE = ProtocolError("unavailable", "Nothing was stored; try again.", retry=True, after=1)


def parse_frame(text: str | None) -> tuple[str, str | None, dict[str, Any]]:
    """The type, ref and data of a client's frame. Raises ProtocolError."""
    if text is None:
        raise ProtocolError("bad_frame", "Frames are text.")
    if len(text) > MAX_FRAME or len(text.encode("utf-8", "replace")) > MAX_FRAME:
        raise ProtocolError("too_large", "A frame may have 64 KiB.")
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        raise ProtocolError("bad_frame", "Not JSON.") from None
    return check_frame(frame)


def check_frame(frame: Any) -> tuple[str, str | None, dict[str, Any]]:
    """The same for a frame that has been parsed."""
    if not isinstance(frame, dict):
        raise ProtocolError("bad_frame", "A frame is an object.")
    kind, ref, data = frame.get("type"), frame.get("ref"), frame.get("data", {})
    if not isinstance(kind, str) or not isinstance(data, dict):
        raise ProtocolError("bad_frame", "A frame has a type and data.")
    if ref is not None and not (isinstance(ref, str) and len(ref) <= 64 and _can_be_sent(ref)):
        raise ProtocolError("bad_frame", "A ref is a text of at most 64 characters.")
    return kind, ref, data


def _can_be_sent(text: str) -> bool:
    """JSON knows halves of characters (lone surrogates), which no frame could carry back."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def frame_of(kind: str, data: dict[str, Any], ref: str | None = None) -> dict[str, Any]:
    return {"type": kind, "ref": ref, "data": data} if ref is not None else {"type": kind, "data": data}


def error_frame(error: ProtocolError, ref: str | None) -> dict[str, Any]:
    data = {"code": error.code, "message": error.message, "retry": error.retry, "after": error.after}
    return {"type": "error", "ref": ref, "data": data}


# `json.dumps` with options of one's own makes an encoder anew for each frame.
encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
