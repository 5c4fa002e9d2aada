"""What the lists of tasks show (TA2). Reads only; the number of queries does not depend on the number of tasks, and
every count stops at a limit. Paging goes by the last row, not by counting rows: the thousandth page is as quick as the
first."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, cast

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agents.models import Agent, Company
from contactcenter.folding import query_words
from tasks.days import Calendar, calendar
from tasks.models import UNDATED, Task, TaskQuerySet

PAGE = 50
MOST_COUNTED = 99
# Of a section that goes on for longer, the number at its heading says "99+" anyway.
LOOKED_THROUGH = 1000
DONE_TODAY_SHOWN = 20
DROPPED_DOWN = 10


class Show(models.TextChoices):
    MINE = "mine", pgettext_lazy("tasks", "Mine")
    ALL = "all", pgettext_lazy("tasks", "All")
    OVERDUE = "overdue", _("Overdue")
    DONE = "done", pgettext_lazy("tasks", "Done")


class Sort(models.TextChoices):
    DUE = "due", _("Due date")
    PRIORITY = "priority", _("Priority")
    NEWEST = "newest", _("Newest first")


ORDERS = {
    Sort.DUE: ("due_order", "id"),
    Sort.PRIORITY: ("-priority", "due_order", "id"),
    Sort.NEWEST: ("-id",),
}
LAST_DONE_FIRST = ("-done_at", "-id")

HEADINGS: dict[str, str | LazyText] = {
    "overdue": _("Overdue"),
    "today": _("Today"),
    "tomorrow": _("Tomorrow"),
    "week": _("This week"),
    "later": _("Later"),
    "undated": _("Without a date"),
    "done_today": _("Done today"),
    "done": _("Done earlier"),
    "": "",
}


@dataclass(frozen=True)
class Section:
    """Rows under a heading; `count` says how many it has on every page together."""

    key: str
    tasks: list[Task]
    count: int | None = None

    @property
    def heading(self) -> str | LazyText:
        return HEADINGS[self.key]


@dataclass
class Page:
    sections: list[Section] = field(default_factory=list)
    # What the next page begins after; empty on the last one.
    next: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.sections


def tasks_of(company: Company) -> TaskQuerySet:
    return Task.objects.of(company.pk)


def shown(agent: Agent, company: Company, show: Show) -> TaskQuerySet:
    found = tasks_of(company)
    if show == Show.DONE:
        return found.done()
    if show == Show.OVERDUE:
        return found.overdue()
    return found.open().filter(assignee=agent) if show == Show.MINE else found.open()


def filtered(found: TaskQuerySet, filters: dict[str, Any]) -> TaskQuerySet:
    """Those that the filters leave, as cleaned by FilterForm."""
    for name in ("priority", "status", "contact"):
        if filters.get(name):
            found = found.filter(**{name: filters[name]})
    if assignee := filters.get("assignee"):
        found = found.filter(assignee=None if assignee == "none" else assignee)
    for word in query_words(filters.get("q") or ""):
        # Stored folded, each word after a space.
        found = found.filter(
            Q(search_text__contains=f" {word}") | Q(contact__search_text__contains=f" {word}")
        )
    return found


def page_of(found: TaskQuerySet, company: Company, show: Show, sort: Sort, mark: str) -> Page:
    """A page of tasks; those sorted by their due dates under headings."""
    days = calendar(company.zone)
    order = LAST_DONE_FIRST if show == Show.DONE else ORDERS[sort]
    rows = list(with_people(after(found, order, mark)).order_by(*order)[: PAGE + 1])
    page = Page(next=mark_of(rows[PAGE - 1], order) if len(rows) > PAGE else "")
    rows = rows[:PAGE]
    if show == Show.DONE:
        page.sections = _sections(
            rows, lambda task: "done_today" if task.done_at >= days.today else "done", {}
        )
    elif sort == Sort.DUE:
        counts = _counts(found, days) if rows else {}
        page.sections = _sections(rows, lambda task: due_key(task, days), counts)
    elif rows:
        page.sections = [Section("", rows)]
    return page


def done_today(found: TaskQuerySet, company: Company) -> list[Section]:
    """What was done since midnight, under what is still open."""
    today = calendar(company.zone).today
    rows = list(
        with_people(found.done().filter(done_at__gte=today)).order_by(*LAST_DONE_FIRST)[
            : DONE_TODAY_SHOWN + 1
        ]
    )
    return [Section("done_today", rows[:DONE_TODAY_SHOWN], len(rows))] if rows else []


def with_people(found: TaskQuerySet) -> TaskQuerySet:
    """With what rows tell of other rooms."""
    return found.select_related("assignee", "contact", "conversation")


def due_key(task: Task, days: Calendar) -> str:
    if task.due_order < days.now:
        return "overdue"
    if task.due_at is None:
        return "undated"
    borders = {"today": days.tomorrow, "tomorrow": days.day_after, "week": days.next_week}
    return next((key for key, end in borders.items() if task.due_order < end), "later")


def _sections(rows: list[Any], key: Any, counts: dict[str, int]) -> list[Section]:
    return [Section(name, list(tasks), counts.get(name)) for name, tasks in groupby(rows, key)]


def _counts(found: TaskQuerySet, days: Calendar) -> dict[str, int]:
    """How many stand under each heading, in one look."""
    borders = [
        ("overdue", None, days.now),
        ("today", days.now, days.tomorrow),
        ("tomorrow", days.tomorrow, days.day_after),
        ("week", days.day_after, days.next_week),
        ("later", days.next_week, UNDATED),
        ("undated", UNDATED, None),
    ]
    numbers = {}
    for key, start, end in borders:
        within = Q(due_order__gte=start) if start else Q()
        numbers[key] = Count("pk", filter=within & (Q(due_order__lt=end) if end else Q()))
    first = found.order_by(*ORDERS[Sort.DUE])[:LOOKED_THROUGH]
    return cast(dict[str, int], first.aggregate(**numbers))


# --- numbers ------------------------------------------------------------------------------------------------------


def capped_count(found: TaskQuerySet) -> int:
    return found.order_by()[: MOST_COUNTED + 1].count()


def counters(agent: Agent) -> dict[str, int]:
    """The numbers of the top bar (IN1): one's own open tasks, and how many of them are overdue."""
    mine = Task.objects.of(agent.company_id or 0).open().filter(assignee=agent)
    soonest = mine.order_by(*ORDERS[Sort.DUE])[: MOST_COUNTED + 1]
    overdue = Count("pk", filter=Q(due_order__lt=timezone.now()))
    return cast(dict[str, int], soonest.aggregate(open=Count("pk"), overdue=overdue))


def counts(company: Company, mine: dict[str, int]) -> dict[str, int]:
    """How many each of the lists holds; of what is done nobody wants to know. `mine`: the numbers of the top bar."""
    everything = tasks_of(company)
    return {
        Show.MINE: mine["open"],
        Show.ALL: capped_count(everything.open()),
        Show.OVERDUE: capped_count(everything.overdue()),
    }


def soonest_of(agent: Agent) -> list[Task]:
    """One's own open tasks for the drop-down of the top bar, and one more if there are more."""
    mine = Task.objects.of(agent.company_id or 0).open().filter(assignee=agent)
    return list(with_people(mine).order_by(*ORDERS[Sort.DUE])[: DROPPED_DOWN + 1])


# --- paging -------------------------------------------------------------------------------------------------------


def mark_of(task: Task, order: Iterable[str]) -> str:
    values = [getattr(task, column.lstrip("-")) for column in order]
    return "_".join(
        value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if isinstance(value, datetime) else str(value)
        for value in values
    )


def after(found: TaskQuerySet, order: tuple[str, ...], mark: str) -> TaskQuerySet:
    """The rows after a mark; a mark that is none counts as the beginning."""
    values = [_value(column, text) for column, text in zip(order, mark.split("_"), strict=False)]
    if len(values) != len(order) or None in values:
        return found
    later, equal = Q(), Q()
    for column, value in zip(order, values, strict=True):
        name, comes = column.lstrip("-"), "lt" if column.startswith("-") else "gt"
        later |= equal & Q(**{f"{name}__{comes}": value})
        equal &= Q(**{name: value})
    return found.filter(later)


def _value(column: str, text: str) -> Any:
    if column.endswith(("due_order", "done_at")):
        try:
            moment = parse_datetime(text)
            # Every moment that the database is asked about has to exist in its time zone.
            return moment and moment.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
