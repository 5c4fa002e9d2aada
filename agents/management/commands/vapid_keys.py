from typing import Any

from django.core.management.base import BaseCommand

from agents.push import make_key


class Command(BaseCommand):
    help = "Print a new pair of keys for Web Push, to be put into the environment."

    def handle(self, *args: Any, **options: Any) -> None:
        private, public = make_key()
        self.stdout.write(f"# The public key that browsers get: {public}")
        self.stdout.write(f"VAPID_PRIVATE_KEY={private}")
