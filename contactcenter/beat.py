from datetime import timedelta

from celery.beat import Scheduler


class InMemoryScheduler(Scheduler):
    """Beat's schedule is in the code and any job may run once too often, so nothing is remembered on disk; and after
    a start everything is due at once, since nobody knows for how long nothing ran."""

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for entry in self.schedule.values():
            entry.last_run_at -= timedelta(days=1)
