"""`manage.py serve`: the whole product with one command."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from contactcenter.launcher import Launcher, PortInUse, StartFailed, listen

DEMO_LOGINS = [
    ("adam@demo.example", "full access"),
    ("ewa@demo.example", "agent"),
    ("jan@demo.example", "agent"),
]
DEMO_PASSWORD = "demo-password"  # noqa: S105 (a public one, and only in debug)


class Command(BaseCommand):
    help = (
        "Runs the product. Without REDIS_URL everything runs in one process, after bringing the database up to date; "
        "with it, only the web processes: Celery's worker and beat are started beside them."
    )
    # A broken setting shows itself at once anyway, and the checks would cost a newcomer's start a second.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port", type=int, default=os.environ.get("PORT") or 8000, help="also PORT; default 8000"
        )
        parser.add_argument("--host", default="127.0.0.1" if settings.DEBUG else "0.0.0.0")  # noqa: S104
        parser.add_argument(
            "--workers", type=int, default=1, help="web processes; more than one needs REDIS_URL"
        )

    def handle(self, *, host: str, port: int, workers: int, **options: Any) -> None:
        if workers > 1 and settings.EMBEDDED:
            raise CommandError(
                "Several web processes find each other through Redis: set REDIS_URL, or use --workers 1."
            )
        try:
            listener = listen(host, port)
            port = listener.getsockname()[1]
            Launcher(listener, workers=workers, announce=lambda: self._announce(host, port)).run(prepare)
        except (PortInUse, StartFailed) as error:
            raise CommandError(str(error)) from None

    def _announce(self, host: str, port: int) -> None:
        if not settings.DEBUG:
            self.stdout.write(f"Serving on http://{host}:{port}/")
            return
        address = f"http://{host}:{port}"
        self.stdout.write(f"\n  The workspace:  {address}/")
        for email, access in DEMO_LOGINS:
            self.stdout.write(f"                  {email} / {DEMO_PASSWORD}  ({access})")
        self.stdout.write(f"  The demo shop:  {address}/demo/")
        self.stdout.write("  Ctrl+C stops everything.\n\n")


def prepare() -> None:
    """Bring an installation to the state in which it can serve."""
    if settings.EMBEDDED:
        migrate_if_needed()
        if settings.DEBUG and not get_user_model().objects.exists():
            call_command("demo", verbosity=0)
    if not settings.DEBUG and not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)


def migrate_if_needed() -> None:
    """`migrate` takes a while even when there is nothing to do; finding that out does not."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
