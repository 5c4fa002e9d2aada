"""What can be done to companies and agents."""

from collections.abc import Iterable

from django.db import transaction

from agents.availability import publish_availability
from agents.models import Agent, AgentChannel, Channel, Company, Group
from contactcenter.events import SessionEnded, publish
from contactcenter.realtime import one_agent


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


@transaction.atomic
def change_password(*, agent: Agent, password: str | None) -> None:
    """Set a new password, or none (nobody can sign in). Every session of the agent ends, and so do its sockets."""
    agent.set_password(password)
    agent.save(update_fields=["password"])
    publish(SessionEnded(session=None), one_agent(agent.pk))


def end_session(*, agent: Agent, session: str) -> None:
    """The agent has signed out on one device: its sockets close. What was chosen there holds on the others."""
    publish(SessionEnded(session=session), one_agent(agent.pk))


def choose_own_language(*, agent: Agent, language: str) -> None:
    """On every device, from the next page on."""
    Agent.objects.filter(pk=agent.pk).update(language=language)


class LastFullAccessAgent(Exception):
    """The company would be left without anybody who may change its settings (AG4)."""


@transaction.atomic
def check_company_keeps_full_access(*, company_id: int, without: Agent) -> None:
    """Raises LastFullAccessAgent when nobody but `without` is active with full access. Inside the transaction of the
    change: it locks the company, so that two who step down at once do not rely on each other."""
    Company.objects.select_for_update().get(pk=company_id)
    others = Agent.objects.get_queryset().filter(
        company_id=company_id, access=Agent.Access.FULL, is_active=True
    )
    if not others.exclude(pk=without.pk).exists():
        raise LastFullAccessAgent


@transaction.atomic
def update_agent(*, agent: Agent) -> None:
    """Save an agent whose fields were changed. Raises LastFullAccessAgent. Who may not sign in any more is signed out
    everywhere; widgets learn whether somebody is still there."""
    before = Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
    had_keys = before.is_active and before.has_full_access
    if before.company_id is not None and had_keys and not (agent.is_active and agent.has_full_access):
        check_company_keeps_full_access(company_id=before.company_id, without=agent)
    agent.save()
    if before.is_active and not agent.is_active:
        publish(SessionEnded(session=None), one_agent(agent.pk))
    if agent.company is not None and (before.is_active, before.takes_conversations) != (
        agent.is_active,
        agent.takes_conversations,
    ):
        publish_availability(agent.company)


@transaction.atomic
def suspend_company(*, company: Company, suspended: bool) -> None:
    """Put a company out of service, or back. Its widgets go offline at once; nothing is deleted."""
    company.is_suspended = suspended
    company.save(update_fields=["is_suspended"])
    publish_availability(company)
