"""The app on somebody's phone."""

import hmac
import struct
import time
from base64 import b32decode


def code_of(key: str, periods_ahead: int = 0) -> str:
    """The code that an app shows for this key, by RFC 6238: written here once more, so that tests do not agree with the
    product by asking it."""
    period = int(time.time()) // 30 + periods_ahead
    digest = hmac.digest(b32decode(key.replace(" ", "")), struct.pack(">Q", period), "sha1")
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
