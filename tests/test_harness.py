"""The fixtures that everything else is proven with do what they promise."""

import socket
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from contactcenter.events import AgentStatusChanged, publish
from tests.clock import Clock
from tests.published import Published

pytestmark = pytest.mark.once

ONLINE = AgentStatusChanged(agent=1, status="online")
OFFLINE = AgentStatusChanged(agent=1, status="offline")


def test_the_clock_stands_still_until_it_is_moved(clock: Clock) -> None:
    before = timezone.now()
    assert timezone.now() == before

    clock.move(minutes=2, seconds=30)

    assert timezone.now() == before + timedelta(seconds=150)


def test_an_event_is_told_when_the_outermost_transaction_ends(published: Published) -> None:
    with transaction.atomic():
        with transaction.atomic():
            publish(ONLINE, "agents.1", "widgets.1.0")
        assert published == []

    assert published == [ONLINE]
    assert published.to("widgets.1.0") == [ONLINE]
    assert published.to("agent.7") == []


def test_an_event_outside_a_transaction_is_told_at_once(published: Published) -> None:
    publish(ONLINE, "agents.1")

    assert published == [ONLINE]


def test_an_event_of_a_transaction_that_failed_is_never_told(published: Published) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish(ONLINE, "agents.1")
        raise ZeroDivisionError
    publish(OFFLINE, "agents.1")

    assert published == [OFFLINE]


def test_the_network_is_out_of_reach() -> None:
    with pytest.raises(AssertionError, match="tried to reach"), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))
