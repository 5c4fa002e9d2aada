"""What strangers may do often, and what they may not, however they come."""

import pytest
from django.test import Client

from agents.models import Company
from chat.visits import Visit
from contactcenter import sockets
from contactcenter.addresses import client_address, counted_address, trusted_client_address
from contactcenter.frames import ProtocolError
from contactcenter.sockets import sockets as entrance
from conversations.models import Conversation
from tests.factories import new_id
from tests.sockets.conftest import Open, Wire

STRANGER = "8.8.4.4"


async def test_a_new_connection_brings_no_new_messages(visitor: Open) -> None:
    wire = await visitor()
    for number in range(20):
        await wire.write(f"Message {number}")

    other = await visitor(token=wire.token)
    for each in (wire, other):
        error = await each.ask("message.send", {"id": new_id(), "text": "One more"}, "error")
        assert (error["code"], error["retry"]) == ("rate_limited", True)


def exchange(client: Client, company: Company, *frames: dict) -> list[dict]:
    answer = client.post(
        f"/widget/{company.key}/exchange", {"frames": list(frames)}, content_type="application/json"
    )
    return answer.json()["frames"]


def test_a_second_hello_brings_no_new_messages_either(client: Client, company: Company) -> None:
    hello = {"type": "hello", "data": {}}
    welcome, refused = exchange(client, company, hello, hello)

    assert (welcome["type"], refused["data"]["code"]) == ("welcome", "bad_frame")


def test_conversations_begun_from_one_address_are_limited(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.visits.CONVERSATIONS", ("conversation", (2, 600.0)))

    def begin(address: str) -> None:
        visit = Visit(company.pk, address=counted_address(address))
        visit.hello({})
        visit.receive({"id": new_id(), "text": "Hello"})

    begin(STRANGER)
    begin(STRANGER)
    with pytest.raises(ProtocolError, match="Too much") as refused:
        begin(STRANGER)
    assert refused.value.retry and refused.value.after
    begin("8.8.8.8")
    for _ in range(3):
        begin("10.0.0.1")  # a proxy that nobody named: everybody comes from there
    assert Conversation.objects.count() == 6


async def test_one_address_may_have_so_many_sockets_open(
    company: Company, wires: list[Wire], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "MOST_PER_ADDRESS", 2)

    def launcher(address: str) -> Wire:
        wire = Wire(f"/ws/widget/{company.key}/status", {})
        wire.communicator.scope["client"] = (address, 40_000)
        return wire

    for address in (STRANGER, STRANGER, "8.8.8.8", "127.0.0.1", "127.0.0.1", "127.0.0.1"):
        wire = await launcher(address).connect()
        wires.append(wire)
    assert await launcher(STRANGER).communicator.connect() == (False, 4429)

    await wires.pop(0).leave()
    wires.append(await launcher(STRANGER).connect())
    assert entrance is sockets.sockets and sockets._open[STRANGER] == 2


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        (STRANGER, STRANGER),
        ("2a00:1450:4001:810::200e", "2a00:1450:4001:810::/64"),
        ("127.0.0.1", ""),
        ("172.18.0.1", ""),
        ("fd00::1", ""),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_whom_a_limit_counts(address: str, counted: str) -> None:
    assert counted_address(address) == counted


def test_trusted_proxies_are_addresses_or_networks(settings, rf) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.2", "172.16.0.0/12"]

    assert trusted_client_address("10.0.0.2", f"1.1.1.1, {STRANGER}, 172.18.0.7") == STRANGER
    assert trusted_client_address("172.18.0.1", STRANGER) == STRANGER
    assert trusted_client_address("10.0.0.3", STRANGER) == "10.0.0.3"
    assert trusted_client_address("not an address", STRANGER) == "not an address"
    asked = rf.get("/", REMOTE_ADDR="172.18.0.1", HTTP_X_FORWARDED_FOR=STRANGER)
    assert client_address(asked) == STRANGER
