"""Celery's jobs of the base: the alarm clock rings, the sweep makes certain, and what is old is let go of."""

from celery import shared_task

from contactcenter import outbox, promises


@shared_task(ignore_result=True)
def keep_promise(promise_id: int) -> None:
    promises.keep_promise(promise_id)


@shared_task(ignore_result=True)
def sweep_promises() -> None:
    promises.sweep_promises()


@shared_task(ignore_result=True)
def forget_old_mails() -> None:
    outbox.forget_old_mails()
