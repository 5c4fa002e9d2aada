"""Files as agents see them (FI1). Both levels of access use them (AG4)."""

from typing import Any

from django.db.models import Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agents.http import AgentRequest, for_agents
from files.http import (
    address_of,
    asked_shelf,
    folder_named,
    get_file_or_404,
    get_folder_or_404,
    without,
)
from files.kinds import kind_of
from files.lists import ORDERS, Shelf, storage_of
from files.models import Folder, StoredFile
from files.reading import beginning_of
from files.serving import serve
from files.store import MAX_BYTES
from files.uses import uses_of


@require_safe
@for_agents
def shelf(request: AgentRequest, pk: int | None = None) -> HttpResponse:
    """A folder, or the top: the page, or its list that refetches itself."""
    folder = get_folder_or_404(request, pk) if pk else None
    facts = shelf_facts(request, folder)
    return render(request, "files/listing.html" if request.htmx else "files/page.html", facts)


def shelf_facts(request: AgentRequest, folder: Folder | None) -> dict[str, Any]:
    shown: Shelf = asked_shelf(request, folder).load()
    return {
        "shelf": shown,
        "address": address_of(folder),
        # Sorted anew, one begins on the first page.
        "orders": ORDERS.values(),
        "filters": without(request, "after", "sort"),
        "query": without(request, "after"),
        "here": without(request),
        "storage": storage_of(shown.company),
        "most_bytes": MAX_BYTES,
    }


@require_safe
@for_agents
def file(request: AgentRequest, pk: int) -> HttpResponse:
    """What is known of a file: beside its folder, or alone to take that place."""
    found = get_file_or_404(request, pk)
    facts = {"file": found, "kind": kind_of(found.content_type), "is_open": True}
    facts |= {"uses": uses_of(found.company_id, [pk]).get(pk, [])}
    return _beside_shelf(request, found.folder, facts)


@require_safe
@for_agents
def folder_details(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_folder_or_404(request, pk)
    files = StoredFile.objects.of(found.company_id).on_shelf().filter(folder=found)
    facts = {
        "folder": found,
        "is_open": True,
        "file_count": files.count(),
        "folder_count": Folder.objects.of(found.company_id).filter(parent=found).count(),
        "size": files.aggregate(size=Sum("size"))["size"] or 0,
    }
    return _beside_shelf(request, found.parent, facts)


def _beside_shelf(request: AgentRequest, folder: Folder | None, facts: dict[str, Any]) -> HttpResponse:
    facts |= {"folder_address": address_of(folder)}
    if request.htmx:
        return render(request, "files/details.html", facts)
    return render(request, "files/page.html", shelf_facts(request, folder) | facts)


@require_safe
@for_agents
def look(request: AgentRequest, pk: int) -> HttpResponse:
    """A look at the content without a program, in a dialog."""
    found = get_file_or_404(request, pk)
    preview_as = kind_of(found.content_type).preview
    facts: dict[str, Any] = {"file": found, "preview": preview_as}
    if preview_as == "text":
        facts["text"] = beginning_of(found)
    template = "files/look.html" if request.htmx else "files/look_page.html"
    return render(request, template, facts)


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
    found = asked_shelf(request, folder_named(request, request.GET.get("folder"))).load()
    return render(request, "files/picker.html", {"shelf": found, "query": without(request, "after")})
