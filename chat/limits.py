"""How much one visitor may say in how short a time."""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from contactcenter.frames import ProtocolError


@dataclass(slots=True)
class Bucket:
    """A token bucket: `size` at once, refilled over `seconds`."""

    size: float
    seconds: float
    level: float = field(init=False)
    filled_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.level, self.filled_at = self.size, time.monotonic()

    def take(self) -> float:
        """0 when there was one to take, else the seconds until there will be."""
        now = time.monotonic()
        rate = self.size / self.seconds
        self.level = min(self.size, self.level + (now - self.filled_at) * rate)
        self.filled_at = now
        if self.level >= 1:
            self.level -= 1
            return 0.0
        return (1 - self.level) / rate


OTHER_FRAMES = (60, 10.0)
# Counted in this process by the visitor's token or the address: a connection is too easily made anew.
MESSAGES = "message", (20, 10.0)
# Of a visitor who has written: each is kept and told to agents. What is over is not.
PAGES = "page", (60, 60.0)
EXCHANGES = "exchange", (240, 60.0)
OFFLINE_MESSAGES = "offline", (10, 600.0)
# Each rings at agents.
CONVERSATIONS = "conversation", (60, 600.0)
# Each takes room, and somebody's time.
FILES, FILES_FROM_ADDRESS = ("file", (20, 3600.0)), ("files", (100, 3600.0))
# A mail to an address that anybody may name.
TRANSCRIPTS, TRANSCRIPTS_FROM_ADDRESS = ("transcript", (3, 3600.0)), ("transcripts", (10, 3600.0))
TRANSCRIPTS_TO_ADDRESS = "transcripts to", (3, 86_400.0)
RATINGS = "rating", (20, 600.0)
MOST_BUCKETS = 10_000

_buckets: "OrderedDict[tuple[str, str], Bucket]" = OrderedDict()
_lock = Lock()


def address_limit(limit: tuple[str, tuple[float, float]], who: str) -> float:
    """0 when `who` may go on, else the seconds until they may."""
    name, size = limit
    with _lock:
        bucket = _buckets.pop((name, who), None) or Bucket(*size)
        _buckets[name, who] = bucket
        if len(_buckets) > MOST_BUCKETS:
            _buckets.popitem(last=False)
        return bucket.take()


def too_much(wait: float) -> ProtocolError:
    return ProtocolError("rate_limited", "Too much at once.", retry=True, after=round(wait, 2))
