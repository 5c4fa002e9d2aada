"""Whoever may not listen any more does not: also when they were not told, and say nothing that would show it."""

import time

import pytest
from django.core import signing
from django.test import Client

from agents.email_change import CONFIRM, ask_for_email, confirm_email
from agents.models import Agent, EmailChange
from agents.passwords import change_own_password
from agents.second_factor import new_key, switch_on
from agents.sessions import end_session
from contactcenter import realtime
from contactcenter.database import in_database
from contactcenter.models import Session
from conversations import consumers
from tests.authenticator import code_of
from tests.factories import PASSWORD
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


async def test_the_password_without_the_code_opens_no_socket(workspace, ewa: Agent) -> None:
    def sign_in_halfway() -> Client:
        key = new_key()
        switch_on(agent=ewa, key=key, code=code_of(key), keep="")
        client = Client()
        client.post("/login/", {"username": ewa.email, "password": PASSWORD})
        assert client.session.session_key
        return client

    screen = await workspace(await in_database(sign_in_halfway))

    assert await screen.closing_code() == 4401


@pytest.mark.parametrize("change", ["sign out there", "password", "second factor", "e-mail"])
async def test_what_ends_the_other_sessions_closes_their_sockets_and_not_ones_own(
    workspace, ewa: Agent, change: str
) -> None:
    here, there = await in_database(sign_in, ewa), await in_database(sign_in, ewa)
    own, other = await workspace(here), await workspace(there)
    for screen, device in ((own, "device-here"), (other, "device-there")):
        await screen.ask("heartbeat", {"device": device}, "heartbeat")

    def change_it() -> None:
        keep = str(here.session.session_key)
        if change == "sign out there":
            end_session(agent=ewa, session=str(there.session.session_key))
        elif change == "password":
            change_own_password(agent=ewa, password="violets are hardly ever blue", keep=keep)
        elif change == "second factor":
            key = new_key()
            switch_on(agent=ewa, key=key, code=code_of(key), keep=keep)
        else:
            ask_for_email(agent=ewa, email="ewa@garden.example")
            wish = EmailChange.objects.get(agent=ewa)
            confirm_email(token=signing.dumps(wish.pk, salt=CONFIRM), keep=keep)

    await in_database(change_it)

    assert await other.closing_code() == 4401
    if change != "password":  # there the session goes on under another key, and the tab reloads
        await own.ask("heartbeat", {"device": "device-here"}, "heartbeat")
