"""What the lists of the workspace show. Reads only; the number of queries does not depend on the number of
conversations, and every count stops at a limit."""

from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agents.models import Agent
from conversations.models import Conversation, ConversationQuerySet, Entry, Offer, Participant
from conversations.timeline import iso

PAGE = 50
# The workspace is for what is going on; whoever scrolls further looks for something, and that is what History is for.
LONGEST = 200
ENDED_SHOWN = 20
MOST_COUNTED = 99
MOST_OFFERS = 3


class Tab(models.TextChoices):
    NEW = "new", pgettext_lazy("conversations", "New")
    MINE = "mine", pgettext_lazy("conversations", "Mine")
    ALL = "all", pgettext_lazy("conversations", "All")


def capped_count(conversations: ConversationQuerySet) -> int:
    """How many there are, counted to MOST_COUNTED + 1 at most."""
    return conversations.order_by()[: MOST_COUNTED + 1].count()


@dataclass
class Section:
    """Rows under a heading. `limit` grows when somebody asks for more."""

    key: str
    label: str | LazyText
    conversations: list[Any]
    limit: int
    has_more: bool = False

    @property
    def may_grow(self) -> bool:
        return self.has_more and self.key != "ended" and self.limit < LONGEST

    @property
    def next_limit(self) -> int:
        return min(self.limit + PAGE, LONGEST)


@dataclass
class ConversationList:
    tab: Tab
    counts: dict[str, int]
    sections: list[Section] = field(default_factory=list)
    changed: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(section.conversations for section in self.sections)


def default_tab(counts: dict[str, int]) -> Tab:
    return Tab.MINE if counts["mine"] else Tab.NEW


def tab_counts(agent: Agent) -> dict[str, int]:
    conversations = Conversation.objects.of(agent.company_id or 0)
    return {"new": capped_count(conversations.new()), "mine": capped_count(conversations.mine(agent))}


def conversation_list(agent: Agent, tab: Tab | None, limits: dict[str, int]) -> ConversationList:
    """The list as the agent sees it: who waits longest comes first, then what was written last."""
    counts = tab_counts(agent)
    tab = tab or default_tab(counts)
    found = ConversationList(tab=tab, counts=counts, changed=last_change(agent))
    everything = Conversation.objects.of(agent.company_id or 0)
    chosen = {Tab.NEW: everything.new, Tab.MINE: lambda: everything.mine(agent), Tab.ALL: everything.open}[
        tab
    ]()
    waiting = chosen.unanswered().order_by("waiting_since", "id")
    going_on = chosen.filter(waiting_since=None).order_by("-last_entry_at", "-id")
    found.sections = [
        _section("waiting", _("Waiting for an answer"), waiting, agent, limits),
        _section("going", _("In progress"), going_on, agent, limits),
    ]
    if tab == Tab.ALL:
        ended = everything.ended().order_by("-last_entry_at", "-id")
        found.sections.append(_section("ended", _("Ended lately"), ended, agent, {"ended": ENDED_SHOWN}))
    _show_once(found.sections)
    _count_unread(agent, [row for section in found.sections for row in section.conversations])
    return found


def _show_once(sections: list[Section]) -> None:
    """What changed its section between two of the queries stands where it was read last."""
    shown: set[int] = set()
    for section in reversed(sections):
        section.conversations = [row for row in section.conversations if row.pk not in shown]
        shown.update(row.pk for row in section.conversations)


def _section(
    key: str, label: LazyText | str, conversations: ConversationQuerySet, agent: Agent, limits: dict[str, int]
) -> Section:
    limit = min(max(limits.get(key, 0), ENDED_SHOWN if key == "ended" else PAGE), LONGEST)
    read = Participant.objects.filter(conversation=OuterRef("pk"), agent=agent, left_at=None).values(
        "read_seq"
    )
    rows = list(conversations.select_related("assignee").annotate(read_seq=Subquery(read))[: limit + 1])
    return Section(key, label, rows[:limit], limit, has_more=len(rows) > limit)


def _count_unread(agent: Agent, conversations: list[Any]) -> None:
    """Give each row `unread`: the customer's messages that the agent has not seen. What waits in New nobody has
    seen; what a colleague leads is the colleague's to read."""
    unread = [c.pk for c in conversations if _is_unread(c)]
    read = Participant.objects.filter(conversation=OuterRef("conversation"), agent=agent).values("read_seq")
    counted = (
        Entry.objects.filter(conversation_id__in=unread, kind=Entry.Kind.MESSAGE, by=Entry.By.CUSTOMER)
        .filter(seq__gt=Coalesce(Subquery(read), 0))
        .order_by()
        .values("conversation_id")
        .annotate(n=Count("pk"))
    )
    numbers = {row["conversation_id"]: row["n"] for row in counted}
    for conversation in conversations:
        conversation.unread = numbers.get(conversation.pk, 0) if conversation.pk in unread else 0


def _is_unread(conversation: Any) -> bool:
    if conversation.is_waiting:
        return bool(conversation.customer_seq)
    # Whoever has answered has read.
    if conversation.status != Conversation.Status.ACTIVE or conversation.waiting_since is None:
        return False
    return conversation.read_seq is not None and conversation.customer_seq > conversation.read_seq


def open_offers(agent: Agent) -> list[Offer]:
    """What rings at this agent right now. An offer whose time is over is gone, though nobody may have told yet."""
    return list(
        Offer.objects.filter(agent=agent, outcome=Offer.Outcome.OPEN, due_at__gt=timezone.now())
        .select_related("conversation", "conversation__group")
        .order_by("due_at")[:MOST_OFFERS]
    )


def unanswered(agent: Agent) -> ConversationQuerySet:
    """The company's unanswered communication, longest waiting first (IN1)."""
    return Conversation.objects.of(agent.company_id or 0).unanswered().order_by("waiting_since", "id")


def counters(
    agent: Agent, shown: ConversationList | None = None, offers: list[Offer] | None = None
) -> dict[str, Any]:
    """The numbers of the top bar. What a list on the same page has looked up already is not asked for again."""
    company_id = agent.company_id or 0
    return {
        "unanswered": capped_count(unanswered(agent)),
        "new": shown.counts["new"] if shown else capped_count(Conversation.objects.of(company_id).new()),
        "offers": open_offers(agent) if offers is None else offers,
        "changed": shown.changed if shown else last_change(agent),
    }


def earlier_conversations(conversation: Conversation, shown: int = 8) -> list[Conversation]:
    """Of the same customer, or linked with the same contact, newest first."""
    same = Q()
    if conversation.customer_key:
        same |= Q(customer_key=conversation.customer_key)
    if conversation.contact_id:
        same |= Q(contact=conversation.contact_id)
    if not same:
        return []
    return list(
        Conversation.objects.of(conversation.company_id)
        .filter(same)
        .exclude(pk=conversation.pk)
        .order_by(F("id").desc())[:shown]
    )


def last_change(agent: Agent) -> str:
    """When anything in the company changed: a screen compares it with what the heartbeat says."""
    newest = (
        Conversation.objects.of(agent.company_id or 0)
        .order_by("-changed_at")
        .values_list("changed_at", flat=True)
    )
    changed_at = newest.first()
    return iso(changed_at) if changed_at else ""
