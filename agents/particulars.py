"""What people and companies say of themselves: saved as it is, and told to whom it concerns."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from agents.availability import publish_availability
from agents.models import Agent, Company
from agents.opening import follow_hours

_website_listeners: list[Callable[[Company], None]] = []


def on_website(listener: Callable[[Company], None]) -> None:
    """Register what is called, in the transaction of the change, when a company's website has another address."""
    _website_listeners.append(listener)


@transaction.atomic
def update_profile(*, agent: Agent, **facts: str) -> Agent:
    """Nothing else of the row is written: the agent's status may change at the same time."""
    agent = (
        Agent.objects.select_for_update(of=("self",), no_key=True).select_related("company").get(pk=agent.pk)
    )
    called = agent.public_name
    for name, value in facts.items():
        setattr(agent, name, value)
    agent.save(update_fields=list(facts))
    if agent.company is not None and agent.public_name != called:
        publish_availability(agent.company)
    return agent


@transaction.atomic
def update_company(*, company: Company, **facts: Any) -> Company:
    """Widgets show it from their next load on; working hours follow another clock at once, and who registered for it
    looks at another website."""
    company = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    zone, website = company.time_zone, company.website
    for name, value in facts.items():
        setattr(company, name, value)
    company.save(update_fields=list(facts))
    if company.time_zone != zone:
        follow_hours(company=company)
    if company.website != website:
        for listener in _website_listeners:
            listener(company)
    return company
