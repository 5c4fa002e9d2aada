"""What is known about the widget on a company's website (docs/installation.md)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agents.models import Company


class WidgetSighting(models.Model):
    """A website on which the widget was loaded."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    origin = models.CharField(max_length=200)
    # It was the company's own website then: strangers who claim other origins cannot push it out.
    is_website = models.BooleanField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "origin"], name="one_sighting_per_origin")]

    def __str__(self) -> str:
        return self.origin


class WebsiteCheck(models.Model):
    """What was found when the company's website was last looked at."""

    class Result(models.TextChoices):
        FOUND = "found"
        MISSING = "missing"
        UNREACHABLE = "unreachable"

    class Reason(models.TextChoices):
        REFUSED = "refused", _("Its address cannot be asked from here: only public websites with https can.")
        SILENT = "silent", _("Nobody answered under this address, or not in time.")
        LOCKED = "locked", _("The website does not let us in: it asks for a password, or keeps robots away.")
        ERROR = "error", _("The website answered with an error.")
        REDIRECTS = "redirects", _("The website sends from one address to the next without an end.")

    company = models.OneToOneField(Company, on_delete=models.CASCADE, primary_key=True, related_name="+")
    website = models.URLField()
    asked_at = models.DateTimeField()
    # Both empty as long as the check is under way.
    checked_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=12, choices=Result, blank=True, default="")
    reason = models.CharField(max_length=12, choices=Reason, blank=True, default="")

    def __str__(self) -> str:
        return self.website
