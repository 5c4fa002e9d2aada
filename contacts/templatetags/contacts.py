"""`{% load contacts %}`: how contacts are shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from contacts.custom import brief_values
from contacts.models import Contact, CustomField
from contacts.numbers import show

register = template.Library()


@register.filter
def phone(number: str) -> str:
    """A kept number as people write it."""
    return show(number)


@register.filter
def contact_name(contact: Contact) -> str:
    """What the contact is called; who has no name is called by their address or number."""
    if contact.name:
        return contact.name
    # Prefetched or not, as the view needed them.
    for email in contact.emails.all():
        return email.address
    for each in contact.phones.all():
        return show(each.number)
    return "–"


@register.filter
def own_values(values: Mapping[str, Any], fields: Sequence[CustomField]) -> str:
    """What the company's own fields say of a contact or a task, in a list."""
    return brief_values(fields, values)
