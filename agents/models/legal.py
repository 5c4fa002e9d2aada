from django.db import models
from django.utils.translation import gettext_lazy as _

from agents.models.words import Language


class LegalText(models.Model):
    """What stands on /terms/ and /privacy/ in one language, written by the operator of the installation (LO1)."""

    class Kind(models.TextChoices):
        TERMS = "terms", _("Terms of service")
        PRIVACY = "privacy", _("Privacy policy")

    kind = models.CharField(_("page"), max_length=10, choices=Kind)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    text = models.TextField(_("text"), help_text=_("Plain text; an empty line begins a new paragraph."))

    class Meta:
        verbose_name = _("legal text")
        verbose_name_plural = _("legal texts")
        constraints = [models.UniqueConstraint(fields=["kind", "language"], name="legal_text_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_language_display()})"
