"""What can be done to companies and agents."""

from collections.abc import Callable, Iterable, Mapping

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from agents.availability import publish_availability
from agents.duties import announce_duties, assign_channels, assign_groups
from agents.models import Agent, AgentChannel, Channel, Company, Group, Invitation, SecondFactor
from agents.sessions import end_sessions
from contactcenter.events import AgentStatusChanged, publish
from contactcenter.realtime import company_agents

# Rooms above that hold something of an agent who leaves for good (conversations: what they lead).
_leaving: list[Callable[[Agent], None]] = []


@transaction.atomic
def create_company(*, name: str, email: str, password: str, key: str = "", **fields: str) -> Company:
    """A company with its first agent, who has full access. Raises IntegrityError when key or e-mail are taken."""
    company = Company(name=name, default_email=email, **fields)
    if key:
        company.key = key
    company.save()
    create_agent(company=company, email=email, password=password, access=Agent.Access.FULL)
    return company


@transaction.atomic
def create_agent(
    *,
    company: Company,
    email: str,
    password: str | None,
    access: str = Agent.Access.LIMITED,
    groups: Iterable[Group] = (),
    channels: Iterable[str] = tuple(Channel),
    **fields: str,
) -> Agent:
    """A new agent, Offline, taking part in the channels given. Raises IntegrityError when the e-mail is taken."""
    agent = Agent.objects.create_user(email, password, company=company, access=access, **fields)
    agent.groups_of.set(groups)
    AgentChannel.objects.bulk_create(AgentChannel(agent=agent, channel=channel) for channel in channels)
    return agent


def change_password(*, agent: Agent, password: str | None, keep: str = "") -> None:
    """Set a new password, or none (nobody can sign in). Every session of the agent ends but for `keep`, and so do their
    sockets."""
    change_password_hash(agent=agent, password_hash=make_password(password), keep=keep)


@transaction.atomic
def change_password_hash(*, agent: Agent, password_hash: str, keep: str = "") -> None:
    """`change_password` for those who lock something: making the hash is slow on purpose, and on SQLite nobody in the
    whole house writes while one transaction goes on."""
    agent.password = password_hash
    agent.save(update_fields=["password"])
    end_sessions(agent=agent, keep=keep)


def choose_own_language(*, agent: Agent, language: str) -> None:
    """On every device, from the next page on."""
    Agent.objects.filter(pk=agent.pk).update(language=language)


def choose_notifications(*, agent: Agent, mails_offline: bool, mails_missed: bool, ringtone: str) -> None:
    """Which mails come, and how an offer rings (NO1, NO3, NO6)."""
    Agent.objects.filter(pk=agent.pk).update(
        mails_offline=mails_offline, mails_missed=mails_missed, ringtone=ringtone
    )


class LastFullAccessAgent(Exception):
    """The company would be left without anybody who may change its settings (AG4)."""


@transaction.atomic
def check_company_keeps_full_access(*, company_id: int, without: Agent) -> None:
    """Raises LastFullAccessAgent when nobody but `without` is active with full access. Inside the transaction of the
    change: it locks the company, so that two who step down at once do not rely on each other."""
    Company.objects.select_for_update(no_key=True).get(pk=company_id)
    others = Agent.objects.get_queryset().filter(
        company_id=company_id, access=Agent.Access.FULL, is_active=True
    )
    if not others.exclude(pk=without.pk).exists():
        raise LastFullAccessAgent


def _lock(agent_id: int) -> Agent:
    # The company may follow. Whoever holds that one and invites points at this row, and must not have to wait for it.
    agents = Agent.objects.select_for_update(of=("self",), no_key=True)
    return agents.select_related("company").get(pk=agent_id)


@transaction.atomic
def update_agent(*, agent: Agent, fields: Iterable[str] | None = None) -> None:
    """Save an agent whose fields were changed: those named, or all. Raises LastFullAccessAgent. Who may not sign in any
    more is signed out everywhere; who may not invite any more has invited nobody."""
    before = _lock(agent.pk)
    had_keys = before.is_active and before.has_full_access
    loses_keys = had_keys and not (agent.is_active and agent.has_full_access)
    if before.company_id is not None and loses_keys:
        check_company_keeps_full_access(company_id=before.company_id, without=agent)
        _revoke_invitations_of(agent)
    agent.save(update_fields=None if fields is None else list(fields))
    if before.is_active and not agent.is_active:
        end_sessions(agent=agent)
    if (before.is_active, before.takes_conversations) != (agent.is_active, agent.takes_conversations):
        announce_duties(agent)
    elif before.public_name != agent.public_name and agent.company is not None:
        publish_availability(agent.company)


@transaction.atomic
def edit_agent(
    *, agent: Agent, facts: Mapping[str, str], groups: Iterable[Group], channels: Iterable[str]
) -> None:
    """What the page of an agent sets (AG3, AG4, AG7, AG8). Raises LastFullAccessAgent, and nothing is changed."""
    for name, fact in facts.items():
        setattr(agent, name, fact)
    update_agent(agent=agent, fields=facts)
    assign_groups(agent=agent, groups=groups)
    assign_channels(agent=agent, channels=channels)


def _revoke_invitations_of(agent: Agent) -> None:
    open_ones = Invitation.objects.filter(invited_by=agent, accepted_at=None, revoked_at=None)
    open_ones.update(revoked_at=timezone.now())


def on_agent_leaving(listener: Callable[[Agent], None]) -> None:
    """Register `listener(agent)`; called in the transaction that deletes an agent. A listener that wants locks makes a
    promise."""
    _leaving.append(listener)


@transaction.atomic
def delete_agent(*, agent: Agent) -> None:
    """The agent leaves for good (AG3). Conversations stay under their name, so the row does too; everything that lets
    one sign in, be reached or be asked goes, and the e-mail address is free again. Raises LastFullAccessAgent."""
    agent = _lock(agent.pk)
    if agent.company is None or agent.deleted_at is not None:
        return
    if agent.is_active and agent.has_full_access:
        check_company_keeps_full_access(company_id=agent.company.pk, without=agent)
    if not (agent.first_name or agent.last_name):
        # Known by the address so far.
        agent.first_name = agent.name[:60]
    agent.email = f"deleted-{agent.pk}@deleted.invalid"
    agent.deleted_at, agent.status_changed_at = timezone.now(), timezone.now()
    agent.is_active = agent.takes_conversations = agent.is_staff = agent.is_superuser = False
    agent.status, agent.shown_present = Agent.Status.OFFLINE, False
    agent.set_unusable_password()
    agent.save()
    _revoke_invitations_of(agent)
    agent.groups_of.clear()
    SecondFactor.objects.filter(agent=agent).delete()
    for belongings in (
        agent.channels,
        agent.devices,
        agent.push_subscriptions,
        agent.recovery_codes,
        agent.email_changes,
    ):
        belongings.all().delete()
    end_sessions(agent=agent)
    publish(AgentStatusChanged(agent=agent.pk, status=agent.status), company_agents(agent.company.pk))
    announce_duties(agent)
    for listener in _leaving:
        listener(agent)


@transaction.atomic
def suspend_company(*, company: Company, suspended: bool) -> None:
    """Put a company out of service, or back. Its widgets go offline at once; nothing is deleted."""
    company.is_suspended = suspended
    company.save(update_fields=["is_suspended"])
    publish_availability(company)
