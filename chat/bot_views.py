"""Settings → Chatbot (ST7): the entries, a box to try them, and what visitors asked in vain."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from agents.http import AgentRequest, company_of, for_full_access
from agents.models import Company
from chat.bot import used_this_month
from chat.bot_forms import BotForm, ChooseEntryForm, EntryForm, TryForm
from chat.faq.entries import (
    MOST_ENTRIES,
    TooManyEntries,
    add_phrase,
    index_of,
    save_entry,
    settle,
    unanswered,
)
from chat.faq.matching import Found, Match, Ranking
from chat.faq.models import BotQuestion, FaqEntry, FaqPhrase

ENTRIES_SHOWN = 50
QUESTIONS_SHOWN = 20


@require_safe
@for_full_access
def chatbot(request: AgentRequest) -> HttpResponse:
    company = company_of(request.user)
    entries = FaqEntry.objects.filter(company=company).prefetch_related("phrases")
    facts = {
        "bot_form": BotForm(instance=company),
        "month": _month(company),
        "is_used_up": company.bot_monthly_limit is not None
        and used_this_month(company) >= company.bot_monthly_limit,
        "entries": Paginator(entries, ENTRIES_SHOWN).get_page(request.GET.get("page")),
        "questions": _questions(company, request.GET.get("questions")),
        "try_form": TryForm(initial={"language": company.language}),
    }
    return render(request, "chat/bot/page.html", facts)


def _month(company: Company) -> str:
    used, most = used_this_month(company), company.bot_monthly_limit
    if most is None:
        said = ngettext("%(used)s conversation this month", "%(used)s conversations this month", used)
        return said % {"used": used}
    return _("%(used)s of %(most)s conversations this month") % {"used": used, "most": most}


def _questions(company: Company, page: str | None) -> Page[Any]:
    """Each question once, whoever asked it, with how often; the one asked last comes first."""
    found: Any = (
        unanswered(company)
        .exclude(folded="")
        .order_by()
        .values("folded", "language")
        .annotate(times=Count("pk"), last=Max("pk"), asked_at=Max("created_at"))
        .order_by("-last")
    )
    shown = Paginator(found, QUESTIONS_SHOWN).get_page(page)
    texts = BotQuestion.objects.in_bulk([row["last"] for row in shown])
    shown.object_list = [row | {"question": texts[row["last"]]} for row in shown if row["last"] in texts]
    return shown


@require_POST
@for_full_access
def switch(request: AgentRequest) -> HttpResponse:
    company = company_of(request.user)
    form = BotForm(request.POST, instance=company)
    form.is_valid()
    company.save(update_fields=["bot_on"])
    said = _("The chatbot answers now.") if company.bot_on else _("The chatbot is off.")
    return _done(request, said)


# --- entries ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@for_full_access
def add(request: AgentRequest) -> HttpResponse:
    """A new entry, perhaps made of a visitor's question (?question=7)."""
    company = company_of(request.user)
    asked = _asked(company, request.GET.get("question"))
    initial = {"language": company.language, "is_on": True}
    if asked is not None:
        initial |= {"language": asked.language, "phrases": " ".join(asked.text.split())[: FaqPhrase.LONGEST]}
    return _edit(request, company, None, initial, asked)


@require_http_methods(["GET", "HEAD", "POST"])
@for_full_access
def edit(request: AgentRequest, pk: int) -> HttpResponse:
    company = company_of(request.user)
    entry = get_object_or_404(FaqEntry, company=company, pk=pk)
    initial = {
        "language": entry.language,
        "phrases": "\n".join(entry.phrases.values_list("text", flat=True)),
        "answer": entry.answer,
        "is_on": entry.is_on,
    }
    return _edit(request, company, entry, initial, None)


def _edit(
    request: AgentRequest,
    company: Company,
    entry: FaqEntry | None,
    initial: dict[str, Any],
    asked: BotQuestion | None,
) -> HttpResponse:
    form = EntryForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            save_entry(company=company, entry=entry, **form.cleaned_data)
        except TooManyEntries:
            form.add_error(None, _("There are %(most)s entries, and no more fit.") % {"most": MOST_ENTRIES})
        else:
            if asked is not None:
                settle(question=asked)
            messages.success(request, _("Entry saved."))
            return redirect("chat:chatbot")
    facts = {"form": form, "entry": entry, "asked": asked}
    return render(request, "chat/bot/edit.html", facts, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_full_access
def delete(request: AgentRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(FaqEntry, company=company_of(request.user), pk=pk)
    if request.method == "POST":
        entry.delete()
        return _done(request, _("Entry deleted."))
    template = "chat/bot/delete_dialog.html" if request.htmx else "chat/bot/delete.html"
    return render(request, template, {"entry": entry})


# --- trying -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tried:
    """An entry that came near, and why."""

    entry: FaqEntry
    found: Found
    matches: list[Match]

    @property
    def percent(self) -> int:
        return round(self.found.score * 100)


@require_safe
@for_full_access
def attempt(request: AgentRequest) -> HttpResponse:
    """What the chatbot would answer. Counts nothing."""
    company = company_of(request.user)
    form = TryForm(request.GET)
    facts: dict[str, Any] = {"try_form": form}
    if form.is_valid() and form.cleaned_data["question"]:
        index = index_of(company.pk, form.cleaned_data["language"])
        ranking: Ranking = index.rank(form.cleaned_data["question"])
        entries = FaqEntry.objects.filter(company=company).prefetch_related("phrases")
        known = entries.in_bulk([found.entry_id for found in ranking.near])
        facts |= {
            "ranking": ranking,
            "near": [
                Tried(known[found.entry_id], found, index.why(ranking.words, found.phrase))
                for found in ranking.near
                if found.entry_id in known
            ],
        }
    template = "chat/bot/tried.html" if request.htmx else "chat/bot/try.html"
    return render(request, template, facts, status=200 if form.is_valid() else 422)


# --- what visitors asked in vain ----------------------------------------------------------------------------------


def _asked(company: Company, pk: str | None) -> BotQuestion | None:
    if not (pk and pk.isascii() and pk.isdigit() and len(pk) < 18):
        return None
    return unanswered(company).filter(pk=int(pk)).first()


@require_http_methods(["GET", "HEAD", "POST"])
@for_full_access
def assign(request: AgentRequest, pk: int) -> HttpResponse:
    """The question becomes one more phrasing of an entry."""
    company = company_of(request.user)
    question = get_object_or_404(unanswered(company), pk=pk)
    data = request.POST if request.method == "POST" else None
    form = ChooseEntryForm(data, company=company, language=question.language)
    if form.is_bound and form.is_valid():
        text = " ".join(question.text.split())[: FaqPhrase.LONGEST]
        add_phrase(entry=form.cleaned_data["entry"], text=text)
        settle(question=question)
        messages.success(request, _("The question belongs to the entry now."))
        return redirect("chat:chatbot")
    facts = {"form": form, "question": question}
    return render(request, "chat/bot/assign.html", facts, status=422 if form.is_bound else 200)


@require_POST
@for_full_access
def dismiss(request: AgentRequest, pk: int) -> HttpResponse:
    settle(question=get_object_or_404(unanswered(company_of(request.user)), pk=pk))
    return _done(request, _("The question is off the list."))


def _done(request: AgentRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return HttpResponseClientRedirect("/settings/chatbot/") if request.htmx else redirect("chat:chatbot")
