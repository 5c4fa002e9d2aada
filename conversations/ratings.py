"""What customers think of a conversation when it has ended (WI7)."""

from django.db import transaction
from django.utils import timezone

from conversations.actions import NotAllowed
from conversations.models import Conversation, Entry, Rating
from conversations.routing import lock_conversation
from conversations.standing import announce, may_be_rated
from conversations.timeline import add_event

LONGEST_COMMENT = 1000


@transaction.atomic
def rate_conversation(*, conversation: Conversation, stars: int, comment: str) -> None:
    """The customer gives some stars, or changes their mind; the same again changes nothing. Raises NotAllowed while
    the conversation is open, when nobody answered in it, and a day after its end."""
    conversation = lock_conversation(conversation.pk)
    if not may_be_rated(conversation):
        raise NotAllowed
    before = Rating.objects.filter(conversation=conversation).first()
    if before is not None and (before.stars, before.comment) == (stars, comment):
        return
    Rating.objects.update_or_create(
        conversation=conversation,
        defaults={"stars": stars, "comment": comment, "given_at": timezone.now()},
        create_defaults={
            "company_id": conversation.company_id,
            "agent_id": conversation.assignee_id,
            "stars": stars,
            "comment": comment,
            "given_at": timezone.now(),
        },
    )
    add_event(
        conversation=conversation,
        event=Entry.Event.RATED,
        text=str(stars),
        data={"comment": comment} if comment else None,
        searched=(comment,) if comment else (),
    )
    announce(conversation)
