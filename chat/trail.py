"""The pages that a visitor looks at (WI10): shown to agents at once, and kept with the conversation.

Who has not written costs nothing: until the first word their pages are remembered by the connection alone. After it a
page is one short transaction, in which the conversation's row says whether it is another page at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from chat.models import VisitedPage
from contactcenter.events import PageVisited, publish
from contactcenter.realtime import company_agents
from conversations.channels import Section
from conversations.models import Conversation

# Remembered before the first word, and kept of one conversation.
MOST_BEFORE = 10
MOST_KEPT = 200
# A client that comes back tells where it is; a page among the last so many is no news then (two tabs, or a new line).
RECENT = 10
# Shown at once; the others unfold.
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """A page before it is kept; the texts are clean."""

    url: str
    title: str
    referrer: str
    at: datetime


def keep_first(conversation: Conversation, seen: Sequence[Seen]) -> None:
    """The conversation begins: what was looked at before belongs to it."""
    if seen:
        VisitedPage.objects.bulk_create(_rows(conversation.pk, seen))


@transaction.atomic
def keep_pages(*, company_id: int, conversation_id: int, seen: Sequence[Seen]) -> bool:
    """The visitor went on to the last of these pages. False when that is no news, or the conversation over."""
    last = seen[-1]
    moved = (
        Conversation.objects.of(company_id)
        .filter(pk=conversation_id, status__in=Conversation.OPEN)
        .exclude(page_url=last.url)
        .update(page_url=last.url, page_title=last.title)
    )
    if not moved:
        return False
    VisitedPage.objects.bulk_create(_rows(conversation_id, seen))
    _forget_oldest(conversation_id)
    publish(PageVisited(conversation=conversation_id), company_agents(company_id))
    return True


def is_recent(conversation_id: int, url: str) -> bool:
    pages = VisitedPage.objects.filter(conversation=conversation_id).order_by("-pk")
    return url in list(pages.values_list("url", flat=True)[:RECENT])


def _rows(conversation_id: int, seen: Sequence[Seen]) -> list[VisitedPage]:
    return [
        VisitedPage(
            conversation_id=conversation_id,
            url=page.url,
            title=page.title,
            referrer=page.referrer,
            at=page.at,
        )
        for page in seen
    ]


def _forget_oldest(conversation_id: int) -> None:
    pages = VisitedPage.objects.filter(conversation=conversation_id)
    too_old = pages.order_by("-pk").values_list("pk", flat=True)[MOST_KEPT : MOST_KEPT + 1].first()
    if too_old is not None:
        pages.filter(pk__lte=too_old).delete()


def pages_section(conversation: Conversation) -> Section | None:
    """What agents see beside the conversation, newest first."""
    pages = list(VisitedPage.objects.filter(conversation=conversation).order_by("-pk")[:MOST_KEPT])
    if not pages:
        return None
    facts = {
        "pages": pages[:SHOWN],
        "earlier": pages[SHOWN:],
        "count": len(pages),
        "came_from": pages[-1].site_before,
    }
    return Section("chat/context/pages.html", facts)
