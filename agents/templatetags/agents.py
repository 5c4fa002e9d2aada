"""`{% load agents %}`: the people of the page's company."""

from typing import Any

from django import template

from agents.http import company_of
from agents.models import Channel
from agents.people import Person, people_of

register = template.Library()


@register.simple_tag(takes_context=True)
def people(context: template.Context) -> list[Person]:
    request: Any = context["request"]
    return people_of(company_of(request.user))


@register.filter
def channel_label(channel: str) -> str:
    return str(Channel(channel).label)


@register.filter
def taking_part(people: list[Person], channel: str) -> list[Person]:
    """Those who take part in the channel."""
    return [person for person in people if channel in person.channels]
