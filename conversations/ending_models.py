from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Company

STARS = 5


class Rating(models.Model):
    """What the customer thought of a conversation when it had ended (WI7). One for each."""

    conversation = models.OneToOneField(
        "conversations.Conversation", on_delete=models.CASCADE, primary_key=True, related_name="rating"
    )
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Who led it last.
    agent = models.ForeignKey(
        Agent, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("agent")
    )
    stars = models.PositiveSmallIntegerField(
        _("stars"), validators=[MinValueValidator(1), MaxValueValidator(STARS)]
    )
    comment = models.TextField(_("comment"), blank=True, default="")
    given_at = models.DateTimeField(_("given"))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            models.CheckConstraint(
                condition=Q(stars__gte=1, stars__lte=STARS), name="rating_has_one_to_five_stars"
            )
        ]
        # what reports count
        indexes = [models.Index(fields=["company", "given_at"], name="rating_of_company")]

    def __str__(self) -> str:
        return f"{self.stars}/{STARS}"
