from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from agents.models import Company
from simulator.demo_company import PASSWORD, fill_demo_company


class Command(BaseCommand):
    help = "Fill the demo company (key demo) with people, groups and conversations. Refuses outside debug."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo's passwords are public: it is for debug mode only.")
        if Company.objects.filter(key="demo").exists():
            self.stdout.write("The demo company is there already.")
            return
        company = fill_demo_company()
        agents = ", ".join(company.agents.order_by("pk").values_list("email", flat=True))
        conversations = company.conversations.count()
        self.stdout.write(
            self.style.SUCCESS(
                f"{company.name}: {conversations} conversations; {agents}, password {PASSWORD}"
            )
        )
