"""What widgets may know of the agents: whether somebody is there, and what they are called (ST4)."""

from typing import Any

from agents.models import Agent, Channel, Company, Group
from contactcenter.events import AvailabilityChanged, publish
from contactcenter.realtime import widgets

SHOWN_AGENTS = 3


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
    shown = [{"name": agent.public_name, "avatar": None} for agent in agents]
    return {"online": bool(shown), "agents": shown}


def publish_availability(company: Company) -> None:
    """Tell every widget of the company how it stands now."""
    group_ids = Group.objects.filter(company=company).values_list("pk", flat=True)
    for group_id in [None, *group_ids]:
        publish(
            AvailabilityChanged(**widget_availability(company.pk, group_id)), widgets(company.pk, group_id)
        )
