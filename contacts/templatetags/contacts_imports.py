"""`{% load contacts_imports %}`: what the report of an import names."""

from django import template

from contacts.imports.models import ContactImport
from contacts.imports.presenting import heading_of

register = template.Library()


@register.filter
def heading(contact_import: ContactImport, column: int | None) -> str:
    """What a column of the file is called."""
    return heading_of(contact_import, column) or "–"
