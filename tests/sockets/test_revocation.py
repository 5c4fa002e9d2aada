"""Whoever may not listen any more does not: also when they were not told, and say nothing that would show it."""

import time

import pytest

from agents.models import Agent
from contactcenter import realtime
from contactcenter.database import in_database
from contactcenter.models import Session
from conversations import consumers
from tests.sockets.conftest import sign_in


async def test_only_heartbeats_keep_a_workspaces_socket_open(workspace, ewa: Agent) -> None:
    screen = await workspace(await in_database(sign_in, ewa))
    await screen.ask("heartbeat", {"device": "ewas-laptop"}, "heartbeat")
    (socket,) = realtime.hub().listeners

    for _ in range(3):
        await screen.say("typing", {"conversation": 1, "on": True})
    socket.look_around(time.monotonic() + 40)
    assert not socket.closing
    socket.heard_at = time.monotonic() + 60
    socket.look_around(time.monotonic() + 60)

    assert await screen.closing_code() == 4408


async def test_a_session_that_ends_while_its_socket_opens_hears_nothing(
    workspace, ewa: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await in_database(sign_in, ewa)
    look = consumers.signed_in_agent

    def sign_out_right_after(session_key: str) -> Agent | None:
        agent = look(session_key)
        Session.objects.filter(session_key=session_key).delete()
        return agent

    monkeypatch.setattr(consumers, "signed_in_agent", sign_out_right_after)
    screen = await workspace(client)

    assert await screen.closing_code() == 4401
