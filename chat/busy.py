"""“We are busy” (ST6): who has waited for a while is told once that nobody is free yet.

The promise "chat.busy" is made with the conversation. When it is due everything is looked at again: whether somebody
has answered, whether the widget is still online, whether the company still wants it. Where no worker ran for a while
nothing is said: after minutes of silence "in a few minutes" would be a mockery.
"""

from datetime import datetime, timedelta

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agents.availability import widget_availability
from agents.models import Company, Language
from contactcenter.promises import keeps, make_promise
from conversations.models import Conversation
from conversations.timeline import add_automatic_message

# What the entry is called: shorter than any id that a client may choose, and once in a conversation.
BUSY = "busy"
# Later than this after its time it is not said any more.
WITHIN = timedelta(minutes=1)


def default_text(language: str) -> str:
    """What is said where the company wrote nothing of its own."""
    with translation.override(language):
        return _("All our consultants are talking right now. Somebody will be with you in a few minutes.")


def busy_text(company: Company, language: str) -> str:
    own = company.busy_pl if language == Language.POLISH else company.busy_en
    return own.strip() or default_text(language)


def promise_to_say_busy(*, company: Company, conversation: Conversation, online: bool) -> None:
    """Inside the transaction that begins the conversation. Whoever found the widget offline was not left to wait: they
    know that nobody is there."""
    if company.busy_on and online and not conversation.answer_by_email:
        due_at = timezone.now() + timedelta(seconds=company.busy_after)
        facts = {"conversation_id": conversation.pk, "until": (due_at + WITHIN).isoformat()}
        make_promise("chat.busy", key=str(conversation.pk), due_at=due_at, **facts)


@keeps("chat.busy")
def say_busy_if_still_waiting(*, conversation_id: int, until: str) -> None:
    if timezone.now() > datetime.fromisoformat(until):
        return
    conversation = (
        Conversation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("company")
        .filter(pk=conversation_id)
        .first()
    )
    if conversation is None or not conversation.company.busy_on:
        return
    # Whoever pressed Answer is there, also when they have not written yet.
    was_answered = conversation.first_reply_at is not None or conversation.participations.exists()
    if not conversation.is_waiting or was_answered:
        return
    company = conversation.company
    if not widget_availability(company.pk, conversation.group_id)["online"]:
        return
    text = busy_text(company, conversation.customer_language or company.language)
    add_automatic_message(conversation=conversation, client_id=BUSY, text=text)
