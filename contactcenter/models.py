from typing import Any

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Promise(models.Model):
    """Something that must happen at `due_at`, whatever dies before then. See docs/promises.md.

    Written in the transaction that caused it; deleted in the transaction that kept it.
    """

    kind = models.CharField(_("kind"), max_length=64)
    # What the promise is about ("offer 17"). One pending promise for each kind and key; promising again moves it.
    key = models.CharField(_("key"), max_length=128)
    payload = models.JSONField(_("facts"), default=dict)
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    # For effects outside the database: who keeps it holds a lease; when that process dies, another takes over then.
    leased_until = models.DateTimeField(_("in somebody's hands until"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True, default="")
    # Given up after many attempts: an operator decides (admin: "Try again").
    failed_at = models.DateTimeField(_("given up at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="promise_once_per_key")]
        indexes = [
            # the sweep: what is due and not given up
            models.Index(fields=["due_at"], condition=Q(failed_at=None), name="promise_due"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class OutgoingMail(models.Model):
    """A mail on its way: the letter itself; its promise in `Promise` says when it is tried. After sending the
    envelope is kept, so that operators can see what went to whom, and the letter is not."""

    message_id = models.CharField(_("message ID"), max_length=255, unique=True)
    to = models.EmailField(_("recipient"))
    reply_to = models.EmailField(_("answers go to"), blank=True, default="")
    subject = models.CharField(_("subject"), max_length=255)
    text = models.TextField()
    html = models.TextField(blank=True, default="")
    headers = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        indexes = [
            # those that are old enough to be let go of
            models.Index(fields=["sent_at"], condition=Q(sent_at__isnull=False), name="outgoingmail_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"


class Session(AbstractBaseSession):
    """A session, with what its owner sees of it in the list of places where they are signed in. The keeper of the table
    is contactcenter/sessions.py."""

    # Who is signed in; none while somebody is still at the door. A plain number: the base knows no people.
    owner_id = models.BigIntegerField(null=True, db_index=True)
    user_agent = models.CharField(max_length=300, blank=True, default="")
    # Not later than a few minutes after the last sign of life.
    seen_at = models.DateTimeField(default=timezone.now)

    @classmethod
    def get_session_store_class(cls) -> type[Any]:
        from contactcenter.sessions import SessionStore

        return SessionStore
