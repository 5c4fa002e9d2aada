"""How often something may be done: fixed windows counted in Django's cache.

    RESETS_PER_ADDRESS = Limit("reset-address", times=5, seconds=3600)
    if not RESETS_PER_ADDRESS.take(email): ...

A window begins with the first use. In the embedded deployment the cache is this process's, which answers all pages
there; in the deployed one it is Redis. A cache that is away stops nobody: these limits slow abuse down, they do not
guard anything by themselves.
"""

import hashlib
import logging
from dataclasses import dataclass

from django.core.cache import cache

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limit:
    name: str
    times: int
    seconds: int

    def take(self, subject: str) -> bool:
        """Count one use by `subject` (an e-mail or network address). False when it was one too many."""
        key = self._key(subject)
        try:
            cache.add(key, 0, timeout=self.seconds)
            return cache.incr(key) <= self.times
        except ValueError:
            # The window ended between the two calls.
            return True
        except Exception as error:
            logger.warning("limit %s not counted: %s", self.name, type(error).__name__)
            return True

    def is_used_up(self, subject: str) -> bool:
        """Whether `take` would say no; counts nothing."""
        try:
            return int(cache.get(self._key(subject), 0)) >= self.times
        except Exception as error:
            logger.warning("limit %s not checked: %s", self.name, type(error).__name__)
            return False

    def _key(self, subject: str) -> str:
        # Hashed: subjects are typed by strangers, and e-mail addresses have no business in a cache.
        digest = hashlib.sha256(subject.encode("utf-8", "replace")).hexdigest()
        return f"limit:{self.name}:{digest}"
