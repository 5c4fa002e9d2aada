"""What can happen to a conversation, and who learns of it. One function per change; each locks the conversation, looks
whether the change is still allowed, makes it, writes it into the timeline and publishes it."""

from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from agents.models import Agent, Company, Group
from conversations import timeline
from conversations.attachments import IN_MAIL, customers_path
from conversations.channels import adapter_of
from conversations.models import Conversation, Entry, Participant
from conversations.routing import end_open_offer, lock_conversation, offer_to_next
from conversations.standing import announce
from conversations.timeline import ConversationEnded, Stored, add_automatic_message, add_event

# What the entry is called: shorter than any id that a client may choose, and once in a conversation.
SAID_BEFORE = "before"


class NotAllowed(Exception):
    """The conversation's status does not allow this (any more)."""


class TakenByAnother(NotAllowed):
    """Somebody else answered first. `winner` is who."""

    def __init__(self, winner: Agent | None) -> None:
        super().__init__(winner)
        self.winner = winner


class CustomerHasAnother(NotAllowed):
    """The customer has another open conversation on this channel, so this one cannot be opened again."""


@transaction.atomic
def start_conversation(
    *,
    company: Company,
    channel: str,
    client_id: str,
    text: str,
    customer_key: str = "",
    group: Group | None = None,
    data: dict[str, Any] | None = None,
    said_before: str = "",
    searched: tuple[str, ...] = (),
    **facts: Any,
) -> tuple[Conversation, Stored]:
    """The customer's first message makes a conversation, and it is offered, unless its `status` says that it is with
    the chatbot. `said_before` is what the company itself said, and the message answers. Raises IntegrityError when the
    customer has an open one already (two first messages at once): write into that one instead."""
    now = timezone.now()
    conversation = Conversation.objects.create(
        company=company,
        channel=channel,
        customer_key=customer_key,
        group=group,
        created_at=now,
        changed_at=now,
        **facts,
    )
    add_event(
        conversation=conversation,
        event=Entry.Event.STARTED,
        text=conversation.page_url,
        searched=(
            conversation.customer_name,
            conversation.customer_email,
            conversation.customer_phone,
            *searched,
        ),
    )
    if said_before:
        add_automatic_message(conversation=conversation, client_id=SAID_BEFORE, text=said_before)
    stored = timeline.add_customer_message(
        conversation_id=conversation.pk,
        client_id=client_id,
        text=text,
        name=conversation.customer_name,
        data=data,
    )
    conversation = lock_conversation(conversation.pk)
    if conversation.is_waiting:
        offer_to_next(conversation)
    else:
        announce(conversation)
    return conversation, stored


@transaction.atomic
def hand_to_people(*, conversation: Conversation) -> Conversation:
    """The chatbot hands over: from now on the conversation waits for an agent, and is offered."""
    conversation = lock_conversation(conversation.pk)
    if conversation.status != Conversation.Status.BOT:
        raise NotAllowed
    offer_to_next(conversation)
    announce(conversation)
    return conversation


@transaction.atomic
def learn_of_customer(*, conversation_id: int, **facts: Any) -> None:
    """The customer says more of themselves: agents see it, and it can be searched for. Empty facts change nothing."""
    conversation = lock_conversation(conversation_id)
    changed = {name: fact for name, fact in facts.items() if fact and fact != getattr(conversation, name)}
    if not changed:
        return
    for name, fact in changed.items():
        setattr(conversation, name, fact)
    conversation.save(update_fields=[*changed])
    searched = tuple(fact for fact in changed.values() if isinstance(fact, str))
    add_event(conversation=conversation, event=Entry.Event.CUSTOMER_DATA, searched=searched)
    announce(conversation)


@transaction.atomic
def correct_customer(*, conversation: Conversation, by: Agent, **facts: str) -> None:
    """An agent writes down what the customer is called and where they are reached (IN5); an empty fact is forgotten.
    Allowed after the end too."""
    conversation = lock_conversation(conversation.pk)
    changed = {name: fact for name, fact in facts.items() if fact != getattr(conversation, name)}
    if not changed:
        return
    for name, fact in changed.items():
        setattr(conversation, name, fact)
    conversation.save(update_fields=[*changed])
    add_event(
        conversation=conversation,
        event=Entry.Event.CUSTOMER_DATA,
        by=by,
        searched=tuple(fact for fact in changed.values() if fact),
    )
    announce(conversation)


@transaction.atomic
def answer_conversation(*, conversation: Conversation, by: Agent) -> Conversation:
    """The agent takes a conversation that waits, or that is with the chatbot. Of many who try at once one wins; the
    others get TakenByAnother (rule 4). Answering what one already leads changes nothing."""
    conversation = lock_conversation(conversation.pk)
    if conversation.status == Conversation.Status.ACTIVE and conversation.assignee_id == by.pk:
        return conversation
    if not conversation.is_free:
        raise TakenByAnother(conversation.assignee)
    end_open_offer(conversation, accepted_by=by)
    _assign(conversation, by)
    _engaged(by)
    add_event(conversation=conversation, event=Entry.Event.ANSWERED, by=by)
    announce(conversation)
    return conversation


def send_reply(
    *, conversation: Conversation, by: Agent, client_id: str, text: str, file: dict[str, Any] | None = None
) -> Stored:
    """An agent writes to the customer. Whoever replies takes part; a reply to a waiting conversation answers it. Raises
    NotAllowed when the conversation has ended."""
    try:
        if not _takes_part(conversation, by):
            # Sent again after its author has handed the conversation over: that must not bring them back.
            stored_before = timeline.find_stored(conversation_id=conversation.pk, client_id=client_id)
            if stored_before is not None:
                return stored_before
            _step_in(conversation, by)
        with transaction.atomic():
            stored = timeline.add_agent_message(
                conversation=conversation, by=by, client_id=client_id, text=text, file=file
            )
            if stored.is_new:
                if file:
                    text = f"{text}\n{settings.BASE_URL}{customers_path(file['id'], IN_MAIL)}"
                adapter_of(conversation).deliver(conversation, text=text, by=by)
    except (ConversationEnded, NotAllowed):
        # Sent once more after its answer was lost, and closed in between: it was stored all the same.
        stored_before = timeline.find_stored(conversation_id=conversation.pk, client_id=client_id)
        if stored_before is None:
            raise NotAllowed from None
        return stored_before
    return stored


def _takes_part(conversation: Conversation, agent: Agent) -> bool:
    active = conversation.status == Conversation.Status.ACTIVE
    return (
        active and Participant.objects.filter(conversation=conversation, agent=agent, left_at=None).exists()
    )


@transaction.atomic
def _step_in(conversation: Conversation, by: Agent) -> None:
    conversation = lock_conversation(conversation.pk)
    if conversation.is_free:
        answer_conversation(conversation=conversation, by=by)
    elif conversation.status == Conversation.Status.ACTIVE:
        join_conversation(conversation=conversation, by=by)
    else:
        raise NotAllowed


@transaction.atomic
def join_conversation(*, conversation: Conversation, by: Agent) -> Conversation:
    """The agent takes part in a colleague's active conversation (IN4)."""
    conversation = lock_conversation(conversation.pk)
    if conversation.status != Conversation.Status.ACTIVE:
        raise NotAllowed
    if not _takes_part(conversation, by):
        _add_participant(conversation, by)
        add_event(conversation=conversation, event=Entry.Event.JOINED, by=by)
        announce(conversation)
    return conversation


def write_note(
    *, conversation: Conversation, by: Agent, client_id: str, text: str, file: dict[str, Any] | None = None
) -> Stored:
    """An internal note: for agents, never for the customer, also after the end."""
    return timeline.add_note(conversation=conversation, by=by, client_id=client_id, text=text, file=file)


def send_file(
    *, conversation: Conversation, by: Agent, client_id: str, file: dict[str, Any], as_note: bool
) -> Stored:
    """A stored file, as a reply or a note of its own. Its name is its text, for whoever cannot show files. Raises
    NotAllowed, as `send_reply` does."""
    write = write_note if as_note else send_reply
    return write(conversation=conversation, by=by, client_id=client_id, text=file["name"], file=file)


@transaction.atomic
def transfer_to_agent(*, conversation: Conversation, by: Agent, to: Agent) -> Conversation:
    """Hand the conversation to a colleague, who leads it from now on. The one who hands over leaves it."""
    conversation = lock_conversation(conversation.pk)
    if not conversation.is_open or to.company_id != conversation.company_id or not to.is_active:
        raise NotAllowed
    if conversation.assignee_id == to.pk:
        return conversation
    end_open_offer(conversation)
    _leave(conversation, by)
    _assign(conversation, to)
    _engaged(by, to)
    add_event(
        conversation=conversation,
        event=Entry.Event.TRANSFERRED,
        by=by,
        text=to.name,
        public_text=to.public_name,
    )
    announce(conversation)
    return conversation


@transaction.atomic
def transfer_to_group(*, conversation: Conversation, by: Agent, to: Group) -> Conversation:
    """Hand the conversation to a group: it waits anew, and is offered to the group's agents."""
    conversation = lock_conversation(conversation.pk)
    if not conversation.is_open or to.company_id != conversation.company_id:
        raise NotAllowed
    end_open_offer(conversation)
    _wait_anew(conversation, to)
    add_event(
        conversation=conversation, event=Entry.Event.TRANSFERRED, by=by, text=to.name, public_text=to.name
    )
    offer_to_next(conversation)
    announce(conversation)
    return conversation


@transaction.atomic
def hand_back(*, conversation: Conversation, of: Agent) -> None:
    """Who led the conversation does not work here any more: it waits anew, and is offered."""
    conversation = lock_conversation(conversation.pk)
    if conversation.status == Conversation.Status.ACTIVE and conversation.assignee_id == of.pk:
        _wait_anew(conversation, conversation.group)
        add_event(conversation=conversation, event=Entry.Event.LEFT, by=of)
        offer_to_next(conversation)
        announce(conversation)


@transaction.atomic
def close_conversation(*, conversation: Conversation, by: Agent) -> Conversation:
    return _end(conversation, Conversation.Status.CLOSED, Entry.Event.CLOSED, by)


@transaction.atomic
def close_by_itself(*, conversation: Conversation) -> Conversation:
    """Nobody closed it: its time is over."""
    return _end(conversation, Conversation.Status.CLOSED, Entry.Event.CLOSED, None)


@transaction.atomic
def close_by_customer(*, conversation: Conversation) -> Conversation:
    """The customer says that it is over; the same again changes nothing. Raises NotAllowed."""
    return _end(conversation, Conversation.Status.CLOSED, Entry.Event.CLOSED, None, {"customer": True})


@transaction.atomic
def ignore_conversation(*, conversation: Conversation, by: Agent) -> Conversation:
    """It needs no answer, and counts no longer as unanswered (IN1)."""
    return _end(conversation, Conversation.Status.IGNORED, Entry.Event.IGNORED, by)


def _end(
    conversation: Conversation,
    status: Conversation.Status,
    event: Entry.Event,
    by: Agent | None,
    data: dict[str, Any] | None = None,
) -> Conversation:
    conversation = lock_conversation(conversation.pk)
    if conversation.status == status:
        return conversation
    if not conversation.may_become(status):
        raise NotAllowed
    end_open_offer(conversation)
    conversation.status, conversation.closed_at, conversation.waiting_since = status, timezone.now(), None
    conversation.save(update_fields=["status", "closed_at", "waiting_since"])
    add_event(conversation=conversation, event=event, by=by, data=data)
    if by is not None:
        _engaged(by)
    announce(conversation)
    return conversation


@transaction.atomic
def reopen_conversation(*, conversation: Conversation, by: Agent) -> Conversation:
    """Take up an ended conversation again; whoever does, leads it. Raises CustomerHasAnother."""
    conversation = lock_conversation(conversation.pk)
    if not conversation.may_become(Conversation.Status.ACTIVE) or conversation.is_open:
        raise NotAllowed
    conversation.closed_at = None
    try:
        with transaction.atomic():
            _assign(conversation, by)
    except IntegrityError:
        raise CustomerHasAnother from None
    _engaged(by)
    add_event(conversation=conversation, event=Entry.Event.REOPENED, by=by)
    announce(conversation)
    return conversation


# --- parts of the changes above --------------------------------------------------------------------------------


def _assign(conversation: Conversation, agent: Agent) -> None:
    conversation.status, conversation.assignee = Conversation.Status.ACTIVE, agent
    conversation.save(update_fields=["status", "assignee", "closed_at"])
    _add_participant(conversation, agent)


def _add_participant(conversation: Conversation, agent: Agent) -> None:
    Participant.objects.update_or_create(
        conversation=conversation,
        agent=agent,
        defaults={"left_at": None},
        create_defaults={"joined_at": timezone.now()},
    )


def _wait_anew(conversation: Conversation, group: Group | None) -> None:
    """Nobody takes part any more; whoever was asked before may be asked again."""
    people = list(
        Agent.objects.filter(participations__conversation=conversation, participations__left_at=None)
    )
    _leave(conversation, *people)
    _engaged(*people)
    conversation.status, conversation.assignee, conversation.group = Conversation.Status.NEW, None, group
    conversation.offer_round += 1
    conversation.save(update_fields=["status", "assignee", "group", "offer_round"])


def _leave(conversation: Conversation, *agents: Agent) -> None:
    Participant.objects.filter(conversation=conversation, agent__in=agents, left_at=None).update(
        left_at=timezone.now()
    )


def _engaged(*agents: Agent) -> None:
    """They took or left a conversation. Once a change, in the order of their numbers: two who hand over to each other
    at the same moment would wait for each other's rows for ever."""
    for pk in sorted({agent.pk for agent in agents}):
        Agent.objects.filter(pk=pk).update(engaged_at=timezone.now())
