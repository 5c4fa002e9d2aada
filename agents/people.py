"""The company's people as lists show them, in a number of queries that does not grow with them. Reads only."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils import timezone

from agents.models import GRACE, Agent, Channel, Company, Device, Group


@dataclass(frozen=True)
class Person:
    """An agent in a list, with the status that counts now."""

    agent: Agent
    presence: str
    groups: list[Group]
    channels: list[Channel]


def people_of(company: Company) -> list[Person]:
    """Everybody but those who were deleted, by name."""
    lives = Device.objects.filter(agent=OuterRef("pk"), seen_at__gt=timezone.now() - GRACE)
    agents = (
        Agent.objects.get_queryset()
        .of(company.pk)
        .annotate(is_here=Exists(lives))
        .prefetch_related("groups_of", "channels")
        .order_by("first_name", "last_name", "pk")
    )
    return [
        Person(
            agent=agent,
            presence=agent.status if agent.is_here else Agent.Status.OFFLINE,
            groups=list(agent.groups_of.all()),
            channels=[
                channel for channel in Channel if channel in {own.channel for own in agent.channels.all()}
            ],
        )
        for agent in agents
    ]
