"""Celery's jobs of the base: the alarm clock rings, and the sweep that makes certain."""

from celery import shared_task

from contactcenter import promises


@shared_task(ignore_result=True)
def keep_promise(promise_id: int) -> None:
    promises.keep_promise(promise_id)


@shared_task(ignore_result=True)
def sweep_promises() -> None:
    promises.sweep_promises()
