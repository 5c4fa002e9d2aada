"""What agents keep ready to say (IN6, SE2): the company's templates, and each agent's own shortcuts."""

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Company, Language


class ReplyTemplateQuerySet(QuerySet["ReplyTemplate"]):
    def of(self, company_id: int, owner: Agent | None) -> "ReplyTemplateQuerySet":
        """The company's own, or those of one of its agents."""
        return self.filter(company_id=company_id, owner=owner, deleted_at=None)

    def usable_by(self, agent: Agent) -> "ReplyTemplateQuerySet":
        """The company's and the agent's own."""
        whose = Q(owner=None) | Q(owner=agent)
        return self.filter(whose, company_id=agent.company_id, deleted_at=None)


class ReplyTemplate(models.Model):
    """A text to insert while writing. Its variables are documented in conversations/template_variables.py."""

    MAX_TITLE, MAX_SHORTCUT, MAX_TEXT = 80, 30, 4000

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="reply_templates")
    # Whose shortcut it is; nobody's: everybody's in the company.
    owner = models.ForeignKey(Agent, null=True, on_delete=models.CASCADE, related_name="reply_templates")
    # Values of Channel; none: every channel.
    channels = models.JSONField(default=list)
    title = models.CharField(_("title"), max_length=MAX_TITLE)
    # The word after the slash, folded as search folds.
    shortcut = models.CharField(_("shortcut"), max_length=MAX_SHORTCUT)
    language = models.CharField(_("language"), max_length=2, choices=Language, blank=True, default="")
    text = models.TextField(_("text"), max_length=MAX_TEXT)
    # Deleted, and kept for a while so that this can be undone.
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = ReplyTemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "shortcut"],
                condition=Q(owner=None, deleted_at=None),
                name="template_shortcut_once_per_company",
            ),
            models.UniqueConstraint(
                fields=["owner", "shortcut"],
                condition=Q(owner__isnull=False, deleted_at=None),
                name="template_shortcut_once_per_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"/{self.shortcut}"

    def serves(self, channel: str) -> bool:
        return not self.channels or channel in self.channels
