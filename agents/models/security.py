"""What an account is kept safe with."""

from datetime import timedelta

from django.db import models

from agents.models.people import Agent

# How long the link works that confirms a new e-mail address, and how long the old one can take it back.
CONFIRM_WITHIN = timedelta(hours=24)
UNDO_WITHIN = timedelta(days=7)


class SecondFactor(models.Model):
    """An app on the agent's phone makes a code every 30 seconds (LO3)."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="second_factor")
    # Encrypted (contactcenter/crypto.py).
    key = models.TextField()
    # The period of the last code that was taken: no code of it, or of one before, is taken again.
    used_period = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.agent}"


class RecoveryCode(models.Model):
    """Signs in once instead of the app; deleted when it is used. Only its hash is kept."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "code_hash"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.agent}"


class EmailChange(models.Model):
    """An agent wants another e-mail address (NO4). Nothing changes before the new one has confirmed it; afterwards the
    old one can take it back for a while."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="email_changes")
    old_email = models.EmailField()
    new_email = models.EmailField()
    asked_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # A newer wish takes the place of an older one.
            models.UniqueConstraint(
                fields=["agent"],
                condition=models.Q(confirmed_at=None, undone_at=None),
                name="email_change_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.old_email} → {self.new_email}"
