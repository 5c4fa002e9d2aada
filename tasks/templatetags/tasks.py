"""`{% load tasks %}`: the numbers of the top bar, and how rows put their dates."""

from typing import Any

from django import template

from tasks import http, wording
from tasks.lists import MOST_COUNTED
from tasks.models import Task

register = template.Library()

BADGES = {
    Task.Priority.LOW: "",
    Task.Priority.URGENT: "badge--warn",
    Task.Priority.CRITICAL: "badge--danger",
}


@register.simple_tag(takes_context=True)
def task_counters(context: template.Context) -> dict[str, int]:
    """One's own open tasks, and the overdue ones of them (IN1)."""
    request: Any = context.get("request")
    agent = getattr(request, "user", None)
    if agent is None or getattr(agent, "company_id", None) is None:
        return {}
    return http.numbers(request)


@register.filter
def due(task: Task, heading: str = "") -> str:
    return wording.due_briefly(task, under_heading=heading)


@register.filter
def priority_badge(task: Task) -> str:
    return BADGES.get(Task.Priority(task.priority), "")


@register.filter
def capped_number(count: int) -> str:
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)
