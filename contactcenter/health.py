"""For load balancers and operators: is the process alive, can it work, how is it doing."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from contactcenter.models import Promise
from contactcenter.realtime import open_sockets

# A promise this long overdue means that no worker or no clock is running.
OVERDUE = timedelta(seconds=60)


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """Database and broker answer, and promises are kept in time; 503 otherwise, with what is wrong."""
    checks = {"database": _database_answers(), "broker": _broker_answers(), "promises": False}
    if checks["database"]:
        checks["promises"] = not _due().filter(due_at__lt=timezone.now() - OVERDUE).exists()
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, to those who know the token of METRICS_TOKEN (everybody in debug)."""
    said, wanted = request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    authorised = settings.DEBUG or (settings.METRICS_TOKEN and constant_time_compare(said, wanted))
    if not authorised:
        return HttpResponse(status=403)
    oldest = _due().order_by("due_at").values_list("due_at", flat=True).first()
    late = max((timezone.now() - oldest).total_seconds(), 0) if oldest else 0
    figures = {
        "contactcenter_promises_pending": Promise.objects.filter(failed_at=None).count(),
        "contactcenter_promises_failed": Promise.objects.exclude(failed_at=None).count(),
        "contactcenter_promises_late_seconds": round(late, 3),
        "contactcenter_open_sockets": open_sockets(),
    }
    lines = [f"# TYPE {name} gauge\n{name} {value}\n" for name, value in figures.items()]
    return HttpResponse("".join(lines), content_type="text/plain; version=0.0.4")


def _due() -> QuerySet[Promise]:
    return Promise.objects.filter(failed_at=None, due_at__lte=timezone.now())


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        connection.close()
        return False
    return True


def _broker_answers() -> bool:
    try:
        cache.get("readyz")
    except Exception:
        return False
    return True
