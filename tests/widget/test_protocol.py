"""Whoever has docs/widget-protocol.md can write a client: this one was, and talks to the running product."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator

import pytest

from tests.live import Live
from tests.widget.client import ChatClient, HttpWay, Refused, SocketWay
from tests.widget.desk import Desk

PAGE = {"url": "https://shop.example/kubki", "title": "Kubki", "referrer": ""}


@pytest.fixture(scope="module")
def ewa(product: Live) -> Desk:
    return Desk(product, "ewa@demo.example")


@pytest.fixture(params=[SocketWay, HttpWay], ids=["socket", "plain HTTP"])
def visitor(product: Live, request: pytest.FixtureRequest) -> Iterator[Callable[..., ChatClient]]:
    clients: list[ChatClient] = []

    def arrive(token: str | None = None, **facts: object) -> ChatClient:
        client = ChatClient(f"127.0.0.1:{product.port}", "demo", request.param, token)
        clients.append(client)
        client.hello(page=PAGE, lang="pl", **facts)
        return client

    yield arrive
    for client in clients:
        client.close()


def test_a_conversation_from_hello_to_its_end_and_into_the_next(
    visitor: Callable[..., ChatClient], ewa: Desk
) -> None:
    anna = visitor()
    assert anna.conversation is None and anna.entries == {} and anna.token
    assert anna.availability["online"] is True
    assert {"name", "avatar"} == set(anna.availability["agents"][0])

    first = f"Dzień dobry {secrets.token_hex(4)}"
    stored = anna.write(first)
    again = anna.write(first, stored["id"])
    assert (again["seq"], again["conversation"]) == (stored["seq"], stored["conversation"])
    anna.wait_for(lambda client: client.texts() == [first])
    assert anna.conversation["status"] == "waiting"
    anna.type(on=True)
    anna.go_to("https://shop.example/koszyk", "Koszyk")

    conversation = ewa.answer(first)
    ewa.write(conversation, "Dzień dobry, w czym pomóc?")
    anna.wait_for(lambda client: len(client.texts()) == 2 and client.conversation["status"] == "active")
    assert anna.conversation["agent"]["name"] == "Ewa"
    assert [entry["event"] for entry in anna.entries.values() if entry["kind"] == "event"] == ["answered"]
    chain = sorted(anna.entries)
    assert [anna.entries[seq]["prev"] for seq in chain] == [0, *chain[:-1]]
    assert anna.ping() is False

    ewa.close(conversation)
    anna.wait_for(lambda client: client.conversation["status"] == "closed")
    ended = anna.conversation["id"]
    second = anna.write("Jeszcze jedno")
    anna.wait_for(lambda client: client.texts() == ["Jeszcze jedno"])
    assert second["conversation"] == anna.conversation["id"] != ended


def test_whoever_comes_back_with_the_token_has_everything(
    visitor: Callable[..., ChatClient], ewa: Desk
) -> None:
    anna = visitor()
    first = f"Wrócę {secrets.token_hex(4)}"
    anna.write(first)
    ewa.write(ewa.answer(first), "Poczekam")
    assert anna.ping() is True or len(anna.texts()) == 2
    anna.come_back()
    assert anna.texts() == [first, "Poczekam"]

    elsewhere = visitor(anna.token)
    assert elsewhere.texts() == anna.texts()
    elsewhere.write("Z innej karty")
    anna.wait_for(lambda client: client.texts()[-1] == "Z innej karty")


def test_what_is_wrong_is_said_with_the_documented_code(visitor: Callable[..., ChatClient]) -> None:
    anna = visitor()
    mistakes = [
        ("message.send", {"id": "fresh-id-1", "text": "   "}, "empty"),
        ("message.send", {"id": "fresh-id-2", "text": "x" * 10_001}, "too_large"),
        ("message.send", {"id": "short", "text": "x"}, "bad_id"),
        ("message.send", {"id": "fresh-id-3", "text": 7}, "bad_frame"),
        ("bot.choose", {"id": "fresh-id-4", "suggestion": 0}, "unknown_suggestion"),
        ("dance", {}, "unknown_command"),
    ]
    for command, data, code in mistakes:
        with pytest.raises(Refused) as refused:
            anna.say(command, **data)
        assert (refused.value.code, refused.value.retry) == (code, False)
    assert anna.write("Mimo to")["seq"]


@pytest.mark.parametrize("flaw", ["forged", "cut", "another company's", "not a text"])
def test_a_token_that_is_not_valid_here_is_refused(
    product: Live, visitor: Callable[..., ChatClient], flaw: str
) -> None:
    token = visitor().token
    if flaw == "another company's":
        # Made with the right key of the installation, for another company.
        token = product.installation.manage(
            "shell", "-v0", "-c", "from chat.tokens import issue_token; print(issue_token(999999))"
        ).strip()
    bad = {"forged": token[:-1] + ("A" if token[-1] != "A" else "B"), "cut": token[:20], "not a text": 7}.get(
        flaw, token
    )
    with pytest.raises(Refused) as refused:
        visitor(bad)
    assert (refused.value.code, refused.value.retry) == ("bad_token", False)


def test_a_signed_visitor_is_the_same_everywhere(product: Live, visitor: Callable[..., ChatClient]) -> None:
    secret = product.installation.manage(
        "shell", "-v0", "-c",
        "from agents.models import Company; from chat.identity import renew_secret, secret_of\n"
        "c = Company.objects.get(key='demo'); secret_of(c.pk) or renew_secret(company=c); print(secret_of(c.pk))",
    ).strip()  # fmt: skip
    who = secrets.token_hex(4)
    identity = {"id": who, "hash": hmac.new(secret.encode(), who.encode(), hashlib.sha256).hexdigest()}
    visitor(identity=identity).write("To ja")
    assert visitor(identity=identity).texts() == ["To ja"]
    assert visitor(identity={"id": who, "hash": "0" * 64}).texts() == []
    assert visitor(identity={"id": who}).texts() == []
