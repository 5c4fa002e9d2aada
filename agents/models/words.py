"""Words that companies and agents share."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How a customer reaches the company."""

    CHAT = "chat", _("Chat")
    CALL_IN = "call_in", _("Incoming call")
    CALL_OUT = "call_out", _("Outgoing call")
    SMS = "sms", _("SMS")
    EMAIL = "email", _("E-mail")
    MESSENGER = "messenger", _("Messenger")


class Language(models.TextChoices):
    POLISH = "pl", "Polski"
    ENGLISH = "en", "English"


def picture_address(name: str) -> str | None:
    """Where browsers fetch a stored picture (agents/pictures.py), on this host; None when there is none."""
    return reverse("agents:picture", args=[name]) if name else None
