"""Invitations (AG1, AG2): a link by mail that makes one account, once, within 72 hours.

The link's token is random and stored only as a hash. Whether the link is good is asked when it is opened and again,
under the company's lock, when the form is sent: of many who send at once one gets in, and the plan's number of agents
holds.
"""

import hashlib
import secrets
from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agents.actions import create_agent
from agents.mails import post_letter, speaking_for
from agents.models import INVITATION_LIFE, Agent, Channel, Company, Group, Invitation


class NotInvited(Exception):
    """The address cannot be invited now."""


class AddressTaken(NotInvited):
    """Somebody signs in with it already, in whatever company."""


class AlreadyInvited(NotInvited):
    """The company's invitation to it is open."""


class PlanFull(NotInvited):
    """The plan allows no more agents."""


class Worthless(Exception):
    """The link was used, replaced, withdrawn or has run out; or it never was one."""


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def open_invitations(company: Company) -> list[Invitation]:
    """What the company waits for, also what has run out; newest first."""
    found = Invitation.objects.filter(company=company, accepted_at=None, revoked_at=None)
    return list(found.select_related("invited_by").prefetch_related("groups"))


# --- Inviting -----------------------------------------------------------------------------------------------------


@transaction.atomic
def invite(
    *,
    company: Company,
    by: Agent,
    email: str,
    access: str,
    groups: Iterable[Group] = (),
    channels: Iterable[str] = tuple(Channel),
) -> Invitation:
    """Ask somebody to join, by mail. Raises NotInvited."""
    company = _lock(company.pk)
    email = email.strip().lower()
    _check_address(email)
    if Invitation.objects.filter(
        company=company, email__iexact=email, accepted_at=None, revoked_at=None
    ).exists():
        raise AlreadyInvited
    check_room(company=company)
    invitation = Invitation(company=company, email=email, access=access)
    invitation.channels = [channel for channel in Channel if channel in set(channels)]
    token = _renew(invitation, by)
    invitation.groups.set(group for group in groups if group.company_id == company.pk)
    _post(invitation, token)
    return invitation


@transaction.atomic
def send_again(*, invitation: Invitation, by: Agent) -> Invitation:
    """A new link, for another 72 hours; the old one is worthless from now on. Raises NotInvited, and Worthless when the
    invitation was accepted or revoked in the meantime."""
    company = _lock(invitation.company_id)
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if not invitation.is_open:
        raise Worthless
    _check_address(invitation.email)
    check_room(company=company, besides=invitation)
    _post(invitation, _renew(invitation, by))
    return invitation


@transaction.atomic
def revoke(*, invitation: Invitation) -> None:
    """The link is worthless from now on. Raises Worthless when it was accepted in the meantime."""
    _lock(invitation.company_id)
    found = Invitation.objects.filter(pk=invitation.pk, accepted_at=None)
    if not found.exists():
        raise Worthless
    found.filter(revoked_at=None).update(revoked_at=timezone.now())


def _lock(company_id: int) -> Company:
    """Everything that changes how many there are goes one after the other."""
    return Company.objects.select_for_update(no_key=True).get(pk=company_id)


def _check_address(email: str) -> None:
    # An address signs in to one company, and nobody learns to which.
    if Agent.objects.filter(email__iexact=email).exists():
        raise AddressTaken


def check_room(*, company: Company, besides: Invitation | None = None) -> None:
    """Raises PlanFull when the company's agents and those it waits for have reached the plan's number."""
    if company.agent_limit is not None and places_taken(company, besides=besides) >= company.agent_limit:
        raise PlanFull


def has_room(company: Company) -> bool:
    """Whether somebody may be invited."""
    return company.agent_limit is None or places_taken(company) < company.agent_limit


def places_taken(company: Company, *, besides: Invitation | None = None) -> int:
    """Of the plan: by the company's agents, and by those who may still come."""
    waited_for = Invitation.objects.filter(
        company=company, accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )
    if besides is not None:
        waited_for = waited_for.exclude(pk=besides.pk)
    return _number_of_agents(company) + waited_for.count()


def _number_of_agents(company: Company) -> int:
    return Agent.objects.get_queryset().of(company.pk).count()


def _renew(invitation: Invitation, by: Agent) -> str:
    """Give the invitation a new token, which only its mail will know."""
    token = secrets.token_urlsafe(32)
    invitation.token_hash = hash_of(token)
    invitation.invited_by = by
    invitation.created_at = timezone.now()
    invitation.expires_at = invitation.created_at + INVITATION_LIFE
    invitation.save()
    return token


def _post(invitation: Invitation, token: str) -> None:
    company, by = invitation.company, invitation.invited_by
    with speaking_for(company):
        facts = [
            (_("Login"), invitation.email, ""),
            (_("Access"), invitation.get_access_display(), ""),
            (_("Groups"), ", ".join(group.name for group in invitation.groups.all()) or _("none"), ""),
            (_("Channels"), ", ".join(str(Channel(name).label) for name in invitation.channels), ""),
        ]
        post_letter(
            to=invitation.email,
            template="agents/mail/invitation",
            subject=_("%(name)s invites you to the team %(company)s")
            % {"name": by.name, "company": company.name},
            context={
                "company": company,
                "by": by,
                "link": f"{settings.BASE_URL}{reverse('agents:invitation', args=[token])}",
                "until": invitation.expires_at,
                "facts": [fact for fact in facts if fact[1]],
            },
            reply_to=by.email,
        )


# --- Accepting ----------------------------------------------------------------------------------------------------


def find_invitation(token_hash: str) -> Invitation:
    """The invitation whose link this is. Raises Worthless."""
    invitation = (
        Invitation.objects.select_related("company", "invited_by").filter(token_hash=token_hash).first()
    )
    if invitation is None or not _may_be_accepted(invitation):
        raise Worthless
    return invitation


def _may_be_accepted(invitation: Invitation) -> bool:
    inviter = invitation.invited_by
    return (
        invitation.is_usable
        and inviter.is_active
        and inviter.has_full_access
        and inviter.company_id == invitation.company_id
        and not invitation.company.is_suspended
        and not Agent.objects.filter(email__iexact=invitation.email).exists()
    )


def accept_invitation(*, token_hash: str, password: str, first_name: str, last_name: str) -> Agent:
    """Make the account that the invitation speaks of. Raises Worthless and PlanFull, and uses up nothing then."""
    # Slow on purpose: not while the company is locked.
    password_hash = make_password(password)
    with transaction.atomic():
        return _accept(token_hash, password_hash, first_name=first_name, last_name=last_name)


def _accept(token_hash: str, password_hash: str, **names: str) -> Agent:
    company = _lock(find_invitation(token_hash).company_id)
    # Again, under the lock: of many who have opened the link one gets in.
    invitation = find_invitation(token_hash)
    if company.agent_limit is not None and _number_of_agents(company) >= company.agent_limit:
        raise PlanFull
    try:
        with transaction.atomic():
            agent = create_agent(
                company=company,
                email=invitation.email,
                password=None,
                access=invitation.access,
                groups=invitation.groups.all(),
                channels=[Channel(name) for name in invitation.channels if name in Channel.values],
                **names,
            )
    except IntegrityError:
        # The address got an account elsewhere in this moment.
        raise Worthless from None
    agent.password = password_hash
    agent.save(update_fields=["password"])
    invitation.accepted_at, invitation.agent = timezone.now(), agent
    invitation.save(update_fields=["accepted_at", "agent"])
    return agent
