"""Pages as the product answers them, one after the other, in a process of their own. Runs inside a DjangoProcess."""

import gc
import time
from statistics import median
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations.history_views import _mark
from conversations.models import Conversation


def count_queries(session: str, path: str) -> int:
    client = _client(session)
    _get(client, path)
    with CaptureQueriesContext(connection) as queries:
        _get(client, path)
    return len(queries)


def measure(session: str, path: str, times: int) -> dict[str, float]:
    """Median seconds of one page: by the clock, and of this process's processor time."""
    client = _client(session)
    _get(client, path)
    gc.collect()
    walls, cpus = [], []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        _get(client, path)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return {"wall": median(walls), "cpu": median(cpus)}


def _client(session: str) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


def _get(client: Client, path: str) -> Any:
    response = client.get(path)
    if response.status_code != 200:
        raise RuntimeError(f"{path} answered {response.status_code}")
    return response


def mark(row: int) -> str:
    """Where the history goes on after so many rows, as its own links say it."""
    newest = Conversation.objects.order_by("-last_entry_at", "-id")
    return quote(_mark(newest[row]))


def write_down() -> None:
    """Everything into the one file, so that it can be copied."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
