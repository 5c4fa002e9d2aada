"""The room of the tasks, and the pieces of pages that show some of them. Reads only."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agents.http import AgentRequest, company_of, for_agents, number
from conversations.http import get_conversation_or_404
from tasks import lists
from tasks.beside import tasks_section
from tasks.http import list_facts
from tasks.models import Task


@require_safe
@never_cache
def task_list(request: AgentRequest) -> HttpResponse:
    if request.user.company_id is None:
        return render(request, "tasks/list.html")
    return _task_list(request)


@for_agents
def _task_list(request: AgentRequest) -> HttpResponse:
    if request.htmx and request.htmx.target == "task-list":
        return render(request, "tasks/includes/rows.html", list_facts(request) | {"with_tabs": True})
    return render(request, "tasks/list.html", list_facts(request))


@require_safe
@for_agents
def counter(request: AgentRequest) -> HttpResponse:
    return render(request, "tasks/includes/counter.html", {"fragment": True})


@require_safe
@for_agents
def mine(request: AgentRequest) -> HttpResponse:
    """What the task icon of the top bar opens, in place (IN1)."""
    found = lists.soonest_of(request.user)
    facts = {"tasks": found[: lists.DROPPED_DOWN], "has_more": len(found) > lists.DROPPED_DOWN}
    return render(request, "tasks/includes/mine.html", facts)


@require_safe
@for_agents
def of_conversation(request: AgentRequest, pk: int) -> HttpResponse:
    """What stands beside a conversation."""
    section = tasks_section(get_conversation_or_404(request.user, pk))
    return render(request, section.template, {"section": section})


@require_safe
@for_agents
def standing(request: AgentRequest, pk: int) -> HttpResponse:
    """Whether the task is still as the page shows it; nothing to say when it is."""
    company = company_of(request.user)
    tasks = Task.objects.filter(company=company).select_related("changed_by")
    task = get_object_or_404(tasks, pk=pk)
    if task.deleted_at is None and task.version == number(request.GET.get("version")):
        return HttpResponse(status=204)
    return render(request, "tasks/includes/standing.html", {"task": task})
