"""PostgreSQL's locks, as tests see them."""

from time import sleep

from django.db import connection


def wait_until_somebody_waits() -> None:
    """Until some connection waits for what another holds."""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        sleep(0.05)
    raise AssertionError("Nobody waits for a lock.")
