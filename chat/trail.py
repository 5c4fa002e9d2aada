"""The pages that a visitor looks at (WI10): shown to agents at once, and kept with the conversation.

Who has not written costs nothing: until the first word their pages are remembered by the connection alone. After it a
page is one short transaction, in which the conversation's row says whether it is another page at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from chat.cleaning import clean_age, clean_short, clean_url
from chat.limits import PAGES, address_limit
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


@dataclass
class Trail:
    """What one connection remembers of the pages that its visitor looks at: where they are, and which of the pages no
    conversation has kept as yet, the newest last."""

    url: str = ""
    title: str = ""
    unkept: list[Seen] = field(default_factory=list)

    def note_all(self, earlier: object, page: object) -> None:
        """What a client tells when it says hello."""
        for each in earlier[-MOST_BEFORE:] if isinstance(earlier, list) else []:
            self.note(each)
        self.note(page)

    def note(self, page: object) -> None:
        """Where the visitor is, remembered; nothing is written."""
        if not isinstance(page, dict):
            return
        before = self.url
        self.url, self.title = clean_url(page.get("url")), clean_short(page.get("title"), 300)
        if self.url and self.url != before:
            self._remember(clean_url(page.get("referrer")), clean_age(page.get("ago")))

    def _remember(self, referrer: str = "", ago: timedelta = timedelta()) -> None:
        seen = Seen(self.url, self.title, referrer, timezone.now() - ago)
        self.unkept = [*self.unkept, seen][-MOST_BEFORE:]

    def go_to(self, page: object, *, company_id: int, conversation_id: int | None, who: str) -> None:
        """The visitor went to another page: kept when they have written (WI10). Of `who` only so many are."""
        self.note(page)
        # Over HTTP the hello before it has said the same already, where it need not be news.
        if is_repeated := not self.unkept and bool(self.url):
            self._remember()
        if conversation_id is not None:
            self._keep(company_id, conversation_id, who)
        if is_repeated:
            self.unkept = []

    def arrive(self, conversation: Conversation, *, for_the_first_time: bool, who: str) -> None:
        """Hello was said from some page. Where nothing is new nothing is written: over HTTP that is every 3 seconds."""
        if not conversation.is_open or not self.url:
            return
        is_known = conversation.page_url == self.url
        if is_known or (not for_the_first_time and is_recent(conversation.pk, self.url)):
            self.unkept = []
        else:
            self.unkept = self.unkept[-1:]
            self._keep(conversation.company_id, conversation.pk, who)

    def _keep(self, company_id: int, conversation_id: int, who: str) -> None:
        if not self.unkept or address_limit(PAGES, who):
            return
        if keep_pages(company_id=company_id, conversation_id=conversation_id, seen=self.unkept):
            self.unkept = []


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
