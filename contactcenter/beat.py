from celery.beat import Scheduler


class InMemoryScheduler(Scheduler):
    """Beat's schedule is in the code and every job may run once too often, so nothing needs to be remembered on disk."""
