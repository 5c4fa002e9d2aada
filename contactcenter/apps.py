from django.apps import AppConfig


class ContactCenterConfig(AppConfig):
    name = "contactcenter"
    verbose_name = "Contact Center"
    default_auto_field = "django.db.models.BigAutoField"
