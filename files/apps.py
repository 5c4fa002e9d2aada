from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    name = "files"
    verbose_name = _("Files")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from agents.signed_in import is_agents_browser
        from contactcenter.pages import allow_larger_bodies
        from files import store

        # With room for the form around the file.
        allow_larger_bodies("/files/upload/", most=store.MAX_BYTES + 1_048_576, may_send=is_agents_browser)
