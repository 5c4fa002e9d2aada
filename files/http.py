"""What the views of this room share."""

from typing import Any

from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse

from agents.http import AgentRequest, company_of, number
from files.actions import Chosen
from files.lists import ORDERS, Shelf
from files.models import Folder, StoredFile

LONGEST_QUERY = 200
MOST_AT_ONCE = 500


def get_file_or_404(request: AgentRequest, pk: int) -> StoredFile:
    """A file of the agent's own company; anything else is not found (rule 7)."""
    files = StoredFile.objects.of(company_of(request.user).pk)
    return get_object_or_404(files.select_related("folder", "added_by"), pk=pk)


def get_folder_or_404(request: AgentRequest, pk: int) -> Folder:
    folders = Folder.objects.of(company_of(request.user).pk)
    return get_object_or_404(folders.select_related("parent", "added_by"), pk=pk)


def folder_named(request: AgentRequest, value: str | None) -> Folder | None:
    """The folder that a form or an address names; none for the top."""
    return get_folder_or_404(request, number(value)) if value else None


def address_of(folder: Folder | None) -> str:
    return reverse("files:folder", args=[folder.pk]) if folder else reverse("files:shelf")


def chosen_by(request: AgentRequest, values: QueryDict) -> Chosen:
    """The folders and files that a form names ("file:5", "folder:7"). If one of them is not there, none is found."""
    company = company_of(request.user).pk
    numbers: dict[str, set[int]] = {"file": set(), "folder": set()}
    for value in values.getlist("item")[: MOST_AT_ONCE + 1]:
        kind, _, pk = value.partition(":")
        if kind not in numbers or not number(pk):
            raise Http404
        numbers[kind].add(number(pk))
    chosen = Chosen(
        folders=list(Folder.objects.of(company).filter(pk__in=numbers["folder"]).order_by("search_text")),
        files=list(
            StoredFile.objects.of(company).on_shelf().filter(pk__in=numbers["file"]).order_by("search_text")
        ),
    )
    if not len(chosen) or len(chosen) != len(numbers["file"]) + len(numbers["folder"]):
        raise Http404
    return chosen


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


def without(request: AgentRequest, *names: str) -> str:
    """The query of the address, but for some of its parts."""
    query: Any = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return str(query.urlencode())
