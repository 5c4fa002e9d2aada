"""Tags on conversations, and off again (IN4)."""

from django.db import IntegrityError, transaction

from agents.models import Agent
from conversations.models import Conversation, Entry, Tag
from conversations.routing import lock_conversation
from conversations.standing import announce
from conversations.timeline import add_event


@transaction.atomic
def tag_conversation(*, conversation: Conversation, by: Agent, name: str) -> Tag | None:
    """Put a tag on, making it for the company when there is none of this name. None when it was on already. Raises
    ValueError for an empty name."""
    name = " ".join(name.split())[: Tag._meta.get_field("name").max_length or 40]
    if not name:
        raise ValueError("a tag has a name")
    conversation = lock_conversation(conversation.pk)
    tag = Tag.objects.filter(company_id=conversation.company_id, name__iexact=name).first()
    if tag is None:
        tag = _create_tag(conversation.company_id, name)
    if conversation.tags.filter(pk=tag.pk).exists():
        return None
    conversation.tags.add(tag)
    add_event(conversation=conversation, event=Entry.Event.TAGGED, by=by, text=tag.name, searched=(tag.name,))
    announce(conversation)
    return tag


def _create_tag(company_id: int, name: str) -> Tag:
    try:
        with transaction.atomic():
            return Tag.objects.create(company_id=company_id, name=name)
    except IntegrityError:  # a colleague made it in the meantime
        return Tag.objects.get(company_id=company_id, name__iexact=name)


@transaction.atomic
def untag_conversation(*, conversation: Conversation, by: Agent, tag: Tag) -> None:
    conversation = lock_conversation(conversation.pk)
    if not conversation.tags.filter(pk=tag.pk).exists():
        return
    conversation.tags.remove(tag)
    add_event(conversation=conversation, event=Entry.Event.UNTAGGED, by=by, text=tag.name)
    announce(conversation)
