from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgentsConfig(AppConfig):
    name = "agents"
    verbose_name = _("Agents")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # They register the keepers of their promises, what happens at a sign-in, and which columns hold secrets.
        from agents import opening, passwords, pictures, presence, push, second_factor, sessions  # noqa: F401
