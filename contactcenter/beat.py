from celery.beat import Scheduler


class InMemoryScheduler(Scheduler):
    """Beat's schedule is in the code and any job may run once too often, so nothing is remembered on disk."""
