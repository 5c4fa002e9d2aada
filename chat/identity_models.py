"""Who a visitor is on the company's own website (WI11)."""

from django.db import models

from agents.models import Company
from conversations.models import Conversation


class IdentityKey(models.Model):
    """What the company's server signs its customers' ids with."""

    company = models.OneToOneField(Company, on_delete=models.CASCADE, primary_key=True, related_name="+")
    # As contactcenter/crypto.py encrypts it.
    secret = models.TextField()

    def __str__(self) -> str:
        return str(self.company)


class Introduction(models.Model):
    """What the page said of a conversation's visitor. Only the id is proven, and only where the signature was right."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, primary_key=True, related_name="introduction"
    )
    person = models.CharField(max_length=120, blank=True, default="")
    is_proven = models.BooleanField(default=False)
    name = models.CharField(max_length=120, blank=True, default="")
    email = models.CharField(max_length=254, blank=True, default="")
    fields = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.person or self.name
