"""What widgets may know of the agents: whether somebody is there, and what they are called (ST4)."""

from collections.abc import Callable, Sequence
from typing import Any

from agents.models import Agent, Channel, Company, Group
from contactcenter.events import AvailabilityChanged, publish
from contactcenter.realtime import widgets

SHOWN_AGENTS = 3

# Rooms above that remember when a widget was online (chat: e-mails about visitors).
_listeners: list[Callable[[Company, Sequence[int | None]], None]] = []


def on_availability(listener: Callable[[Company, Sequence[int | None]], None]) -> None:
    """Register `listener(company, online)`: which of the company's widgets (groups, and None for the whole company) are
    online, whenever that is told. Called in the transaction of the change, which holds the agents' rows: a listener
    takes no locks."""
    _listeners.append(listener)


def widget_availability(company_id: int, group_id: int | None = None) -> dict[str, Any]:
    """`{"online": …, "agents": [{"name", "avatar"}]}` for a company's widget, or its widget for one group. A widget
    of no group belongs to the whole company: everybody counts."""
    agents = (
        Agent.objects.get_queryset()
        .filter(company_id=company_id)
        .available(Channel.CHAT)
        .in_group(group_id)
        .order_by("status_changed_at")[:SHOWN_AGENTS]
    )
    shown = [{"name": agent.public_name, "avatar": agent.avatar_address} for agent in agents]
    return {"online": bool(shown), "agents": shown}


def publish_availability(company: Company) -> None:
    """Tell every widget of the company how it stands now."""
    group_ids = Group.objects.filter(company=company).values_list("pk", flat=True)
    online = []
    for group_id in [None, *group_ids]:
        availability = widget_availability(company.pk, group_id)
        publish(AvailabilityChanged(**availability), widgets(company.pk, group_id))
        if availability["online"]:
            online.append(group_id)
    for listener in _listeners:
        listener(company, online)
