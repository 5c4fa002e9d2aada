from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.models.companies import Company, Group
from agents.models.people import Agent

# How long the link of an invitation is good for.
INVITATION_LIFE = timedelta(hours=72)


class Invitation(models.Model):
    """Somebody was asked to join a company (AG1). The link in their mail is good once, until `expires_at`."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    access = models.CharField(
        _("access level"), max_length=10, choices=Agent.Access, default=Agent.Access.LIMITED
    )
    groups = models.ManyToManyField(Group, related_name="+", blank=True, verbose_name=_("groups"))
    # Of Channel.
    channels = models.JSONField(_("channels"), default=list)
    invited_by = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="sent_invitations")
    # Of the newest link: sending again makes the older ones worthless.
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("sent"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    agent = models.OneToOneField(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="invitation"
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                "company",
                Lower("email"),
                condition=Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation_per_address",
            ),
        ]
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.email

    @property
    def is_open(self) -> bool:
        """Neither accepted nor revoked; it may have expired."""
        return self.accepted_at is None and self.revoked_at is None

    @property
    def is_usable(self) -> bool:
        return self.is_open and self.expires_at > timezone.now()
