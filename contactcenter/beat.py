from datetime import timedelta

from celery.beat import ScheduleEntry, Scheduler
from celery.schedules import schedstate


class InMemoryScheduler(Scheduler):
    """Beat's schedule is in the code and any job may run once too often, so nothing is remembered on disk; and after
    a start everything is due at once, since nobody knows for how long nothing ran."""

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for entry in self.schedule.values():
            entry.last_run_at -= timedelta(days=1)

    def is_due(self, entry: ScheduleEntry) -> schedstate:
        """Due too when the last run lies in the future: the clock was set back."""
        if entry.last_run_at > entry.default_now():
            return schedstate(is_due=True, next=1.0)
        return super().is_due(entry)
