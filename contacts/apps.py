from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    name = "contacts"
    verbose_name = _("Contacts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from agents.signed_in import is_agents_browser
        from contactcenter.pages import allow_larger_bodies

        # They register keepers of promises.
        from contacts import custom_fields, deletion  # noqa: F401
        from contacts.imports import steps  # noqa: F401
        from contacts.imports.actions import MAX_BYTES
        from contacts.imports.uses import uses_in_imports
        from files.uses import register_use

        register_use(uses_in_imports)

        # With room for the form around the file.
        allow_larger_bodies("/contacts/import/", most=MAX_BYTES + 1_048_576, may_send=is_agents_browser)
