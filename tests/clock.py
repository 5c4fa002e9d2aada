"""Time that tests move."""

from datetime import datetime, timedelta

import time_machine
from django.utils import timezone


class Clock:
    """This process's time. It stands still until it is moved, so that due times can be compared exactly; threads see
    it too. (Event loops and timeouts follow the monotonic clock, which goes on.)"""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    def move(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> datetime:
        """Move forward, and say what time it is then."""
        self._traveller.shift(timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days))
        return self.now

    def move_to(self, moment: datetime) -> None:
        self._traveller.move_to(moment)

    @property
    def now(self) -> datetime:
        return timezone.now()
