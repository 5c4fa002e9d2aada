"""What an agent may be asked to do: the active switch (AG5), groups (AG7) and channels (AG8).

The pages of people and channels and the administration change them through here, so that routing and widgets learn of
it each time.
"""

from collections.abc import Callable, Iterable, Sequence

from django.db import transaction

from agents.availability import publish_availability
from agents.models import Agent, AgentChannel, Channel, Group

# Rooms above that want to know when an agent may be asked for other things than before (conversations: offers).
_listeners: list[Callable[[Sequence[Agent]], None]] = []


def on_duties_change(listener: Callable[[Sequence[Agent]], None]) -> None:
    """Register `listener(agents)`; called in the transaction of the change: a listener that wants locks makes a
    promise."""
    _listeners.append(listener)


@transaction.atomic
def announce_duties(*agents: Agent) -> None:
    """Duties of agents of one company were changed: widgets and routing look anew whom they may count on."""
    if not agents or agents[0].company is None:
        return
    publish_availability(agents[0].company)
    for listener in _listeners:
        listener(agents)


@transaction.atomic
def switch_agent(*, agent: Agent, takes_conversations: bool) -> None:
    """Let an agent take conversations, or none (AG5). What is offered to an inactive agent goes on to others; what they
    lead stays with them."""
    agent.takes_conversations = takes_conversations
    changed = Agent.objects.filter(pk=agent.pk, deleted_at=None).exclude(
        takes_conversations=takes_conversations
    )
    if changed.update(takes_conversations=takes_conversations):
        announce_duties(agent)


@transaction.atomic
def change_participation(*, agent: Agent, channel: str, takes_part: bool) -> None:
    """Let an agent take part in a channel, or not (AG8)."""
    if not _lock(agent):
        return
    channels = set(agent.channels.values_list("channel", flat=True))
    assign_channels(agent=agent, channels=channels | {channel} if takes_part else channels - {channel})


@transaction.atomic
def assign_channels(*, agent: Agent, channels: Iterable[str]) -> None:
    """The agent takes part in these channels and in no others."""
    if not _lock(agent):
        return
    wanted, had = set(channels), set(agent.channels.values_list("channel", flat=True))
    agent.channels.filter(channel__in=had - wanted).delete()
    AgentChannel.objects.bulk_create(
        AgentChannel(agent=agent, channel=channel) for channel in Channel if channel in wanted - had
    )
    if wanted != had:
        announce_duties(agent)


@transaction.atomic
def assign_groups(*, agent: Agent, groups: Iterable[Group]) -> None:
    """The agent is in these groups of their company and in no others."""
    if not _lock(agent):
        return
    wanted = {group.pk for group in groups if group.company_id == agent.company_id}
    had = set(agent.groups_of.values_list("pk", flat=True))
    if wanted != had:
        agent.groups_of.set(wanted)
        announce_duties(agent)


def _lock(agent: Agent) -> bool:
    """Two who change the same agent at once go one after the other. False when the agent was deleted meanwhile."""
    agents = Agent.objects.select_for_update(of=("self",), no_key=True)
    return agents.filter(pk=agent.pk, deleted_at=None).first() is not None
