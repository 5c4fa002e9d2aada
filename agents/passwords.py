"""New passwords: changed by their owner (PR1), or forgotten (LO2): then a link by mail, single use, two hours.

Whether an address has an account must not show, neither in the answer nor in the time it takes. So the request only
writes a promise, for known and unknown addresses alike; its keeper looks the address up and posts the mail.
"""

import hashlib
from datetime import datetime, timedelta

from axes.utils import reset as forget_failures
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from agents.actions import change_password_hash
from agents.mails import post_letter, speaking_to
from agents.models import Agent
from agents.notices import post_notice
from contactcenter.promises import keeps, make_promise

PASSWORD_CHANGED = gettext_noop("Your password was changed")


class ResetTokens(PasswordResetTokenGenerator):
    """Tokens for setting a password, good for nothing else. They die with the password, the e-mail address and the
    next sign-in."""

    key_salt = "agents.passwords.ResetTokens"


reset_tokens = ResetTokens()


class LinkUsed(Exception):
    """The link was used in the meantime, or has run out."""


@transaction.atomic
def request_password_reset(*, email: str) -> None:
    """Somebody wants a new password for the account of this address, if there is one."""
    email = email.strip().lower()
    key = hashlib.sha256(email.encode()).hexdigest()
    now = timezone.now()
    make_promise("agents.reset_mail", key=key, due_at=now, email=email, asked_at=now.isoformat())


@keeps("agents.reset_mail")
def post_reset_mail(*, email: str, asked_at: str) -> None:
    """Mail the link to the account's own address; nothing for addresses without an account that may sign in."""
    agent = (
        Agent.objects.get_queryset()
        .select_related("company")
        .filter(email__iexact=email, is_active=True)
        .first()
    )
    if agent is None or not agent.has_usable_password():
        return
    with speaking_to(agent):
        post_letter(
            to=agent.email,
            template="agents/mail/password_reset",
            subject=_("Set a new password"),
            context={
                "agent": agent,
                "link": _link_for(agent),
                "until": timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
                "asked_at": datetime.fromisoformat(asked_at),
            },
        )


def _link_for(agent: Agent) -> str:
    # Never the Host header: it is whatever the asker wrote.
    uid = urlsafe_base64_encode(force_bytes(agent.pk))
    path = reverse("agents:password_reset_confirm", args=[uid, reset_tokens.make_token(agent)])
    return f"{settings.BASE_URL}{path}"


def reset_password(*, agent: Agent, token: str, password: str) -> None:
    """Use a link up. Raises LinkUsed; of two who use the same link at once, one gets it. Every session ends, and
    wrong attempts are forgotten: whoever reads the mailbox is the account's owner."""
    password_hash = make_password(password)
    with transaction.atomic():
        agent = Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
        if not agent.is_active or not reset_tokens.check_token(agent, token):
            raise LinkUsed
        change_password_hash(agent=agent, password_hash=password_hash)
        forget_failures(username=agent.email)
        post_notice(agent=agent, what=PASSWORD_CHANGED)


def change_own_password(*, agent: Agent, password: str, keep: str) -> None:
    """Somebody signed in, who knew the old one, sets a new password. Every session but `keep` ends."""
    password_hash = make_password(password)
    with transaction.atomic():
        change_password_hash(agent=agent, password_hash=password_hash, keep=keep)
        post_notice(agent=agent, what=PASSWORD_CHANGED)
