"""Offers: whom a waiting conversation is offered to, and for how long (IN2, IN3; docs/routing.md draws the states).

Every change locks the conversation's row first. A function that goes on to other conversations skips those that
somebody else has locked, so no two ever wait for each other.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from agents.models import GRACE, Agent, AgentQuerySet, Device
from contactcenter.events import ConversationChanged, OfferEnded, OfferMade, publish
from contactcenter.promises import keeps, make_promise, make_promises
from contactcenter.realtime import company_agents, one_agent
from conversations.models import Conversation, Entry, Literal, Offer, Participant
from conversations.pushes import push_offer
from conversations.timeline import add_event, iso

OFFER_TIME = timedelta(seconds=30)
# When nobody can be asked, somebody may be becoming available in a transaction that has not committed yet.
LOOK_AGAIN = timedelta(seconds=5)
# More than this many ringing at once helps nobody; what waits follows as offers end.
MAX_OPEN_OFFERS = 3
# How many waiting conversations one transaction offers; some may go to others than the agent who came.
MAX_WAITING_AT_ONCE = 20


def lock_conversation(conversation_id: int) -> Conversation:
    """The conversation, locked until the end of the transaction. Raises Conversation.DoesNotExist."""
    return Conversation.objects.select_for_update(of=("self",), no_key=True).get(pk=conversation_id)


def offer_to_next(conversation: Conversation) -> Offer | None:
    """Offer a locked, waiting conversation to the next agent of its round. None when everybody was asked: then it
    waits for anybody."""
    agent = _next_agent(conversation)
    if agent is None:
        _set_status(conversation, Conversation.Status.NEW)
        _look_again(conversation)
        return None
    now = timezone.now()
    offer = Offer.objects.create(
        conversation=conversation,
        agent=agent,
        round=conversation.offer_round,
        offered_at=now,
        due_at=now + OFFER_TIME,
    )
    make_promise("offer.expire", key=str(offer.pk), due_at=offer.due_at, offer_id=offer.pk)
    add_event(conversation=conversation, event=Entry.Event.OFFERED, text=agent.name)
    publish(
        OfferMade(
            offer=offer.pk,
            conversation=conversation.pk,
            channel=conversation.channel,
            name=conversation.customer,
            due_at=iso(offer.due_at),
        ),
        one_agent(agent.pk),
    )
    push_offer(offer)
    _set_status(conversation, Conversation.Status.OFFERED)
    return offer


def _look_again(conversation: Conversation) -> None:
    due_at = timezone.now() + LOOK_AGAIN
    make_promise(
        "routing.look_again", key=str(conversation.pk), due_at=due_at, conversation_id=conversation.pk
    )


@keeps("routing.look_again")
def offer_if_still_waiting(*, conversation_id: int) -> None:
    """Nobody could be asked a moment ago. Look once more, since two transactions may have missed each other, and as
    long as somebody to ask has only too much ringing already."""
    conversation = (
        Conversation.objects.select_for_update(of=("self",), no_key=True).filter(pk=conversation_id).first()
    )
    if conversation is None or conversation.status != Conversation.Status.NEW:
        return
    if _next_agent(conversation) is not None:
        offer_to_next(conversation)
    elif _agents_to_ask(conversation).exists():
        _look_again(conversation)


def _next_agent(conversation: Conversation) -> Agent | None:
    """Of the available agents not yet asked this round: one with a device open right now before one in the grace,
    then the least loaded, then the longest idle."""
    active = (
        Participant.objects.filter(
            agent=OuterRef("pk"), left_at=None, conversation__status=Conversation.Status.ACTIVE
        )
        .order_by()
        .values("agent")
        .annotate(n=Count("pk"))
        .values("n")
    )
    ringing = (
        Offer.objects.filter(agent=OuterRef("pk"), outcome=Offer.Outcome.OPEN)
        .order_by()
        .values("agent")
        .annotate(n=Count("pk"))
        .values("n")
    )
    connected = Device.objects.filter(
        agent=OuterRef("pk"), is_connected=True, seen_at__gt=timezone.now() - GRACE
    )
    return (
        _agents_to_ask(conversation)
        .annotate(
            ringing=Coalesce(Subquery(ringing), 0),
            load=Coalesce(Subquery(active), 0) + F("ringing"),
            connected=Exists(connected),
        )
        .filter(ringing__lt=MAX_OPEN_OFFERS)
        .order_by("-connected", "load", F("engaged_at").asc(nulls_first=True), "pk")
        .first()
    )


def _agents_to_ask(conversation: Conversation) -> AgentQuerySet:
    """The available agents not yet asked this round."""
    asked = Offer.objects.filter(conversation=conversation, round=conversation.offer_round).values("agent_id")
    return (
        Agent.objects.get_queryset()
        .filter(company_id=conversation.company_id)
        .available(conversation.channel)
        .in_group(conversation.group_id)
        .exclude(pk__in=asked)
    )


def end_offer(offer: Offer, outcome: Offer.Outcome) -> bool:
    """Compare-and-set: end an open offer. False when it had ended already."""
    ended = Offer.objects.filter(pk=offer.pk, outcome=Offer.Outcome.OPEN).update(
        outcome=outcome, ended_at=timezone.now()
    )
    if ended:
        publish(
            OfferEnded(offer=offer.pk, conversation=offer.conversation_id, outcome=outcome),
            one_agent(offer.agent_id),
        )
    return bool(ended)


def end_open_offer(conversation: Conversation, *, accepted_by: Agent | None = None) -> None:
    """The locked conversation is taken, closed or ignored: its open offer, if any, is over."""
    offer = Offer.objects.filter(conversation=conversation, outcome=Offer.Outcome.OPEN).first()
    if offer is not None:
        mine = accepted_by is not None and offer.agent_id == accepted_by.pk
        end_offer(offer, Offer.Outcome.ACCEPTED if mine else Offer.Outcome.WITHDRAWN)
        make_promise(
            "routing.agent_free", key=str(offer.agent_id), due_at=timezone.now(), agent_id=offer.agent_id
        )


@keeps("offer.expire")
def expire_offer_if_open(*, offer_id: int) -> None:
    """Nobody answered in time: on to the next agent."""
    _pass_on(offer_id, Offer.Outcome.EXPIRED, Entry.Event.OFFER_EXPIRED)


@transaction.atomic
def decline_offer(*, offer: Offer, by: Agent) -> None:
    """The agent asked says no: on to the next at once. Harmless when the offer is over, or somebody else's."""
    if offer.agent_id == by.pk:
        _pass_on(offer.pk, Offer.Outcome.DECLINED, Entry.Event.OFFER_DECLINED)


def _pass_on(offer_id: int, outcome: Offer.Outcome, event: Entry.Event | None) -> None:
    offer = Offer.objects.select_related("agent").filter(pk=offer_id).first()
    if offer is None:
        return
    conversation = lock_conversation(offer.conversation_id)
    if not end_offer(offer, outcome):
        return
    if event is not None:
        add_event(conversation=conversation, event=event, text=offer.agent.name)
    if conversation.is_waiting:
        offer_to_next(conversation)
    _offer_waiting_to(offer.agent, new_round=False)


# --- agents come and go ---------------------------------------------------------------------------------------


def follow_presence(agents: Sequence[Agent], may_be_asked: bool) -> None:
    """Registered with agents.presence: agents may be asked now, or may not any more."""
    now, payloads = timezone.now(), _by_key(agents)
    if may_be_asked:
        make_promises("routing.agent_came", due_at=now, payloads=payloads)
    else:
        make_promises("routing.agent_left", due_at=now, payloads=payloads)


def follow_duties(agents: Sequence[Agent]) -> None:
    """Registered with agents.duties: agents may be asked for other things than before."""
    now, payloads = timezone.now(), _by_key(agents)
    make_promises("routing.agent_left", due_at=now, payloads=payloads)
    make_promises("routing.agent_came", due_at=now, payloads=payloads)


def _by_key(agents: Sequence[Agent]) -> dict[str, dict[str, Any]]:
    return {str(agent.pk): {"agent_id": agent.pk} for agent in agents}


@keeps("routing.agent_left")
def withdraw_offers_not_meant_for(*, agent_id: int) -> None:
    """What was offered to an agent who is not there any more, or does not do this any more, goes on at once."""
    offers = (
        Offer.objects.filter(agent_id=agent_id, outcome=Offer.Outcome.OPEN)
        .select_related("conversation")
        .order_by("conversation_id")
    )
    for offer in offers:
        asked = Agent.objects.get_queryset().filter(pk=agent_id).available(offer.conversation.channel)
        if not asked.in_group(offer.conversation.group_id).exists():
            _pass_on(offer.pk, Offer.Outcome.UNREACHABLE, None)


@keeps("routing.agent_came")
def offer_waiting_to_newcomer(*, agent_id: int) -> None:
    """What waits for anybody is offered again when an agent becomes available (IN3)."""
    agent = Agent.objects.filter(pk=agent_id).first()
    if agent is not None:
        _offer_waiting_to(agent, new_round=True)


@keeps("routing.agent_free")
def offer_waiting_to_freed(*, agent_id: int) -> None:
    """One offer less rings at the agent: what waited for that rings now."""
    agent = Agent.objects.filter(pk=agent_id).first()
    if agent is not None:
        _offer_waiting_to(agent, new_round=False)


def _offer_waiting_to(agent: Agent, *, new_round: bool) -> None:
    """Let the conversations that wait for anybody be offered, oldest first, as far as this agent may be asked.
    `new_round`: those that asked the agent before may ask again."""
    channels = list(agent.channels.values_list("channel", flat=True))
    if not channels or not Agent.objects.get_queryset().filter(pk=agent.pk).available(channels[0]).exists():
        return
    asked = Offer.objects.filter(conversation=OuterRef("pk"), agent=agent, round=OuterRef("offer_round"))
    groups = agent.groups_of.values_list("pk", flat=True)
    waiting = (
        Conversation.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .filter(company=agent.company, status=Literal(Conversation.Status.NEW), channel__in=channels)
        .order_by("created_at")
    )
    if groups:
        waiting = waiting.filter(Q(group=None) | Q(group__in=list(groups)))
    if not new_round:
        waiting = waiting.exclude(Exists(asked))
    for conversation in waiting[:MAX_WAITING_AT_ONCE]:
        if (
            new_round
            and Offer.objects.filter(
                conversation=conversation, agent=agent, round=conversation.offer_round
            ).exists()
        ):
            conversation.offer_round += 1
            conversation.save(update_fields=["offer_round"])
        if offer_to_next(conversation) is None:
            break


def _set_status(conversation: Conversation, status: Conversation.Status) -> None:
    if conversation.status != status:
        conversation.status, conversation.changed_at = status, timezone.now()
        conversation.save(update_fields=["status", "changed_at"])
    publish(
        ConversationChanged(conversation=conversation.pk, status=status),
        company_agents(conversation.company_id),
    )
