"""The chatbot (ST7; docs/chatbot.md): it answers a new conversation from the company's own questions and answers, and
hands over to people when it does not know or is asked to.

What a visitor writes while the conversation is with the chatbot makes the promise "chat.bot" in the message's own
transaction. Whoever keeps it locks the conversation, looks whether it is still with the chatbot, and answers everything
that was written since its last answer at once.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agents.availability import widget_availability
from agents.models import Company
from chat import notices
from chat.busy import promise_to_say_busy
from chat.faq.entries import has_entries, index_of
from chat.faq.matching import Found, Outcome
from chat.faq.models import BotQuestion, FaqEntry
from chat.models import Notice
from contactcenter.folding import fold
from contactcenter.promises import keeps, make_promise
from conversations.actions import close_by_itself, hand_to_people
from conversations.models import Conversation, Entry
from conversations.timeline import add_automatic_message, add_bot_message

# A visitor who has an answer and is silent for so long has what they wanted.
SILENCE = timedelta(minutes=10)
# In a long text such a word may be about something else.
MOST_WORDS_OF_A_CALL = 12

_PEOPLE = re.compile(
    r"\b(konsultant\w*|czlowiek\w*|ludzmi|agent(em|a|ka|ke)?|z pracownikiem|doradc[aey]|obslug[ai] klienta"
    r"|(zyw|prawdziw)\w+ osob\w+|human|humans|(real|live) (person|human|agent|chat)|agents?|consultant|representative"
    r"|(talk|speak) (to|with) (a |an )?(someone|somebody|person|people))\b"
)


def begins_with_bot(company: Company, language: str) -> bool:
    """Whether the chatbot takes a new conversation. Asks nothing where it is off."""
    return (
        company.bot_on and has_entries(company.pk, language or company.language) and not is_used_up(company)
    )


# --- the allowance (BI8) -----------------------------------------------------------------------------------------


def used_this_month(company: Company, now: datetime | None = None) -> int:
    """In how many conversations of the company's month the chatbot had something to say."""
    local = (now or timezone.now()).astimezone(company.zone)
    began_at = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return BotQuestion.objects.filter(company=company, counts=True, created_at__gte=began_at).count()


def is_used_up(company: Company) -> bool:
    return company.bot_monthly_limit is not None and used_this_month(company) >= company.bot_monthly_limit


# --- what a visitor does: called in the transaction of the message -------------------------------------------------


def promise_to_answer(conversation_id: int) -> None:
    make_promise("chat.bot", key=str(conversation_id), due_at=timezone.now(), conversation_id=conversation_id)


def choice_text(company_id: int, suggestion: object) -> str | None:
    """What a visitor says who chooses a suggestion; None when there is no such entry (any more)."""
    if not isinstance(suggestion, int) or isinstance(suggestion, bool) or not 0 < suggestion < 2**63:
        return None
    entry = FaqEntry.objects.filter(company_id=company_id, pk=suggestion).first()
    phrase = entry.phrases.first() if entry else None
    return phrase.text if phrase else None


def people_text(language: str) -> str:
    """What a visitor says who wants people."""
    with translation.override(language):
        return _("I would like to talk to a person.")


def asks_for_people(text: str) -> bool:
    folded = " ".join(fold(text).split())
    return len(folded.split()) <= MOST_WORDS_OF_A_CALL and _PEOPLE.search(folded) is not None


# --- the answer ---------------------------------------------------------------------------------------------------


@keeps("chat.bot")
def answer_if_still_asked(*, conversation_id: int) -> None:
    conversation = _locked(conversation_id)
    if conversation is None:
        return
    asked = _not_looked_at(conversation)
    if not asked:
        return
    company = conversation.company
    language = conversation.customer_language or company.language
    with translation.override(language):
        if not company.bot_on or company.is_suspended:
            _hand_over(conversation, asked[-1], "")
        elif conversation.answer_by_email or any(_wants_people(entry) for entry in asked):
            _note(conversation, asked, BotQuestion.Outcome.HANDED_OVER, language)
            _hand_over(conversation, asked[-1], _("You are being handed over to a person."))
        else:
            _answer(conversation, asked, language)


def _locked(conversation_id: int) -> Conversation | None:
    """The conversation, locked, while it is with the chatbot."""
    conversation = (
        Conversation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("company")
        .filter(pk=conversation_id)
        .first()
    )
    return conversation if conversation and conversation.status == Conversation.Status.BOT else None


def _not_looked_at(conversation: Conversation) -> list[Entry]:
    """What the visitor wrote since the chatbot last looked."""
    looked_at = conversation.bot_questions.order_by("-seq").values_list("seq", flat=True).first() or 0
    entries = Entry.objects.filter(conversation=conversation, seq__gt=looked_at)
    return list(entries.filter(kind=Entry.Kind.MESSAGE, by=Entry.By.CUSTOMER).order_by("seq"))


def _wants_people(entry: Entry) -> bool:
    # It cannot look into files.
    if entry.data.get("people") or entry.data.get("file"):
        return True
    return "choice" not in entry.data and asks_for_people(entry.text)


def _answer(conversation: Conversation, asked: Sequence[Entry], language: str) -> None:
    chosen = _chosen(conversation, asked)
    if chosen is not None:
        _say(conversation, asked, BotQuestion.Outcome.ANSWERED, language, chosen.answer, entry=chosen)
        return
    ranking = index_of(conversation.company_id, language).rank("\n".join(entry.text for entry in asked))
    if ranking.outcome == Outcome.ANSWERED:
        entry = FaqEntry.objects.get(pk=ranking.found[0].entry_id)
        _say(conversation, asked, BotQuestion.Outcome.ANSWERED, language, entry.answer, entry=entry)
    elif ranking.outcome == Outcome.SUGGESTED:
        text = _("I am not sure what you mean. Is it one of these questions?")
        suggestions = _suggestions(ranking.found)
        _say(conversation, asked, BotQuestion.Outcome.SUGGESTED, language, text, suggestions=suggestions)
    else:
        _note(conversation, asked, BotQuestion.Outcome.UNKNOWN, language)
        _hand_over(conversation, asked[-1], _("I do not know that. You are being handed over to a person."))


def _chosen(conversation: Conversation, asked: Sequence[Entry]) -> FaqEntry | None:
    """The entry of the suggestion that was pressed last."""
    choices = [entry.data["choice"] for entry in asked if "choice" in entry.data]
    entries = FaqEntry.objects.filter(company=conversation.company_id, is_on=True)
    return entries.filter(pk=choices[-1]).first() if choices else None


def _suggestions(found: Sequence[Found]) -> list[dict[str, Any]]:
    """As they stand on the buttons: each entry by the first of its phrasings."""
    entries = FaqEntry.objects.prefetch_related("phrases").in_bulk([each.entry_id for each in found])
    return [
        {"id": each.entry_id, "text": entries[each.entry_id].phrases.all()[0].text}
        for each in found
        if each.entry_id in entries
    ]


def _say(
    conversation: Conversation,
    asked: Sequence[Entry],
    outcome: BotQuestion.Outcome,
    language: str,
    text: str,
    *,
    entry: FaqEntry | None = None,
    suggestions: Sequence[dict[str, Any]] = (),
) -> None:
    question = _note(conversation, asked, outcome, language, entry)
    add_bot_message(
        conversation=conversation,
        client_id=f"bot:{question.seq}",
        name=_name(),
        text=text,
        data={"bot": True, "suggestions": list(suggestions)},
    )
    _expect_silence(conversation.pk, timezone.now())


def _name() -> str:
    """What the chatbot is called to visitors: nobody shall take it for a person."""
    return pgettext("author of a message", "Bot")


def _note(
    conversation: Conversation,
    asked: Sequence[Entry],
    outcome: BotQuestion.Outcome,
    language: str,
    entry: FaqEntry | None = None,
) -> BotQuestion:
    """Look at these messages: nobody does again."""
    text = "\n".join(each.text for each in asked)[: BotQuestion.LONGEST]
    was_useful = outcome in {BotQuestion.Outcome.ANSWERED, BotQuestion.Outcome.SUGGESTED}
    return BotQuestion.objects.create(
        company_id=conversation.company_id,
        conversation=conversation,
        seq=asked[-1].seq,
        text=text,
        folded=" ".join(re.findall(r"\w+", fold(text)))[: BotQuestion.LONGEST],
        language=language,
        outcome=outcome,
        entry=entry,
        counts=was_useful and not conversation.bot_questions.filter(counts=True).exists(),
        created_at=timezone.now(),
    )


def _hand_over(conversation: Conversation, last: Entry, text: str) -> None:
    """To people, with all that was said. Where nobody is there it is an offline message (WI5, NO1)."""
    company = conversation.company
    online = widget_availability(company.pk, conversation.group_id)["online"]
    if text:
        further = (
            _("There is no need to repeat anything.")
            if online
            else _("Nobody is here right now: your message is waiting, and we will answer when we are back.")
        )
        add_automatic_message(
            conversation=conversation,
            client_id=f"bot:{last.seq}",
            name=_name(),
            text=f"{text} {further}",
            data={"bot": True},
        )
    conversation = hand_to_people(conversation=conversation)
    promise_to_say_busy(company=company, conversation=conversation, online=online)
    if not Notice.objects.filter(conversation=conversation).exists():
        notices.conversation_began(conversation=conversation, at=last.created_at, online=online)


# --- the end ------------------------------------------------------------------------------------------------------


def _expect_silence(conversation_id: int, since: datetime) -> None:
    make_promise(
        "chat.bot_silence",
        key=str(conversation_id),
        due_at=since + SILENCE,
        conversation_id=conversation_id,
    )


@keeps("chat.bot_silence")
def close_if_silent(*, conversation_id: int) -> None:
    """The visitor had an answer ten minutes ago. Did they write again?"""
    conversation = _locked(conversation_id)
    if conversation is None or conversation.last_entry_at is None:
        return
    if _not_looked_at(conversation) or conversation.last_entry_at + SILENCE > timezone.now():
        _expect_silence(conversation_id, max(conversation.last_entry_at, timezone.now() - SILENCE / 2))
    else:
        close_by_itself(conversation=conversation)
