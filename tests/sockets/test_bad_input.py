"""Whatever a stranger sends gets a clear, documented answer; nothing breaks, and nobody else notices."""

import asyncio
import json
import logging

import pytest
from django.test import Client

from agents.models import Agent, Company
from contactcenter.database import in_database
from conversations.models import Entry
from tests.sockets.conftest import Closed, Open, Wire, sign_in

NONSENSE = {
    "not JSON": "hello",
    "half JSON": '{"type":"hello"',
    "a number": "1",
    "null": "null",
    "a list": "[]",
    "a text": '"hello"',
    "no type": "{}",
    "type is a number": '{"type":1}',
    "type is null": '{"type":null}',
    "data is a list": '{"type":"hello","data":[]}',
    "data is null": '{"type":"hello","data":null}',
    "ref is a number": '{"type":"hello","ref":1,"data":{}}',
    "ref is too long": json.dumps({"type": "hello", "ref": "r" * 65, "data": {}}),
    "ref is half a character": '{"type":"ping","ref":"\\ud800","data":{}}',
    "nested deeply": '{"type":"hello","data":' + "[" * 30_000 + "]" * 30_000 + "}",
    "a number with 5000 digits": '{"type":"ping","data":{"seq":' + "9" * 5000 + "}}",
}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_breaks(caplog: pytest.LogCaptureFixture):
    yield
    broken = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert not broken, [record.getMessage() for record in broken]


@pytest.mark.parametrize("text", NONSENSE.values(), ids=NONSENSE)
async def test_nonsense_is_answered_and_the_socket_goes_on(visitor: Open, text: str) -> None:
    wire = await visitor()

    await wire.say_text(text)

    assert (await wire.hear("error"))["code"] == "bad_frame"
    assert (await wire.write("Still here"))["seq"]


async def test_bytes_are_answered_too(visitor: Open) -> None:
    wire = await visitor()
    await wire.communicator.send_to(bytes_data=b"\x00\xff")

    assert (await wire.hear("error"))["code"] == "bad_frame"


@pytest.mark.parametrize("size", [65_537, 100_000, 1_000_000])
async def test_a_frame_that_is_too_large_is_refused(visitor: Open, size: int) -> None:
    wire = await visitor()
    for filler in ("x", "ą"):
        await wire.say_text(json.dumps({"type": "page", "data": {"url": filler * size}}, ensure_ascii=False))
        assert (await wire.hear("error"))["code"] == "too_large"


async def test_unknown_commands_and_commands_before_hello_are_refused(visitor: Open) -> None:
    wire = await visitor(say_hello=False)
    for command in ("message.send", "sync", "ping", "typing", "page"):
        assert (await wire.ask(command, {}, "error"))["code"] == "hello_first"
    for command in (
        "",
        "shutdown",
        "frame",
        "websocket.close",
        "__init__",
        "hello ",
        "\ud800",
        "\x00",
        "x" * 5000,
    ):
        error = await wire.ask(command, {}, "error")
        assert error["code"] == "unknown_command" and len(error["message"]) < 200


@pytest.mark.parametrize(
    "client_id",
    [None, 1, True, [], {}, "", "short", "x" * 65, "with space", "ąęćłńóśź", "a\x00bcdefg", "12345678\n"],
)
async def test_a_bad_message_id_is_refused(visitor: Open, client_id: object) -> None:
    wire = await visitor()

    assert (await wire.ask("message.send", {"id": client_id, "text": "Hello"}, "error"))["code"] == "bad_id"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"), ("  \n\t ", "empty"), ("\x00\x01\x1f\x7f", "empty"), ("\u0085\u009b", "empty"),
        ("\ud800", "empty"), (None, "bad_frame"), (1, "bad_frame"), (["Hello"], "bad_frame"),
        ({"text": "Hello"}, "bad_frame"), ("x" * 10_001, "too_large"), ("🌷" * 10_001, "too_large"),
    ],
)  # fmt: skip
async def test_a_text_that_cannot_be_stored_is_refused(visitor: Open, text: object, code: str) -> None:
    wire = await visitor()
    frame = json.dumps(
        {"type": "message.send", "data": {"id": "a-bad-text", "text": text}}, ensure_ascii=text != "\ud800"
    )
    if text == "\ud800":
        frame = '{"type":"message.send","data":{"id":"a-bad-text","text":"\\ud800"}}'

    await wire.say_text(frame)

    assert (await wire.hear("error"))["code"] == code
    assert await in_database(Entry.objects.count) == 0


async def test_a_text_of_a_hundred_thousand_characters_is_refused_and_one_of_ten_thousand_is_not(
    visitor: Open,
) -> None:
    wire = await visitor()

    await wire.say("message.send", {"id": "much-too-long", "text": "x" * 100_000})
    assert (await wire.hear("error"))["code"] == "too_large"
    await wire.write("ż" * 10_000, "just-short-enough")

    entry = await in_database(Entry.objects.get, client_id="just-short-enough")
    assert entry.text == "ż" * 10_000


async def test_control_characters_are_taken_out_and_everything_else_stays(visitor: Open) -> None:
    wire = await visitor()

    await wire.write(" a\x00b\x1b[31mc\r\nd\te\x9b🌷\u202e<b>'\"\\ ", "odd-characters")

    entry = await in_database(Entry.objects.get, client_id="odd-characters")
    assert entry.text == "ab[31mc\nd\te🌷\u202e<b>'\"\\"


async def test_facts_of_the_wrong_kind_count_as_unknown(visitor: Open, company: Company) -> None:
    odd: list[object] = [
        None,
        1,
        -1,
        2**70,
        True,
        1.5,
        "x",
        "\x00\ud800",
        [],
        {},
        [[]],
        {"url": []},
        "x" * 5000,
    ]
    for value in odd:
        wire = await visitor(say_hello=False)
        await wire.hello(page=value, lang=value, group=value, after=value)
        await wire.hello(page={"url": value, "title": value, "referrer": value})
        await wire.say("page", {"url": value, "title": value})
        assert await wire.ask("ping", {"conversation": value, "seq": value}, "pong")
        assert await wire.ask("sync", {"conversation": value, "seq": value}, "entries")
        await wire.say("typing", {"on": value})
        assert (await wire.write("Hello"))["seq"]


async def test_only_addresses_that_agents_may_click_are_kept(visitor: Open) -> None:
    from conversations.models import Conversation

    for url in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", " https", "//evil.example"):
        wire = await visitor(page={"url": url, "title": "t\x00itle"})
        stored = await wire.write("Hello")
        conversation = await in_database(Conversation.objects.get, public_id=stored["conversation"])
        assert (conversation.page_url, conversation.page_title) == ("", "title")


async def test_a_thousand_messages_at_once_are_limited_and_nobody_else_notices(visitor: Open) -> None:
    flood, quiet = await visitor(), await visitor()
    frames = [
        json.dumps({"type": "message.send", "data": {"id": f"flood-{number:05d}", "text": "x"}})
        for number in range(1000)
    ]
    for frame in frames:
        await flood.say_text(frame)

    loop = asyncio.get_running_loop()
    slowest = 0.0
    for number in range(10):
        started = loop.time()
        await quiet.write(f"Calmly {number}")
        slowest = max(slowest, loop.time() - started)

    answers: list[dict] = []
    with pytest.raises(Closed) as closed:
        while True:
            answers.append(await flood.hear_any())
    stored = {answer["data"]["id"] for answer in answers if answer["type"] == "message.stored"}
    refused = [answer["data"] for answer in answers if answer["type"] == "error"]
    assert closed.value.code == 4429
    assert 20 <= len(stored) <= 25
    assert {(error["code"], error["retry"]) for error in refused} == {("rate_limited", True)}
    assert all(0 < error["after"] <= 1 for error in refused)
    in_the_house = await in_database(
        lambda: set(Entry.objects.filter(client_id__startswith="flood-").values_list("client_id", flat=True))
    )
    assert in_the_house == stored
    assert slowest < 2


async def test_other_frames_have_their_own_limit_which_does_not_eat_up_that_of_messages(
    visitor: Open,
) -> None:
    wire = await visitor()
    for _ in range(70):
        await wire.say("ping", {})

    frames = [await wire.hear_any() for _ in range(70)]
    assert [frame["type"] for frame in frames].count("error") in range(5, 12)
    assert (await wire.write("Hello"))["seq"]


async def test_whoever_keeps_breaking_the_protocol_is_shown_the_door(visitor: Open) -> None:
    wire = await visitor()
    for _ in range(51):
        await wire.say_text("nonsense")

    assert await wire.closing_code() == 4400


async def test_pages_of_other_origins_cannot_open_a_visitors_socket(visitor: Open) -> None:
    for origin in (
        "https://evil.example",
        "http://testserver.evil.example",
        "null",
        "http://testserver:81",
        "x",
        "http://[",
    ):
        wire = await visitor(say_hello=False, headers={"origin": origin})
        assert await wire.closing_code() == 4403, origin
    assert await visitor(headers={"origin": "http://testserver"})


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://[", "http://testserver:81", ""])
async def test_pages_of_other_origins_cannot_open_a_workspaces_socket(
    workspace, ewa: Agent, origin: str
) -> None:
    screen = await workspace(await in_database(sign_in, ewa), origin=origin)

    assert await screen.closing_code() == 4403


@pytest.mark.parametrize(
    "cookie", [r'"\000aaaaaaaaaaaaaaaa"', r'"\377aaaaaaaaaaaaaaaa"', "", "x" * 5000, "; a[=b"]
)
async def test_cookies_that_we_never_gave_are_nobodys(wires: list, company: Company, cookie: str) -> None:
    headers = {"origin": "http://testserver", "cookie": f"sessionid={cookie}"}
    wire = await Wire("/ws/agent/", headers).connect()
    wires.append(wire)

    assert await wire.closing_code() == 4401


def test_pages_take_cookies_that_we_never_gave_for_strangers(client: Client, db: None) -> None:
    for cookie in (r'"\000aaaaaaaaaaaaaaaa"', "x" * 5000):
        client.cookies["sessionid"] = cookie
        assert client.get("/", headers={"cookie": f"sessionid={cookie}"}).status_code == 302


async def test_an_unknown_key_and_a_suspended_company_are_closed_with_4404(
    visitor: Open, launcher, company: Company
) -> None:
    def suspend() -> None:
        company.is_suspended = True
        company.save()

    assert await (await visitor(key="nobody", say_hello=False)).closing_code() == 4404
    assert await (await launcher(key="nobody")).closing_code() == 4404
    await in_database(suspend)
    assert await (await visitor(say_hello=False)).closing_code() == 4404
    assert await (await launcher()).closing_code() == 4404


async def test_addresses_that_do_not_exist_are_closed_with_4404(wires: list) -> None:
    from channels.testing import WebsocketCommunicator

    from contactcenter.sockets import sockets

    for path in (
        "/",
        "/ws/",
        "/ws/agent",
        "/ws/widget/x/y/z/",
        "/../etc/passwd",
        "/ws/widget/ą/",
        "/\n",
        "/ws/\n/x",
    ):
        communicator = WebsocketCommunicator(sockets, path)
        accepted, code = await communicator.connect()
        assert (accepted, code) == (False, 4404), path


@pytest.mark.parametrize(
    "data",
    [
        {}, {"device": None}, {"device": "short"}, {"device": "x" * 41}, {"device": ["x" * 10]},
        {"device": "good-device", "conversation": "1"}, {"device": "good-device", "conversation": -1},
        {"device": "good-device", "conversation": 2**70}, {"device": "good-device", "conversation": [1]},
    ],
)  # fmt: skip
async def test_a_workspace_that_beats_wrongly_is_told_so(workspace, ewa: Agent, data: dict) -> None:
    screen = await workspace(await in_database(sign_in, ewa))

    assert (await screen.ask("heartbeat", data, "error"))["code"] == "bad_frame"


async def test_a_device_with_characters_that_no_database_stores_is_refused(workspace, ewa: Agent) -> None:
    screen = await workspace(await in_database(sign_in, ewa))
    for device in ("device\x00with-nul", "device-\ud800-half"):
        assert (await screen.ask("heartbeat", {"device": device}, "error"))["code"] == "bad_frame"
