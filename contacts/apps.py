from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    name = "contacts"
    verbose_name = _("Contacts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # They register keepers of promises.
        from contacts import deletion  # noqa: F401
        from contacts.imports import steps  # noqa: F401
