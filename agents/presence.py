"""Status and presence (ST1–ST4): who is here, by leases; and telling everybody when that changes.

An agent counts as present for `GRACE` after the last sign of life of any of their devices. Nothing has to run for that
to be true: availability is computed from the rows. What the promise "presence.lapse" does is only to tell the
open screens at the right moment. See docs/presence.md.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from agents.availability import publish_availability
from agents.models import GRACE, Agent, Company, Device
from contactcenter.events import AgentStatusChanged, publish
from contactcenter.promises import keeps, make_promise
from contactcenter.realtime import company_agents, one_agent

# Rooms above that want to know when an agent may be asked, or may not any more (conversations: offers).
_listeners: list[Callable[[Sequence[Agent], bool], None]] = []


def on_presence_change(listener: Callable[[Sequence[Agent], bool], None]) -> None:
    """Register `listener(agents, may_be_asked)`; called in the transaction of the change, which holds the agent's row:
    a listener that wants other locks makes a promise."""
    _listeners.append(listener)


@transaction.atomic
def renew_lease(*, agent_id: int, device: str) -> None:
    """A device gave a sign of life."""
    now = timezone.now()
    # Whoever was gone for longer than the grace arrives anew, also when nobody has been told yet that they were gone.
    is_here = Agent.objects.get_queryset().filter(pk=agent_id, shown_present=True).present().exists()
    # The agent before the device, as whoever deletes an agent locks them.
    newcomer = None if is_here else _locked(agent_id)
    Device.objects.update_or_create(
        agent_id=agent_id, key=device, defaults={"seen_at": now, "is_connected": True}
    )
    if newcomer is not None:
        _arrived(newcomer)


def _locked(agent_id: int) -> Agent:
    agents = Agent.objects.select_for_update(of=("self",), no_key=True).select_related("company")
    return agents.get(pk=agent_id)


def _arrived(agent: Agent) -> None:
    agent.shown_present = True
    agent.save(update_fields=["shown_present"])
    make_promise("presence.lapse", key=str(agent.pk), due_at=timezone.now() + GRACE, agent_id=agent.pk)
    _tell(agent)


@transaction.atomic
def release_lease(*, agent_id: int, device: str, silent_for: timedelta = timedelta()) -> None:
    """A device closed its socket. The grace runs from now; when the line had been silent, from its last sign of life.
    A tab that is already back on another socket keeps its lease."""
    last_sign = timezone.now() - silent_for
    Device.objects.filter(
        agent_id=agent_id, key=device, seen_at__lte=last_sign + timedelta(seconds=1)
    ).update(is_connected=False, seen_at=last_sign)


@keeps("presence.lapse")
def lapse_presence_if_gone(*, agent_id: int) -> None:
    """Nobody has seen the agent for the length of the grace: tell everybody. Otherwise look again when the last
    lease will have run out."""
    agent = (
        Agent.objects.select_for_update(of=("self",), no_key=True)
        .select_related("company")
        .filter(pk=agent_id)
        .first()
    )
    if agent is None or not agent.shown_present:
        return
    last_sign = agent.devices.order_by("-seen_at").values_list("seen_at", flat=True).first()
    now = timezone.now()
    if last_sign is not None and last_sign + GRACE > now:
        make_promise("presence.lapse", key=str(agent_id), due_at=last_sign + GRACE, agent_id=agent_id)
        return
    agent.shown_present = False
    agent.save(update_fields=["shown_present"])
    # Tabs that have been gone for long will not come back under the same key.
    agent.devices.filter(seen_at__lt=now - GRACE - timedelta(days=1)).delete()
    _tell(agent)


@transaction.atomic
def change_status(*, agent: Agent, status: str) -> Agent:
    """The agent chooses a status: on all devices, and on the widgets, at once (ST2)."""
    agent = _locked(agent.pk)
    if agent.status == status:
        return agent
    agent.status, agent.status_changed_at = Agent.Status(status), timezone.now()
    agent.save(update_fields=["status", "status_changed_at"])
    _tell(agent)
    return agent


def tell_company(company: Company, *, is_open: bool) -> None:
    """The company opens or closes: its widgets are told, and when it opens, what waits is offered to whoever is there.
    What rings when it closes rings on: the customer came in time."""
    publish_availability(company)
    if not is_open:
        return
    here = list(
        Agent.objects.get_queryset()
        .of(company.pk)
        .filter(status=Agent.Status.ONLINE, is_active=True, takes_conversations=True)
        .present()
        .order_by("pk")
    )
    for listener in _listeners:
        listener(here, True)


def _tell(agent: Agent) -> None:
    company = agent.company
    if company is None:
        return
    status = agent.presence
    publish(
        AgentStatusChanged(agent=agent.pk, status=status), company_agents(company.pk), one_agent(agent.pk)
    )
    publish_availability(company)
    may_be_asked = status == Agent.Status.ONLINE and agent.takes_conversations and agent.is_active
    for listener in _listeners:
        listener([agent], may_be_asked)
