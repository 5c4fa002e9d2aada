"""The visitors' socket, as docs/widget-protocol.md promises it."""

import asyncio
from typing import Any

import pytest

from agents.models import Agent, Company
from contactcenter.database import in_database
from conversations.actions import (
    close_conversation,
    ignore_conversation,
    join_conversation,
    send_reply,
    transfer_to_agent,
    write_note,
)
from conversations.models import Conversation, Entry
from conversations.tagging import tag_conversation
from tests.factories import make_agent, make_company, new_id
from tests.sockets.conftest import Open, VisitorWire, answered


def missed_nothing(seen: list[dict[str, Any]]) -> bool:
    """Each entry names the one before it."""
    ordered = sorted({entry["seq"]: entry for entry in seen}.values(), key=lambda entry: entry["seq"])
    return [entry["prev"] for entry in ordered] == [0, *(entry["seq"] for entry in ordered[:-1])]


async def fresh(visitor: Open, token: str) -> dict[str, Any]:
    """What a reload shows."""
    wire = await visitor(say_hello=False)
    return await wire.hello(token=token)


async def test_a_stranger_is_welcomed_and_nothing_is_stored_of_them(visitor: Open, company: Company) -> None:
    wire = await visitor(say_hello=False)

    welcome = await wire.hello(page={"url": "https://shop.example/", "title": "Shop"}, lang="pl")

    assert welcome["conversation"] is None and welcome["entries"] == []
    assert welcome["availability"] == {"online": False, "agents": []}
    assert await in_database(company.visitors.count) == 0


async def test_what_is_acknowledged_is_stored(visitor: Open, company: Company) -> None:
    wire = await visitor()

    stored = await wire.write("Dzień dobry 🌷", "the-first-message")

    entry = await in_database(
        lambda: Entry.objects.select_related("conversation").get(client_id="the-first-message")
    )
    assert (entry.text, entry.seq) == ("Dzień dobry 🌷", stored["seq"])
    assert entry.conversation.public_id == stored["conversation"]
    assert stored["prev"] == 0


async def test_the_same_message_again_gets_the_same_answer_and_is_stored_once(visitor: Open) -> None:
    wire = await visitor()
    first = await wire.write("Hello", "sent-twice")

    again = await wire.write("Hello", "sent-twice")
    tab = await visitor(token=wire.token)
    from_another_tab = await tab.write("Hello", "sent-twice")

    assert first == again == from_another_tab
    assert await in_database(Entry.objects.filter(client_id="sent-twice").count) == 1


async def test_another_tab_sees_the_message_with_its_id_and_the_chain_has_no_hole(visitor: Open) -> None:
    wire = await visitor()
    await wire.write("One")
    tab = await visitor(say_hello=False)
    seen = (await tab.hello(token=wire.token))["entries"]

    await wire.write("Two", "second-message")
    # On a slow bus the first message may still be on its way, which the tab knows already.
    while (entry := await tab.hear("entry"))["id"] != "second-message":
        assert entry["seq"] in {one["seq"] for one in seen}
    seen.append(entry)

    assert (entry["id"], entry["text"], entry["by"]) == ("second-message", "Two", "visitor")
    assert missed_nothing(seen)


async def test_an_agents_answer_arrives_under_the_first_name_only(visitor: Open, ewa: Agent) -> None:
    wire = await visitor()
    first = await wire.write("Hello")
    conversation = await answered(first["conversation"], ewa)
    assert (await wire.hear("entry"))["event"] in {None, "answered"}

    await in_database(send_reply, conversation=conversation, by=ewa, client_id=new_id(), text="Good morning!")
    frames = [frame["data"] for frame in await wire.everything_said() if frame["type"] == "entry"]

    assert (frames[-1]["text"], frames[-1]["name"], frames[-1]["by"]) == ("Good morning!", "Ewa", "agent")
    assert "Kowalska" not in str(await fresh(visitor, wire.token)) + str(frames)


async def test_visitors_are_never_told_of_notes_nor_of_what_is_internal(
    visitor: Open, ewa: Agent, company: Company
) -> None:
    jan = await in_database(make_agent, company, "Jan")
    wire = await visitor()
    first = await wire.write("Hello")
    conversation = await answered(first["conversation"], ewa)

    def behind_the_scenes() -> None:
        write_note(conversation=conversation, by=ewa, client_id=new_id(), text="a secret note")
        tag_conversation(conversation=conversation, by=ewa, name="a secret tag")
        join_conversation(conversation=conversation, by=jan)
        send_reply(conversation=conversation, by=ewa, client_id=new_id(), text="in the open")

    await in_database(behind_the_scenes)
    live = await wire.everything_said()
    reloaded = await fresh(visitor, wire.token)
    synced = await wire.ask("sync", {"conversation": first["conversation"], "seq": 0}, "entries")

    for told in (live, reloaded, synced):
        assert "secret" not in str(told) and "in the open" in str(told)
        assert "joined" not in str(told) and "note" not in {e.get("kind") for e in reloaded["entries"]}
    entries = [frame["data"] for frame in live if frame["type"] == "entry"]
    assert missed_nothing(reloaded["entries"])
    # The hole in the numbers shows that there is something, and nothing else; the chain skips it.
    assert [entry["seq"] for entry in entries] == [entry["seq"] for entry in reloaded["entries"]][
        -len(entries) :
    ]


async def test_a_client_that_missed_something_notices_by_prev_and_by_ping_and_sync_gives_it_the_rest(
    visitor: Open, ewa: Agent
) -> None:
    wire = await visitor()
    stand = await wire.write("Hello")
    conversation = await answered(stand["conversation"], ewa)
    await wire.everything_said()  # all of it lost on the way

    await in_database(send_reply, conversation=conversation, by=ewa, client_id=new_id(), text="Good morning!")
    entry = await wire.hear("entry")
    assert entry["prev"] != stand["seq"]
    pong = await wire.ask("ping", stand, "pong")
    assert pong == {"behind": True}
    missed = await wire.ask("sync", stand, "entries")

    assert [entry["event"] or entry["text"] for entry in missed["entries"]] == ["answered", "Good morning!"]
    assert (await wire.ask("ping", missed["entries"][-1], "pong")) == {"behind": False}
    assert missed["conversation"]["last_seq"] == missed["entries"][-1]["seq"]


async def test_coming_back_brings_only_what_was_missed(visitor: Open, ewa: Agent) -> None:
    wire = await visitor()
    stand = await wire.write("Hello")
    await wire.leave()
    conversation = await answered(stand["conversation"], ewa)
    await in_database(send_reply, conversation=conversation, by=ewa, client_id=new_id(), text="Good morning!")

    back = await visitor(say_hello=False)
    welcome = await back.hello(token=wire.token, after=stand)

    assert [entry["seq"] > stand["seq"] for entry in welcome["entries"]] == [True, True]
    everything = (await fresh(visitor, wire.token))["entries"]
    assert everything[-2:] == welcome["entries"] and len(everything) == 3
    assert welcome["conversation"] == {
        "id": stand["conversation"],
        "status": "active",
        "last_seq": everything[-1]["seq"],
        "agent": {"name": "Ewa", "avatar": None},
        "read_seq": 0,
        "seen_seq": 0,
        "rating": None,
    }


async def test_a_stand_in_some_other_conversation_counts_for_nothing(visitor: Open) -> None:
    wire = await visitor()
    await wire.write("Hello")

    for after in (
        {"conversation": "c-other", "seq": 99},
        {"seq": 99},
        "99",
        99,
        [],
        {"conversation": None, "seq": -1},
    ):
        back = await visitor(say_hello=False)
        welcome = await back.hello(token=wire.token, after=after)
        assert len(welcome["entries"]) == 1, after


async def test_every_state_that_was_told_is_the_state_that_a_reload_shows(
    visitor: Open, ewa: Agent, company: Company
) -> None:
    jan = await in_database(make_agent, company, "Jan")
    wire = await visitor()
    first = await wire.write("Hello")
    conversation = await answered(first["conversation"], ewa)
    changes: list[Any] = [
        lambda: transfer_to_agent(conversation=conversation, by=ewa, to=jan),
        lambda: close_conversation(conversation=conversation, by=jan),
    ]
    for change in changes:
        await in_database(change)
        frames = await wire.everything_said()
        states = [frame["data"] for frame in frames if frame["type"] == "conversation"]
        assert states[-1] == (await fresh(visitor, wire.token))["conversation"]


async def test_a_visitor_who_lost_the_news_of_the_end_finds_out_by_the_next_ping(
    visitor: Open, ewa: Agent
) -> None:
    for end in (close_conversation, ignore_conversation):
        wire = await visitor()
        first = await wire.write("Hello")
        conversation = await in_database(Conversation.objects.get, public_id=first["conversation"])
        await in_database(lambda end=end, one=conversation: end(conversation=one, by=ewa))
        await wire.everything_said()  # lost

        assert await wire.ask("ping", first, "pong") == {"behind": True}
        synced = await wire.ask("sync", first, "entries")

        assert synced["conversation"]["status"] == "closed"
        assert [entry["event"] for entry in synced["entries"]] == ["closed"]


async def test_a_message_after_the_end_begins_the_next_conversation(visitor: Open, ewa: Agent) -> None:
    wire = await visitor()
    first = await wire.write("Hello")
    conversation = await answered(first["conversation"], ewa)
    await in_database(close_conversation, conversation=conversation, by=ewa)

    second = await wire.write("One more thing")

    assert second["conversation"] != first["conversation"]
    assert second["prev"] == 0
    assert [entry["text"] for entry in (await fresh(visitor, wire.token))["entries"]] == ["One more thing"]


async def test_a_message_of_the_last_conversation_sent_again_is_not_stored_in_the_next(
    visitor: Open, ewa: Agent
) -> None:
    """Its answer was lost, the conversation closed, and another tab has begun the next one since."""
    wire = await visitor()
    first = await wire.write("Hello", "answer-was-lost")
    tab = await visitor(token=wire.token)
    await in_database(
        close_conversation,
        conversation=await in_database(Conversation.objects.get, public_id=first["conversation"]),
        by=ewa,
    )
    second = await tab.write("Another tab's word")
    assert second["conversation"] != first["conversation"]

    back = await visitor(token=wire.token)
    for line in (back, wire, tab):
        await line.ask("sync", {}, "entries")
        assert await line.write("Hello", "answer-was-lost") == first

    assert await in_database(Entry.objects.filter(client_id="answer-was-lost").count) == 1


async def test_after_a_day_the_ended_conversation_is_gone_and_ping_does_not_call_for_it(
    visitor: Open, ewa: Agent
) -> None:
    from datetime import timedelta

    wire = await visitor()
    first = await wire.write("Hello")
    conversation = await answered(first["conversation"], ewa)
    await in_database(close_conversation, conversation=conversation, by=ewa)
    closed_at = conversation.created_at - timedelta(hours=25)
    await in_database(lambda: Conversation.objects.filter(pk=conversation.pk).update(closed_at=closed_at))

    back = await visitor(say_hello=False)
    welcome = await back.hello(token=wire.token)

    assert (welcome["conversation"], welcome["entries"]) == (None, [])
    assert await back.ask("ping", {"conversation": None, "seq": 0}, "pong") == {"behind": False}


async def test_typing_is_shown_to_agents_and_to_nobody_else(visitor: Open, ewa: Agent, workspace) -> None:
    from tests.sockets.conftest import sign_in

    screen = await workspace(await in_database(sign_in, ewa))
    wire, other = await visitor(), await visitor()
    await other.write("Somebody else")
    first = await wire.write("Hello")

    await wire.say("typing", {"on": True})

    typing = await screen.hear("visitor.typing")
    conversation = await in_database(Conversation.objects.get, public_id=first["conversation"])
    assert (typing["conversation"], typing["on"]) == (conversation.pk, True)
    assert "typing" not in str(await other.everything_said())


async def test_two_visitors_never_hear_each_other(visitor: Open, ewa: Agent) -> None:
    anna, piotr = await visitor(), await visitor()
    hers, his = await anna.write("I am Anna"), await piotr.write("I am Piotr")
    conversation = await answered(hers["conversation"], ewa)
    await in_database(send_reply, conversation=conversation, by=ewa, client_id=new_id(), text="for Anna only")

    assert hers["conversation"] != his["conversation"]
    assert "for Anna only" in str(await anna.everything_said())
    assert "Anna" not in str(await piotr.everything_said())
    stolen = await piotr.ask("sync", {"conversation": hers["conversation"], "seq": 0}, "entries")
    assert stolen["conversation"]["id"] == his["conversation"] and "Anna" not in str(stolen)


async def test_a_second_hello_may_be_somebody_elses(visitor: Open, ewa: Agent) -> None:
    anna = await visitor()
    hers = await anna.write("I am Anna")
    shared = await visitor(token=anna.token)
    await shared.hello()

    conversation = await answered(hers["conversation"], ewa)
    await in_database(send_reply, conversation=conversation, by=ewa, client_id=new_id(), text="for Anna only")

    assert "for Anna only" not in str(await shared.everything_said())
    assert (await shared.write("I am new here"))["conversation"] != hers["conversation"]


async def test_a_token_of_another_company_is_refused(visitor: Open, company: Company) -> None:
    other = await in_database(make_company, "Baker")
    theirs = await visitor(key=other.key)
    await theirs.write("Bread, please")

    wire = await visitor(say_hello=False)
    error = await wire.ask("hello", {"token": theirs.token}, "error")

    assert error["code"] == "bad_token" and error["retry"] is False
    assert await wire.hello() and (await wire.write("Hello"))["seq"] == 2


async def test_forged_tokens_are_refused(visitor: Open) -> None:
    wire = await visitor()
    await wire.write("Hello")
    head, _, signature = wire.token.rpartition(".")
    forged = [
        "", "x", head, f"{head}x.{signature}", f"{head}.{signature[:-1]}x", wire.token + "x", "ą" * 20, "x" * 50_000,
        "\x00", 1, 1.5, True, [], {}, [wire.token], "\ud800",
    ]  # fmt: skip
    for token in forged:
        stranger = await visitor(say_hello=False)
        error = await stranger.ask("hello", {"token": token}, "error")
        assert error["code"] == "bad_token", token


async def test_a_busy_agent_and_a_busy_visitor_end_up_with_the_same_timeline(
    visitor: Open, ewa: Agent
) -> None:
    wire: VisitorWire = await visitor()
    seen: dict[int, dict[str, Any]] = {}
    first = await wire.write("Hello")
    conversation = await answered(first["conversation"], ewa)
    for entry in (await wire.ask("sync", first, "entries"))["entries"]:
        seen[entry["seq"]] = entry

    async def talk() -> None:
        for number in range(15):
            await wire.write(f"visitor {number}")

    async def reply() -> None:
        for number in range(15):
            text = f"agent {number}"
            await in_database(send_reply, conversation=conversation, by=ewa, client_id=new_id(), text=text)

    await asyncio.gather(talk(), reply())
    for frame in await wire.everything_said():
        if frame["type"] == "entry":
            seen[frame["data"]["seq"]] = frame["data"]
    reload = (await fresh(visitor, wire.token))["entries"]

    assert missed_nothing(reload)
    assert [seen[entry["seq"]] for entry in reload if entry["seq"] > first["seq"]] == reload[1:]
    for speaker in ("visitor", "agent"):
        words = [entry["text"] for entry in reload if entry["text"].startswith(speaker)]
        assert words == [f"{speaker} {number}" for number in range(15)]


async def test_a_long_conversation_is_told_in_pieces(visitor: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conversations.timeline.MOST_ENTRIES", 4)
    monkeypatch.setattr("conversations.timeline.MOST_CHARACTERS", 25_000)
    wire = await visitor()
    for number in range(12):
        stored = await wire.write("x" * (10_000 if number < 4 else 10))

    welcome = await fresh(visitor, wire.token)
    name, last = welcome["conversation"]["id"], welcome["conversation"]["last_seq"]
    pieces = [welcome["entries"]]
    while pieces[-1][-1]["seq"] < last:
        stand = {"conversation": name, "seq": pieces[-1][-1]["seq"]}
        pieces.append((await wire.ask("sync", stand, "entries"))["entries"])

    assert [len(piece) for piece in pieces] == [2, 4, 4, 2]
    assert missed_nothing([entry for piece in pieces for entry in piece])
    assert last == stored["seq"]
