from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agents.models import Company
from contactcenter.realtime import one_visitor


class Visitor(models.Model):
    """A browser that wrote to a company. Known by its token, of which only a hash is kept."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="visitors")
    token_hash = models.CharField(max_length=64, unique=True)
    # What they said of themselves; nobody checked it.
    name = models.CharField(pgettext_lazy("person", "name"), max_length=120, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("visitor")
        verbose_name_plural = _("visitors")

    def __str__(self) -> str:
        return self.name or self.email or f"#{self.pk}"

    @property
    def customer_key(self) -> str:
        """The visitor's side of their conversations, and the group their panels listen to."""
        return one_visitor(self.pk)
