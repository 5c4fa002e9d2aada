"""What the views of this room share."""

from django.shortcuts import get_object_or_404

from agents.http import company_of
from agents.models import Agent
from contacts.models import Contact


def get_contact_or_404(agent: Agent, pk: int) -> Contact:
    """A contact of the agent's own company; anything else is not found (rule 7)."""
    contacts = Contact.objects.of(company_of(agent).pk).select_related("created_by")
    return get_object_or_404(contacts.prefetch_related("emails", "phones", "tags"), pk=pk)
