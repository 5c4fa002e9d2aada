"""The workspace: a page with three panes, and the pieces of it that refetch themselves."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agents.http import AgentRequest, company_of, for_agents, number
from agents.models import Agent
from conversations import lists
from conversations.attachments import MAX_BYTES
from conversations.attention import mark_opened
from conversations.channels import carries_replies, menu_items, sections_beside
from conversations.contact_pane import contact_facts
from conversations.http import get_conversation_or_404
from conversations.lists import Tab
from conversations.models import Conversation, Entry, Rating
from conversations.timeline import MAX_TEXT
from conversations.wording import Line, blank_lines, customer_label, lines_of

# How much of a timeline a page brings along, and how much one request brings after it.
SHOWN = 100
MOST_ENTRIES = 200
UNANSWERED_SHOWN = 15
# The same as in the widget.
EMOJI = ("🙂", "😀", "😉", "😊", "😍", "😅", "😕", "😢", "👍", "👎", "👋", "🙏", "❤️", "🎉", "☕", "📦")


@require_safe
@never_cache
def workspace(request: AgentRequest) -> HttpResponse:
    if request.user.company_id is None:
        return render(request, "conversations/workspace.html")
    return _workspace(request, None)


@require_safe
@for_agents
def conversation(request: AgentRequest, pk: int) -> HttpResponse:
    opened = get_conversation_or_404(request.user, pk)
    mark_opened(conversation=opened)
    return _workspace(request, opened)


def _workspace(request: AgentRequest, conversation: Conversation | None) -> HttpResponse:
    """The page, or its middle and right panes when the left one stays."""
    if request.htmx and request.htmx.target == "conversation":
        return render(request, "conversations/includes/panes.html", panes(request, conversation))
    left = list_pane(request, conversation)
    # The top bar of the same page says the same, and need not ask again.
    request.conversation_counters = lists.counters(request.user, left["list"], left["offers"])
    return render(request, "conversations/workspace.html", left | panes(request, conversation))


@require_safe
@for_agents
def conversation_list(request: AgentRequest) -> HttpResponse:
    """The left pane. `open` is the conversation that stands beside it."""
    opened = number(request.GET.get("open"))
    found = Conversation.objects.of(company_of(request.user).pk).filter(pk=opened).first() if opened else None
    response = render(request, "conversations/includes/list.html", list_pane(request, found))
    if "tab" in request.GET and "choose" in request.GET:
        response.headers["HX-Replace-Url"] = address(found, chosen_tab(request))
    return response


@require_safe
@for_agents
def offers(request: AgentRequest) -> HttpResponse:
    return offers_region(request)


def offers_region(request: AgentRequest) -> HttpResponse:
    return render(request, "conversations/includes/offers.html", {"offers": lists.open_offers(request.user)})


@require_safe
@for_agents
def counters(request: AgentRequest) -> HttpResponse:
    return render(request, "conversations/includes/counters.html", {"fragment": True})


@require_safe
@for_agents
def unanswered(request: AgentRequest) -> HttpResponse:
    """What the inbox of the top bar opens, in place (IN1)."""
    waiting = list(lists.unanswered(request.user).select_related("assignee")[: UNANSWERED_SHOWN + 1])
    facts = {"waiting": waiting[:UNANSWERED_SHOWN], "has_more": len(waiting) > UNANSWERED_SHOWN}
    return render(
        request, "conversations/includes/unanswered.html", facts | {"offers": lists.open_offers(request.user)}
    )


@require_safe
@for_agents
def notice(request: AgentRequest, pk: int) -> HttpResponse:
    """A page that nobody sees asks whether a message is one to be told of (static/js/notifications.js)."""
    conversation = get_conversation_or_404(request.user, pk)
    mine = Conversation.objects.of(conversation.company_id).mine(request.user).filter(pk=pk).exists()
    facts = {
        "mine": mine,
        "name": customer_label(conversation),
        "channel": conversation.get_channel_display(),
    }
    return JsonResponse(facts)


@require_safe
@for_agents
def entries(request: AgentRequest, pk: int) -> HttpResponse:
    """Lines of a timeline: those after a number, or the ones before it."""
    conversation = get_conversation_or_404(request.user, pk)
    found = Entry.objects.filter(conversation=conversation)
    if "before" in request.GET:
        facts = earlier_lines(conversation, request.user, number(request.GET["before"]))
        return render(request, "conversations/includes/lines.html", facts)
    after = number(request.GET.get("after"))
    newer = found.filter(seq__gt=after).order_by("seq")[:MOST_ENTRIES]
    facts = {"lines": lines_of(conversation, newer, request.user), "conversation": conversation}
    return render(request, "conversations/includes/lines.html", facts)


@require_safe
@for_agents
def header(request: AgentRequest, pk: int) -> HttpResponse:
    conversation = get_conversation_or_404(request.user, pk)
    return render(request, "conversations/includes/header.html", header_facts(conversation, request.user))


@require_safe
@for_agents
def composer(request: AgentRequest, pk: int) -> HttpResponse:
    """What stands under the timeline; nothing when the page shows the right one already: drafts are not disturbed."""
    conversation = get_conversation_or_404(request.user, pk)
    if request.GET.get("shown") == composer_state(conversation):
        return HttpResponse(status=204)
    return render(request, "conversations/includes/composer.html", composer_facts(conversation))


@require_safe
@for_agents
def context(request: AgentRequest, pk: int) -> HttpResponse:
    conversation = get_conversation_or_404(request.user, pk)
    return render(request, "conversations/includes/context.html", context_facts(conversation, request.user))


# --- what the templates need ------------------------------------------------------------------------------------


def address(conversation: Conversation | None, tab: Tab | None) -> str:
    path = (
        reverse("conversations:conversation", args=[conversation.pk])
        if conversation
        else reverse("conversations:workspace")
    )
    return f"{path}?tab={tab}" if tab else path


def chosen_tab(request: AgentRequest) -> Tab | None:
    tab = request.GET.get("tab")
    return Tab(tab) if tab in Tab.values else None


def list_pane(
    request: AgentRequest, conversation: Conversation | None, tab: Tab | None = None
) -> dict[str, Any]:
    limits = {key: number(request.GET.get(key)) for key in ("waiting", "going")}
    return {
        "list": lists.conversation_list(request.user, tab or chosen_tab(request), limits),
        "tabs": [(tab, tab.label) for tab in Tab],
        "offers": lists.open_offers(request.user),
        "opened": conversation,
        "demo_url": "/demo/" if settings.DEBUG else "",
    }


def panes(request: AgentRequest, conversation: Conversation | None) -> dict[str, Any]:
    if conversation is not None:
        return conversation_facts(conversation, request.user)
    company = company_of(request.user)
    return {
        "conversation": None,
        "is_first_day": not Conversation.objects.of(company.pk).exists(),
        "demo_url": "/demo/" if settings.DEBUG else "",
    }


def conversation_facts(conversation: Conversation, agent: Agent) -> dict[str, Any]:
    facts = (
        header_facts(conversation, agent) | context_facts(conversation, agent) | composer_facts(conversation)
    )
    return facts | timeline_facts(conversation, agent)


def timeline_facts(conversation: Conversation, agent: Agent) -> dict[str, Any]:
    blanks = blank_lines(conversation, agent)
    return earlier_lines(conversation, agent, conversation.last_seq + MOST_ENTRIES) | {"blanks": blanks}


def earlier_lines(conversation: Conversation, agent: Agent, before: int) -> dict[str, Any]:
    """The last lines before a number, and whether there are others before them."""
    found = Entry.objects.filter(conversation=conversation, seq__lt=before).order_by("-seq")[:SHOWN]
    lines = list(reversed(lines_of(conversation, found, agent)))
    earliest = _first_seq(lines)
    return {"lines": lines, "conversation": conversation, "before": earliest if earliest > 1 else None}


def _first_seq(lines: Iterable[Line]) -> int:
    return next((line.seq or 0 for line in lines), 0)


def header_facts(conversation: Conversation, agent: Agent) -> dict[str, Any]:
    people = [
        p.agent
        for p in conversation.participations.filter(left_at=None)
        .select_related("agent")
        .order_by("joined_at")
    ]
    takes_part = any(person.pk == agent.pk for person in people)
    return {
        "conversation": conversation,
        "people": people if conversation.status == Conversation.Status.ACTIVE else [],
        "may_join": conversation.status == Conversation.Status.ACTIVE and not takes_part,
        "menu_items": menu_items(),
    }


def composer_state(conversation: Conversation) -> str:
    return "open" if conversation.is_open else "ended"


def composer_facts(conversation: Conversation) -> dict[str, Any]:
    return {
        "conversation": conversation,
        "composer_state": composer_state(conversation),
        "may_reply": carries_replies(conversation.channel),
        "max_text": MAX_TEXT,
        "max_file": MAX_BYTES,
        "emoji": EMOJI,
    }


def context_facts(conversation: Conversation, agent: Agent) -> dict[str, Any]:
    people = conversation.participations.select_related("agent").order_by("joined_at")
    return contact_facts(conversation) | {
        "conversation": conversation,
        "tags": list(conversation.tags.all()),
        "involved": [p.agent for p in people],
        "rating": None if conversation.is_open else Rating.objects.filter(conversation=conversation).first(),
        "earlier": lists.earlier_conversations(conversation),
        "sections": sections_beside(conversation),
    }
