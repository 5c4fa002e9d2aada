"""Another e-mail address (NO4): asked for with the password, confirmed from the new address, and to be taken back from
the old one for a week. Until it is confirmed nothing changes; afterwards signing in and every mail use the new one.

A link names a row of EmailChange and is signed for one purpose; what has become of the row decides whether it still
works. Everybody who changes one holds the agent's row, so of many who use the same link one gets it.
"""

import secrets
from datetime import timedelta

from axes.utils import reset as forget_failures
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agents.actions import change_password_hash
from agents.mails import post_letter, speaking_to
from agents.models import CONFIRM_WITHIN, UNDO_WITHIN, Agent, EmailChange, SecondFactor
from agents.passwords import LinkUsed, request_password_reset
from agents.second_factor import forget_second_factor
from agents.sessions import end_sessions

# Whoever takes an account over switches a second factor on first: who is mailed about that has as long as for the rest.
STRANGERS_WITHIN = UNDO_WITHIN

CONFIRM = "agents.email_change.confirm"
UNDO = "agents.email_change.undo"


class AddressTaken(Exception):
    """Another account signs in with it."""


def open_change(agent: Agent) -> EmailChange | None:
    """What still waits to be confirmed."""
    since = timezone.now() - CONFIRM_WITHIN
    return _open_changes(agent).filter(asked_at__gt=since).first()


@transaction.atomic
def ask_for_email(*, agent: Agent, email: str) -> None:
    """Send a link to the new address. An earlier wish that was not confirmed is forgotten. Raises AddressTaken."""
    agent = _lock(agent.pk)
    email = email.strip().lower()
    _check_free(agent, email)
    _open_changes(agent).delete()
    change = EmailChange.objects.create(agent=agent, old_email=agent.email, new_email=email)
    with speaking_to(agent):
        post_letter(
            to=email,
            template="agents/mail/email_confirm",
            subject=_("Confirm your new e-mail address"),
            context={
                "agent": agent,
                "company": agent.company,
                "change": change,
                "link": _link("agents:email_confirm", change, CONFIRM),
                "until": timezone.now() + CONFIRM_WITHIN,
            },
        )


@transaction.atomic
def withdraw_email(*, agent: Agent) -> None:
    """The address stays after all; the link that was sent is worthless."""
    _lock(agent.pk)
    _open_changes(agent).delete()


def change_to_confirm(token: str) -> EmailChange:
    """Raises LinkUsed."""
    change = _read(token, CONFIRM, CONFIRM_WITHIN)
    if change.confirmed_at or change.undone_at or change.old_email != change.agent.email:
        raise LinkUsed
    return change


def change_to_undo(token: str) -> EmailChange:
    """Raises LinkUsed."""
    change = _read(token, UNDO, UNDO_WITHIN)
    if change.confirmed_at is None or change.undone_at:
        raise LinkUsed
    since = EmailChange.objects.filter(agent=change.agent, pk__gte=change.pk, confirmed_at__isnull=False)
    if not since.filter(new_email=change.agent.email).exists():
        # An operator has decided since whose the account is.
        raise LinkUsed
    return change


@transaction.atomic
def confirm_email(*, token: str, keep: str = "") -> EmailChange:
    """Whoever opened the link reads the new mailbox: from now on it is the account's. Every session but `keep` ends,
    and links to set a password that went to the old address die. Raises LinkUsed, AddressTaken."""
    _lock(change_to_confirm(token).agent_id)
    change = change_to_confirm(token)
    _move(change.agent, change.new_email)
    change.confirmed_at = timezone.now()
    change.save(update_fields=["confirmed_at"])
    end_sessions(agent=change.agent, keep=keep)
    with speaking_to(change.agent):
        post_letter(
            to=change.old_email,
            template="agents/mail/email_changed",
            subject=_("Your e-mail address was changed"),
            context={
                "agent": change.agent,
                "company": change.agent.company,
                "change": change,
                "link": _link("agents:email_undo", change, UNDO),
                "until": change.confirmed_at + UNDO_WITHIN,
            },
        )
    return change


def undo_email(*, token: str) -> EmailChange:
    """It was somebody else: the old address is the account's again. Everything that a stranger may have left goes: the
    sessions, the password that they know (a link for a new one is on its way), a second factor that is no older than a
    week before the change was asked for, and every change of the address after this one. An older second factor is
    taken for the owner's: it is what keeps out whoever reads nothing but the old mailbox. Raises LinkUsed,
    AddressTaken."""
    change_to_undo(token)
    # Slow on purpose: for no stranger's link, and not while the agent's row is locked.
    unknown = make_password(secrets.token_urlsafe(32))
    with transaction.atomic():
        return _undo(token, unknown)


def _undo(token: str, password_hash: str) -> EmailChange:
    _lock(change_to_undo(token).agent_id)
    change = change_to_undo(token)
    agent = change.agent
    _move(agent, change.old_email)
    EmailChange.objects.filter(agent=agent, pk__gte=change.pk).update(undone_at=timezone.now())
    if SecondFactor.objects.filter(agent=agent, created_at__gte=change.asked_at - STRANGERS_WITHIN).exists():
        forget_second_factor(agent=agent)
    change_password_hash(agent=agent, password_hash=password_hash)
    forget_failures(username=agent.email)
    request_password_reset(email=agent.email)
    return change


def _open_changes(agent: Agent) -> QuerySet[EmailChange]:
    return EmailChange.objects.filter(agent=agent, confirmed_at=None, undone_at=None)


def _lock(agent_id: int) -> Agent:
    return Agent.objects.select_for_update(of=("self",)).get(pk=agent_id)


def _check_free(agent: Agent, email: str) -> None:
    if Agent.objects.filter(email__iexact=email).exclude(pk=agent.pk).exists():
        raise AddressTaken


def _move(agent: Agent, email: str) -> None:
    _check_free(agent, email)
    agent.email = email
    try:
        with transaction.atomic():
            agent.save(update_fields=["email"])
    except IntegrityError:
        # Somebody else came between the question and the change.
        raise AddressTaken from None


def _link(name: str, change: EmailChange, purpose: str) -> str:
    # Never the Host header: it is whatever the asker wrote.
    return f"{settings.BASE_URL}{reverse(name, args=[signing.dumps(change.pk, salt=purpose)])}"


def _read(token: str, purpose: str, within: timedelta) -> EmailChange:
    try:
        pk = signing.loads(token, salt=purpose, max_age=within)
    except signing.BadSignature:
        raise LinkUsed from None
    change = EmailChange.objects.select_related("agent__company").filter(pk=pk).first()
    if change is None or change.agent.deleted_at or not change.agent.is_active:
        raise LinkUsed
    return change
