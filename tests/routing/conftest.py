from collections.abc import Callable

import pytest

from agents.models import Agent, Company
from chat.models import Visitor
from contactcenter.promises import sweep_promises
from conversations.models import Conversation, Offer
from tests.clock import Clock
from tests.factories import make_company


@pytest.fixture
def company(commits: None, clock: Clock) -> Company:
    return make_company()


@pytest.fixture
def write(client, company: Company) -> Callable[..., Conversation]:
    """A visitor nobody has seen before writes through the widget's address."""

    def write(text: str = "Good morning", **hello: object) -> Conversation:
        frames = [
            {"type": "hello", "data": hello},
            {"type": "message.send", "data": {"id": f"first-{Visitor.objects.count():04d}", "text": text}},
        ]
        response = client.post(
            f"/widget/{company.key}/exchange", {"frames": frames}, content_type="application/json"
        )
        stored = response.json()["frames"][1]["data"]
        return Conversation.objects.get(public_id=stored["conversation"])

    return write


def offered_to(conversation: Conversation) -> Agent | None:
    """Whom the conversation is offered to at this moment, after all that was due has been done."""
    while sweep_promises():
        pass
    offers = Offer.objects.filter(conversation=conversation, outcome=Offer.Outcome.OPEN).select_related(
        "agent"
    )
    conversation.refresh_from_db()
    offer = offers.first()
    assert (offer is not None) == (conversation.status == Conversation.Status.OFFERED)
    return offer.agent if offer else None


def open_offer(conversation: Conversation) -> Offer:
    return Offer.objects.get(conversation=conversation, outcome=Offer.Outcome.OPEN)


def outcomes(conversation: Conversation) -> list[tuple[str, str]]:
    """Who was asked, and what came of it."""
    offers = Offer.objects.filter(conversation=conversation).select_related("agent").order_by("pk")
    return [(offer.agent.first_name, offer.outcome) for offer in offers]
