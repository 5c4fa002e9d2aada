"""Files as agents get them. Both levels of access use them (AG4)."""

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from agents.http import AgentRequest, company_of, for_agents
from files.models import StoredFile
from files.serving import serve


def get_file_or_404(request: AgentRequest, pk: int) -> StoredFile:
    """A file of the agent's own company; anything else is not found (rule 7)."""
    return get_object_or_404(StoredFile.objects.of(company_of(request.user).pk), pk=pk)


@require_safe
@for_agents
def download(request: AgentRequest, pk: int) -> HttpResponseBase:
    return serve(request, get_file_or_404(request, pk))


@require_safe
@for_agents
def preview(request: AgentRequest, pk: int) -> HttpResponseBase:
    """In place, for what cannot run; anything else is a download here too."""
    return serve(request, get_file_or_404(request, pk), inline=True)
