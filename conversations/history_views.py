"""History: every conversation of every channel, searched and filtered (HI1), and one of them in full (HI2)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agents.http import AgentRequest, company_of, for_agents
from agents.models import Company
from contactcenter.folding import fold, query_words
from conversations import search, views
from conversations.attention import mark_opened
from conversations.forms import HistoryForm
from conversations.http import get_conversation_or_404
from conversations.models import Conversation, ConversationQuerySet, Entry, Tag

PAGE = 30
MOST_COUNTED = 1000
NEWEST_FIRST = ("-last_entry_at", "-id")
# Characters of a message shown around the word that was found.
BEFORE, AROUND = 40, 160
_WORD = re.compile(r"[^\W_]+")


@require_safe
@never_cache
def history(request: AgentRequest) -> HttpResponse:
    if request.user.company_id is None:
        return render(request, "conversations/history.html")
    facts = results(request)
    if request.htmx and request.htmx.target == "results":
        return render(request, "conversations/includes/results.html", facts)
    return render(request, "conversations/history.html", facts | {"conversation": None})


@require_safe
@for_agents
def detail(request: AgentRequest, pk: int) -> HttpResponse:
    """One conversation beside the results, or alone where there is no room for both."""
    conversation = get_conversation_or_404(request.user, pk)
    mark_opened(conversation=conversation)
    facts = views.timeline_facts(conversation, request.user) | views.context_facts(conversation, request.user)
    if request.htmx and request.htmx.target == "detail":
        return render(
            request, "conversations/includes/detail.html", facts | {"query": request.GET.urlencode()}
        )
    return render(request, "conversations/history.html", results(request) | facts)


def results(request: AgentRequest) -> dict[str, Any]:
    """A page of what the filters leave, newest first. Paging goes by the last row's time and number (not by counting
    rows), so that the thousandth page is as quick as the first."""
    company = company_of(request.user)
    form = HistoryForm(request.GET, company=company)
    form.is_valid()
    found = filtered(company, form.cleaned_data)
    mark = request.GET.get("after", "")
    count, page = _searched_once(found, mark) if form.cleaned_data.get("q") else _counted(found)
    rows: list[Any] = list(
        _after(page, mark)
        .order_by(*NEWEST_FIRST)
        .select_related("assignee")
        .prefetch_related(Prefetch("tags", Tag.objects.order_by("name")))[: PAGE + 1]
    )
    shown = rows[:PAGE]
    _attach_snippets(company, shown, form.cleaned_data.get("q", ""))
    query = request.GET.copy()
    query.pop("after", None)
    return {
        "form": form,
        "rows": shown,
        "count": min(count, MOST_COUNTED),
        "is_capped": count > MOST_COUNTED,
        "query": query.urlencode(),
        "next": _mark(shown[-1]) if len(rows) > PAGE else "",
        "is_first_page": not mark,
    }


def _counted(found: ConversationQuerySet) -> tuple[int, ConversationQuerySet]:
    return found.order_by()[: MOST_COUNTED + 1].count(), found


def _searched_once(found: ConversationQuerySet, mark: str) -> tuple[int, ConversationQuerySet]:
    """How many there are, and what the page is taken from. Finding words is what takes the time, so what the count has
    found is not looked for again."""
    numbers = list(found.order_by(*NEWEST_FIRST).values_list("pk", flat=True)[: MOST_COUNTED + 1])
    if not mark:
        found = Conversation.objects.filter(pk__in=numbers[: PAGE + 1])
    elif len(numbers) <= MOST_COUNTED:
        found = Conversation.objects.filter(pk__in=numbers)
    return len(numbers), found


def filtered(company: Company, filters: dict[str, Any]) -> ConversationQuerySet:
    found = Conversation.objects.of(company.pk).filter(last_entry_at__isnull=False)
    fields = {
        "channel": "channel",
        "direction": "direction",
        "status": "status",
        "agent": "assignee",
        "tag": "tags",
        "contact": "contact",
    }
    for name, column in fields.items():
        if filters.get(name):
            found = found.filter(**{column: filters[name]})
    if filters.get("since"):
        found = found.filter(last_entry_at__gte=_midnight(filters["since"], company))
    if filters.get("until"):
        found = found.filter(last_entry_at__lt=_midnight(filters["until"] + timedelta(days=1), company))
    if filters.get("q"):
        return cast(ConversationQuerySet, search.matching(found, company.pk, filters["q"]))
    return found


def _midnight(day: date, company: Company) -> datetime:
    """When a day begins on the company's clocks."""
    return datetime.combine(day, time.min, tzinfo=company.zone)


def _mark(conversation: Conversation) -> str:
    return f"{conversation.last_entry_at:%Y-%m-%dT%H:%M:%S.%f%z}_{conversation.pk}"


def _after(conversations: ConversationQuerySet, mark: str) -> ConversationQuerySet:
    """The rows after a mark; a mark that is none counts as the beginning."""
    moment, _underscore, number = mark.partition("_")
    try:
        at = parse_datetime(moment)
        # Every moment that the database is asked about has to exist in its time zone.
        at = at and at.astimezone(UTC)
    except (ValueError, OverflowError):
        return conversations
    if at is None or not (number.isascii() and number.isdigit() and len(number) < 19):
        return conversations
    # `lte` says nothing new; databases need it to begin there instead of at the newest.
    return conversations.filter(
        Q(last_entry_at__lt=at) | Q(last_entry_at=at, pk__lt=int(number)), last_entry_at__lte=at
    )


# --- the words that were found --------------------------------------------------------------------------------


@dataclass
class Snippet:
    text: str
    words: list[str]

    def marked(self) -> SafeString:
        """The text around the first word found, with the words marked."""
        first = next((m.start() for m in _WORD.finditer(self.text) if self._is_found(m[0])), 0)
        start = max(0, first - BEFORE)
        if start:
            start = self.text.rfind(" ", 0, start) + 1
        part = self.text[start : start + AROUND]
        return format_html(
            "{}{}{}",
            "…" if start else "",
            self._mark_words(part),
            "…" if start + AROUND < len(self.text) else "",
        )

    def _mark_words(self, part: str) -> SafeString:
        return format_html_join("", "{}", ((piece,) for piece in self._pieces(part)))

    def _pieces(self, part: str) -> Iterator[str]:
        end = 0
        for word in _WORD.finditer(part):
            if self._is_found(word[0]):
                yield part[end : word.start()]
                yield format_html("<mark>{}</mark>", word[0])
                end = word.end()
        yield part[end:]

    def _is_found(self, word: str) -> bool:
        return fold(word).startswith(tuple(self.words))


def _attach_snippets(company: Company, rows: list[Any], query: str) -> None:
    """Give each row `snippet`: the newest line in which the words were found."""
    words = query_words(query)
    if not words:
        return
    found = Q()
    for word in words:
        # Stored folded, each word after a space.
        found |= Q(search_text__contains=f" {word}")
    spoken = Entry.objects.filter(kind__in=[Entry.Kind.MESSAGE, Entry.Kind.NOTE])
    entries = spoken.filter(found, conversation__in=[row.pk for row in rows]).order_by("id")
    texts = {entry.conversation_id: entry.text for entry in entries}
    for row in rows:
        row.snippet = Snippet(texts.get(row.pk) or row.preview, words).marked()
