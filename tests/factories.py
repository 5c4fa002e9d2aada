"""People and conversations for tests, in words that read aloud.

ewa = make_agent(company, "Ewa", online=True, groups=["Sales"])
conversation = make_conversation(company, text="Where is my parcel?")
"""

import itertools
from typing import Any

from agents.actions import create_agent, create_company
from agents.models import Agent, Channel, Company, Group
from agents.presence import change_status, renew_lease
from chat.models import Visitor
from conversations.actions import answer_conversation, close_conversation, start_conversation
from conversations.models import Conversation

PASSWORD = "a long enough password"

_numbers = itertools.count(1)


def make_company(name: str = "Florist", **fields: Any) -> Company:
    """A company with its founder, who has full access and stays offline."""
    number = next(_numbers)
    email = f"founder{number}@florist.example"
    return create_company(name=name, email=email, password=PASSWORD, key=f"florist-{number}", **fields)


def make_group(company: Company, name: str) -> Group:
    return Group.objects.get_or_create(company=company, name=name)[0]


def make_agent(
    company: Company,
    name: str,
    *,
    online: bool = False,
    groups: tuple[str, ...] = (),
    access: str = Agent.Access.LIMITED,
    **fields: Any,
) -> Agent:
    """An agent called `name`; `online` with the workspace open on a device called after them."""
    agent = create_agent(
        company=company,
        email=f"{name.lower()}{next(_numbers)}@florist.example",
        password=PASSWORD,
        access=access,
        first_name=name,
        groups=[make_group(company, group) for group in groups],
        **fields,
    )
    if online:
        come_online(agent)
    return agent


def make_operator() -> Agent:
    """Runs the installation; belongs to no company."""
    return Agent.objects.create_superuser(f"operator{next(_numbers)}@host.example", PASSWORD)


def device_of(agent: Agent, which: str = "laptop") -> str:
    return f"{which}-of-{agent.pk}"


def come_online(agent: Agent, which: str = "laptop") -> None:
    """The agent opens the workspace and chooses Online."""
    renew_lease(agent_id=agent.pk, device=device_of(agent, which))
    change_status(agent=agent, status=Agent.Status.ONLINE)
    agent.refresh_from_db()


def heartbeat(agent: Agent, which: str = "laptop") -> None:
    renew_lease(agent_id=agent.pk, device=device_of(agent, which))


def new_id() -> str:
    """A message's own id, as its sender makes it."""
    return f"message-{next(_numbers)}"


def make_visitor(company: Company, **fields: Any) -> Visitor:
    return Visitor.objects.create(company=company, token_hash=f"{next(_numbers):064d}", **fields)


def make_conversation(
    company: Company,
    *,
    text: str = "Good morning",
    group: str | None = None,
    led_by: Agent | None = None,
    closed: bool = False,
    visitor: Visitor | None = None,
    channel: str = Channel.CHAT,
    **facts: Any,
) -> Conversation:
    """A visitor writes: the conversation is offered as the rules have it; `led_by` somebody answered it."""
    visitor = visitor or make_visitor(company)
    conversation, _ = start_conversation(
        company=company,
        channel=channel,
        client_id=new_id(),
        text=text,
        customer_key=visitor.customer_key,
        group=make_group(company, group) if group else None,
        **facts,
    )
    if led_by:
        conversation = answer_conversation(conversation=conversation, by=led_by)
    if closed:
        conversation = close_conversation(conversation=conversation, by=led_by or company.agents.first())
    return conversation
