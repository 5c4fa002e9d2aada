"""What can be done to companies and agents."""

from collections.abc import Iterable

from django.db import transaction

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
def change_password(*, agent: Agent, password: str) -> None:
    """Set a new password. Every session of the agent ends, and so do its sockets."""
    agent.set_password(password)
    agent.save(update_fields=["password"])
    publish(SessionEnded(session=None), one_agent(agent.pk))
