"""What the views of this room share."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from agents.http import AgentRequest, company_of
from contacts.custom import fields_on
from tasks import lists
from tasks.forms import FilterForm
from tasks.lists import Show, Sort
from tasks.models import Task


def get_task_or_404(request: AgentRequest, pk: int) -> Task:
    """A task of the agent's own company; anything else is not found (rule 7)."""
    found = lists.with_people(lists.tasks_of(company_of(request.user)))
    return get_object_or_404(found.select_related("company", "created_by", "changed_by"), pk=pk)


def chosen(request: AgentRequest) -> tuple[Show, Sort]:
    show, sort = request.GET.get("show", ""), request.GET.get("sort", "")
    return (
        Show(show) if show in Show.values else Show.MINE,
        Sort(sort) if sort in Sort.values else Sort.DUE,
    )


def list_facts(request: AgentRequest) -> dict[str, Any]:
    """The left pane: a page of one of the lists, as its address says."""
    company, agent = company_of(request.user), request.user
    show, sort = chosen(request)
    form = FilterForm(request.GET, company=company)
    form.is_valid()
    filters = form.cleaned_data | ({"assignee": ""} if show == Show.MINE else {})
    if show == Show.DONE:
        filters["status"] = ""
    mark = request.GET.get("after", "")
    page = lists.page_of(
        lists.filtered(lists.shown(agent, company, show), filters), company, show, sort, mark
    )
    if show in {Show.MINE, Show.ALL} and not page.next and not filters.get("status"):
        everything = lists.tasks_of(company)
        whose = everything.filter(assignee=agent) if show == Show.MINE else everything
        page.sections += lists.done_today(lists.filtered(whose, filters), company)
    counts = lists.counts(company, numbers(request))
    query = request.GET.copy()
    query.pop("after", None)
    return {
        "page": page,
        "tabs": [(tab, counts.get(tab)) for tab in Show],
        "show": show,
        "sort": sort,
        "sorts": list(Sort),
        "filters": form,
        "own_fields": fields_on(company.pk, "tasks"),
        "is_first_page": not mark,
        "query": query.urlencode(),
        "here": request.GET.urlencode(),
    }


def numbers(request: AgentRequest) -> dict[str, int]:
    """The numbers of the top bar, asked for once a page."""
    known: dict[str, int] | None = getattr(request, "task_counters", None)
    if known is None:
        known = lists.counters(request.user)
        request.task_counters = known  # type: ignore[attr-defined]
    return known


def render_room(request: AgentRequest, facts: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The right pane for a page that has the left one; else the whole page."""
    query = request.GET.copy()
    query.pop("after", None)
    if request.htmx and request.htmx.target == "task":
        return render(
            request, "tasks/includes/pane.html", {"query": query.urlencode()} | facts, status=status
        )
    return render(request, "tasks/list.html", list_facts(request) | facts, status=status)
