"""Offers and presence under any sequence of what people and time may do, on the real models.

Hypothesis makes up the sequences and shortens those that break a rule. Time stands still between steps; a step may
move it while nobody sweeps, as when the broker and the clock process are away.
"""

import os
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from agents.availability import widget_availability
from agents.models import GRACE, Agent, Channel, Company
from agents.presence import change_status, release_lease, renew_lease
from chat.tokens import issue_token
from chat.visits import Visit
from contactcenter.events import AvailabilityChanged
from contactcenter.models import Promise
from contactcenter.promises import sweep_promises
from contactcenter.realtime import widgets
from conversations.actions import (
    CustomerHasAnother,
    NotAllowed,
    TakenByAnother,
    answer_conversation,
    close_conversation,
    ignore_conversation,
    reopen_conversation,
    send_reply,
    transfer_to_agent,
    transfer_to_group,
)
from conversations.models import Conversation, Entry, Offer, Participant
from conversations.routing import MAX_OPEN_OFFERS, decline_offer
from tests.clock import Clock
from tests.factories import make_agent, make_company, make_group, new_id
from tests.published import Published

pytestmark = pytest.mark.django_db(transaction=True)

Status = Conversation.Status
# Who is in which group; Eva is in none and counts for all.
GROUPS_OF = {"Adam": ("Sales",), "Ewa": ("Sales", "Support"), "Jan": ("Support",), "Eva": ()}
VISITORS = 6

people = st.sampled_from(sorted(GROUPS_OF))
devices = st.sampled_from(["laptop", "phone"])
visitors = st.integers(0, VISITORS - 1)
picks = st.integers(0, 1_000)


class ContactCentre(RuleBasedStateMachine):
    # set by the test, which has the fixtures
    clock: Clock
    published: Published

    @initialize()
    def open_for_business(self) -> None:
        self.published.clear()
        self.company: Company = make_company()
        self.agents = {
            name: make_agent(self.company, name, groups=groups) for name, groups in GROUPS_OF.items()
        }
        self.groups = [None, make_group(self.company, "Sales"), make_group(self.company, "Support")]
        self.tokens = [issue_token(self.company.pk) for _ in range(VISITORS)]
        self.signs: dict[tuple[str, str], datetime] = {}
        self.chosen = dict.fromkeys(GROUPS_OF, Agent.Status.OFFLINE)
        self.said: dict[str, tuple[str, int]] = {}

    def teardown(self) -> None:
        if hasattr(self, "company"):
            Conversation.objects.filter(company=self.company).delete()
            self.company.delete()
            Promise.objects.all().delete()

    # --- agents come and go

    @rule(name=people, device=devices)
    def heartbeat(self, name: str, device: str) -> None:
        renew_lease(agent_id=self.agents[name].pk, device=f"{device}-{name}")
        self.signs[name, device] = timezone.now()

    @rule(name=people, device=devices)
    def close_tab(self, name: str, device: str) -> None:
        release_lease(agent_id=self.agents[name].pk, device=f"{device}-{name}")
        if (name, device) in self.signs:
            self.signs[name, device] = timezone.now()

    @rule(name=people, status=st.sampled_from(Agent.Status.values))
    def choose_status(self, name: str, status: str) -> None:
        change_status(agent=self.agents[name], status=status)
        self.chosen[name] = status

    @rule(name=people, device=devices)
    def come_online(self, name: str, device: str) -> None:
        self.heartbeat(name, device)
        self.choose_status(name, Agent.Status.ONLINE)

    # --- time

    @rule(seconds=st.sampled_from([0.5, 5, 29, 30, 31, 60, 119, 120, 121]), work=st.booleans())
    def time_passes(self, seconds: float, work: bool) -> None:
        self.clock.move(seconds=seconds)
        if work:
            self.keep_what_is_due()

    @rule()
    def keep_what_is_due(self) -> None:
        rounds = 0
        while sweep_promises():
            rounds += 1
            assert rounds < 50, "promises beget promises for ever"
        self.everything_due_has_been_done()

    # --- visitors

    @rule(number=visitors, group=st.integers(0, 2))
    def visitor_writes(self, number: int, group: int) -> None:
        chosen = self.groups[group]
        visit = Visit(self.company.pk)
        visit.hello({"token": self.tokens[number], "group": chosen.pk if chosen else None})
        client_id = new_id()
        stored = visit.receive({"id": client_id, "text": "Hello"})
        self.said[client_id] = (stored["conversation"], stored["seq"])

    @rule(number=visitors, pick=picks)
    @precondition(lambda self: self.said)
    def visitor_sends_again(self, number: int, pick: int) -> None:
        mine = Entry.objects.filter(client_id__in=self.said, by=Entry.By.CUSTOMER).order_by("pk")
        entry = mine[pick % mine.count()]
        visitor = int(entry.conversation.customer_key.partition(".")[2])
        visit = Visit(self.company.pk)
        visit.hello({"token": self._token_of(visitor)})
        stored = visit.receive({"id": entry.client_id, "text": entry.text})
        assert (stored["conversation"], stored["seq"]) == self.said[entry.client_id]

    def _token_of(self, visitor_id: int) -> str:
        from chat.models import Visitor
        from chat.tokens import token_hash

        wanted = Visitor.objects.get(pk=visitor_id).token_hash
        return next(token for token in self.tokens if token_hash(self.company.pk, token) == wanted)

    # --- agents act

    def _pick(self, pick: int, *statuses: str) -> Conversation | None:
        found = Conversation.objects.filter(company=self.company, status__in=statuses).order_by("pk")
        count = found.count()
        return found[pick % count] if count else None

    @rule(name=people, pick=picks)
    def answer(self, name: str, pick: int) -> None:
        conversation = self._pick(pick, *Status.values)
        if conversation is None:
            return
        agent = self.agents[name]
        wins = conversation.is_waiting or (
            conversation.status == Status.ACTIVE and conversation.assignee == agent
        )
        try:
            assert answer_conversation(conversation=conversation, by=agent).assignee == agent
            assert wins
        except TakenByAnother as lost:
            assert not wins and lost.winner == conversation.assignee

    @rule(pick=picks)
    def decline(self, pick: int) -> None:
        offers = Offer.objects.filter(conversation__company=self.company).order_by("pk")
        if offers:
            offer = offers[pick % len(offers)]
            decline_offer(offer=offer, by=offer.agent)

    @rule(name=people, pick=picks)
    def reply(self, name: str, pick: int) -> None:
        conversation = self._pick(pick, *Status.values)
        if conversation is None:
            return
        try:
            send_reply(conversation=conversation, by=self.agents[name], client_id=new_id(), text="Hello")
            assert conversation.is_open
        except NotAllowed:
            assert not conversation.is_open

    @rule(name=people, to=people, pick=picks)
    def transfer(self, name: str, to: str, pick: int) -> None:
        conversation = self._pick(pick, *Conversation.OPEN)
        if conversation is not None:
            transfer_to_agent(conversation=conversation, by=self.agents[name], to=self.agents[to])

    @rule(name=people, group=st.integers(1, 2), pick=picks)
    def transfer_to_a_group(self, name: str, group: int, pick: int) -> None:
        conversation = self._pick(pick, *Conversation.OPEN)
        chosen = self.groups[group]
        if conversation is not None and chosen is not None:
            transfer_to_group(conversation=conversation, by=self.agents[name], to=chosen)

    @rule(name=people, pick=picks, ignore=st.booleans())
    def end(self, name: str, pick: int, ignore: bool) -> None:
        conversation = self._pick(pick, *Conversation.OPEN)
        if conversation is not None:
            (ignore_conversation if ignore else close_conversation)(
                conversation=conversation, by=self.agents[name]
            )

    @rule(name=people, pick=picks)
    def reopen(self, name: str, pick: int) -> None:
        conversation = self._pick(pick, Status.CLOSED, Status.IGNORED)
        if conversation is None:
            return
        others = Conversation.objects.filter(
            customer_key=conversation.customer_key, status__in=Conversation.OPEN
        )
        has_another = others.exists()
        try:
            reopen_conversation(conversation=conversation, by=self.agents[name])
            assert not has_another
        except CustomerHasAnother:
            assert has_another

    # --- what must always hold

    def _is_available(self, name: str) -> bool:
        signs = [moment for (whose, _), moment in self.signs.items() if whose == name]
        present = bool(signs) and max(signs) > timezone.now() - GRACE
        return present and self.chosen[name] == Agent.Status.ONLINE

    @invariant()
    def whoever_is_there_and_online_is_available_and_nobody_else(self) -> None:
        if not hasattr(self, "company"):
            return
        available = Agent.objects.get_queryset().filter(company=self.company).available(Channel.CHAT)
        expected = {name for name in GROUPS_OF if self._is_available(name)}
        assert {agent.first_name for agent in available} == expected
        for group in self.groups:
            counting = {
                n for n in expected if group is None or not GROUPS_OF[n] or group.name in GROUPS_OF[n]
            }
            shown = widget_availability(self.company.pk, group and group.pk)
            assert shown["online"] == bool(counting)
            assert {agent["name"] for agent in shown["agents"]} <= counting

    @invariant()
    def status_offer_and_leader_agree(self) -> None:
        if not hasattr(self, "company"):
            return
        for conversation in Conversation.objects.filter(company=self.company).select_related("assignee"):
            offers = list(Offer.objects.filter(conversation=conversation, outcome=Offer.Outcome.OPEN))
            assert len(offers) == (conversation.status == Status.OFFERED)
            assert (conversation.assignee is None) <= (conversation.status != Status.ACTIVE)
            if conversation.is_waiting:
                assert conversation.assignee is None
                assert not Participant.objects.filter(conversation=conversation, left_at=None).exists()
            for offer in offers:
                assert offer.round == conversation.offer_round
                promise = Promise.objects.get(kind="offer.expire", key=str(offer.pk))
                assert promise.due_at == offer.due_at == offer.offered_at + timedelta(seconds=30)

    @invariant()
    def nobody_is_asked_twice_in_a_round(self) -> None:
        asked = list(Offer.objects.values_list("conversation", "agent", "round"))
        assert len(asked) == len(set(asked))

    @invariant()
    def numbers_have_no_hole_and_each_public_entry_names_the_one_before(self) -> None:
        if not hasattr(self, "company"):
            return
        for conversation in Conversation.objects.filter(company=self.company):
            entries = list(conversation.entries.order_by("seq").values_list("seq", "previous_public_seq"))
            assert [seq for seq, _ in entries] == list(range(1, conversation.last_seq + 1))
            seen = 0
            for seq, previous in entries:
                if previous is not None:
                    assert previous == seen
                    seen = seq
            assert conversation.public_seq == seen

    @invariant()
    def nothing_acknowledged_is_missing_or_there_twice(self) -> None:
        if not hasattr(self, "company"):
            return
        stored = Entry.objects.filter(company=self.company, by=Entry.By.CUSTOMER)
        found: dict[Any, tuple[str, int]] = {
            entry.client_id: (entry.conversation.public_id, entry.seq)
            for entry in stored.select_related("conversation")
        }
        assert found == self.said
        assert stored.count() == len(self.said)

    def everything_due_has_been_done(self) -> None:
        """Once the sweep has come by: nothing rings too long or at somebody who is not there, nothing waits that could
        ring, and every screen was told how things stand."""
        now = timezone.now()
        ringing = dict.fromkeys(GROUPS_OF, 0)
        for offer in Offer.objects.filter(outcome=Offer.Outcome.OPEN).select_related("agent"):
            assert offer.due_at > now
            assert self._is_available(offer.agent.first_name)
            ringing[offer.agent.first_name] += 1
        for conversation in Conversation.objects.filter(company=self.company, status=Status.NEW):
            asked = set(
                Offer.objects.filter(conversation=conversation, round=conversation.offer_round).values_list(
                    "agent__first_name", flat=True
                )
            )
            for name, groups in GROUPS_OF.items():
                group = conversation.group
                may_be_asked = self._is_available(name) and (
                    group is None or not groups or group.name in groups
                )
                assert name in asked or not may_be_asked or ringing[name] >= MAX_OPEN_OFFERS, (
                    f"conversation {conversation.pk} waits although {name} is there and was not asked"
                )
        for agent in Agent.objects.filter(company=self.company, first_name__in=GROUPS_OF):
            assert agent.shown_present == agent.is_present()
        for group in self.groups:
            told = [
                event
                for event in self.published.to(widgets(self.company.pk, group and group.pk))
                if isinstance(event, AvailabilityChanged)
            ]
            if told:
                assert told[-1].online == widget_availability(self.company.pk, group and group.pk)["online"]


def test_offers_and_presence_hold_their_rules_whatever_happens(
    transactional_db: None, clock: Clock, published: Published
) -> None:
    minutes = float(os.environ.get("CHAOS_MINUTES") or 0)
    ContactCentre.clock, ContactCentre.published = clock, published
    run_state_machine_as_test(
        ContactCentre,
        settings=settings(
            max_examples=int(15 + 40 * minutes),
            stateful_step_count=40,
            # Every run the same, so that a red build is red for everybody; `make chaos` makes up new ones.
            derandomize=not minutes,
            database=None,
            deadline=None,
            print_blob=True,
            verbosity=Verbosity.normal,
            suppress_health_check=list(HealthCheck),
        ),
    )
