"""The chatbot's entries: changing them, and the index that is asked (docs/chatbot.md)."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from agents.models import Company
from chat.faq.matching import Index, Phrase
from chat.faq.models import BotQuestion, FaqEntry, FaqPhrase
from chat.faq.words import stems

MOST_ENTRIES = 1000
MOST_PHRASES = 20
# Indexes that a process keeps, of a company in a language each; who is not asked for long makes room.
INDEXES_KEPT = 64


class TooManyEntries(Exception):
    """The company has as many entries as it may."""


# --- changing ---------------------------------------------------------------------------------------------------


@transaction.atomic
def save_entry(
    *,
    company: Company,
    entry: FaqEntry | None,
    language: str,
    answer: str,
    phrases: Sequence[str],
    is_on: bool = True,
) -> FaqEntry:
    """A new entry, or another content of an old one. Raises TooManyEntries."""
    if entry is None:
        others = FaqEntry.objects.filter(company=company)
        if others.count() >= MOST_ENTRIES:
            raise TooManyEntries
        last = others.aggregate(last=Max("position"))["last"] or 0
        entry = FaqEntry(company=company, position=last + 1)
    entry.language, entry.answer, entry.is_on, entry.changed_at = language, answer, is_on, timezone.now()
    entry.save()
    entry.phrases.all().delete()
    FaqPhrase.objects.bulk_create(
        FaqPhrase(entry=entry, text=text, words=" ".join(stems(text, language)), position=position)
        for position, text in enumerate(phrases)
    )
    return entry


@transaction.atomic
def add_phrase(*, entry: FaqEntry, text: str) -> None:
    """One more way to ask for the entry, unless it is known."""
    known = list(entry.phrases.values_list("text", flat=True))
    if text.casefold() in {each.casefold() for each in known} or len(known) >= MOST_PHRASES:
        return
    FaqPhrase.objects.create(
        entry=entry, text=text, words=" ".join(stems(text, entry.language)), position=len(known)
    )
    FaqEntry.objects.filter(pk=entry.pk).update(changed_at=timezone.now())


def settle(*, question: BotQuestion) -> None:
    """The question, and all that are the same, need no entry any more."""
    unanswered(question.company).filter(folded=question.folded, language=question.language).update(
        settled_at=timezone.now()
    )


def unanswered(company: Company) -> QuerySet[BotQuestion]:
    """What the chatbot could not answer and nobody has looked after."""
    return BotQuestion.objects.filter(
        company=company, outcome=BotQuestion.Outcome.UNKNOWN, settled_at__isnull=True
    )


# --- asking -----------------------------------------------------------------------------------------------------

_Version = tuple[object, ...]
_indexes: OrderedDict[tuple[int, str], tuple[_Version, Index]] = OrderedDict()
_lock = Lock()


def has_entries(company_id: int, language: str) -> bool:
    return _entries(company_id, language).exists()


def index_of(company_id: int, language: str) -> Index:
    """The company's index in that language: kept as long as no entry changes, in whichever process."""
    key = company_id, language
    version = _version(company_id, language)
    with _lock:
        kept = _indexes.get(key)
        if kept is not None and kept[0] == version:
            _indexes.move_to_end(key)
            return kept[1]
    index = Index(language, _phrases(company_id, language))
    with _lock:
        _indexes[key] = version, index
        _indexes.move_to_end(key)
        while len(_indexes) > INDEXES_KEPT:
            _indexes.popitem(last=False)
    return index


def _entries(company_id: int, language: str) -> QuerySet[FaqEntry]:
    return FaqEntry.objects.filter(company_id=company_id, language=language, is_on=True)


def _version(company_id: int, language: str) -> _Version:
    facts = _entries(company_id, language).order_by()
    return tuple(facts.aggregate(at=Max("changed_at"), last=Max("pk"), number=Count("pk")).values())


def _phrases(company_id: int, language: str) -> list[Phrase]:
    phrases = FaqPhrase.objects.filter(
        entry__company_id=company_id, entry__language=language, entry__is_on=True
    )
    rows = phrases.order_by("entry_id", "position").values_list("entry_id", "text", "words")
    return [Phrase(entry_id, text, tuple(words.split())) for entry_id, text, words in rows]
