"""Files as agents see them. Both levels of access use them (AG4)."""

from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from agents.http import AgentRequest, company_of, for_agents, number
from files.lists import ORDERS, Shelf
from files.models import Folder, StoredFile
from files.serving import serve

LONGEST_QUERY = 200


def get_file_or_404(request: AgentRequest, pk: int) -> StoredFile:
    """A file of the agent's own company; anything else is not found (rule 7)."""
    return get_object_or_404(StoredFile.objects.of(company_of(request.user).pk), pk=pk)


def get_folder_or_404(request: AgentRequest, pk: int) -> Folder:
    return get_object_or_404(Folder.objects.of(company_of(request.user).pk), pk=pk)


def folder_named(request: AgentRequest, value: str | None) -> Folder | None:
    """The folder that a form or an address names; none for the top."""
    return get_folder_or_404(request, number(value)) if value else None


def asked_shelf(request: AgentRequest, folder: Folder | None) -> Shelf:
    """The shelf as the address asks for it: search, order, page."""
    sort = request.GET.get("sort", "")
    return Shelf(
        company=company_of(request.user),
        folder=folder,
        query=request.GET.get("q", "").strip()[:LONGEST_QUERY],
        order=ORDERS.get(sort.removeprefix("-"), ORDERS["name"]),
        is_descending=sort.startswith("-"),
        after=request.GET.get("after", ""),
    )


def without_page(request: AgentRequest) -> str:
    """The query of the address, but for the page."""
    query: QueryDict = request.GET.copy()
    query.pop("after", None)
    return query.urlencode()


@require_safe
@for_agents
def download(request: AgentRequest, pk: int) -> HttpResponseBase:
    return serve(request, get_file_or_404(request, pk))


@require_safe
@for_agents
def preview(request: AgentRequest, pk: int) -> HttpResponseBase:
    """In place, for what cannot run; anything else is a download here too."""
    return serve(request, get_file_or_404(request, pk), inline=True)


@require_safe
@for_agents
def picker(request: AgentRequest) -> HttpResponse:
    """Choosing stored files for a task or a message (static/js/file-picker.js)."""
    shelf = asked_shelf(request, folder_named(request, request.GET.get("folder"))).load()
    return render(request, "files/picker.html", {"shelf": shelf, "query": without_page(request)})
