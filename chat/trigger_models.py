"""What the widget says by itself to whoever has been on the website for a while (WI9)."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from agents.models import Company, Language


class Trigger(models.Model):
    """One for each language of a website. A deleted one stays: its deletion can be taken back."""

    LONGEST = 250
    LATEST = 3600

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="triggers")
    language = models.CharField(_("language"), max_length=2, choices=Language)
    text = models.CharField(_("text"), max_length=LONGEST)
    # Seconds after the visitor came to the website.
    delay = models.PositiveSmallIntegerField(
        _("delay (s)"), default=15, validators=[MaxValueValidator(LATEST)]
    )
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("trigger")
        verbose_name_plural = _("triggers")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "language"],
                condition=models.Q(deleted_at=None),
                name="trigger_once_per_language",
            )
        ]

    def __str__(self) -> str:
        return self.text
