"""`manage.py rotate_keys`: encrypt every stored secret with the newest of ENCRYPTION_KEYS (contactcenter/crypto.py)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contactcenter.crypto import rotate_all


class Command(BaseCommand):
    help = (
        "Encrypts every stored secret with the newest of ENCRYPTION_KEYS. Afterwards the older keys can go."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        lost = 0
        for column, done, unreadable in rotate_all():
            self.stdout.write(f"{column}: {done} encrypted anew, {unreadable} unreadable")
            lost += unreadable
        if lost:
            raise CommandError(
                "Some secrets were encrypted with a key that is not in ENCRYPTION_KEYS. Put it back and run this again."
            )
