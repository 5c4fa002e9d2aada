"""The agents' socket: it listens, renews presence, and closes the moment the session is over."""

import pytest

from agents.actions import change_password
from agents.models import Agent, Company
from agents.presence import change_status
from contactcenter.database import in_database
from conversations.actions import send_reply, write_note
from conversations.models import Conversation
from tests.factories import make_agent, make_company, make_conversation, new_id
from tests.sockets.conftest import Open, answered, sign_in

DEVICE = {"device": "a-device-of-ewa"}


async def test_without_a_session_the_socket_closes_with_4401(workspace, ewa: Agent) -> None:
    assert await (await workspace(None)).closing_code() == 4401


async def test_a_page_of_another_website_cannot_open_it_with_the_agents_cookie(workspace, ewa: Agent) -> None:
    client = await in_database(sign_in, ewa)
    for origin in (
        "https://evil.example",
        "null",
        "",
        "http://testserver.evil.example",
        "http://testserver:81",
    ):
        assert await (await workspace(client, origin=origin)).closing_code() == 4403, origin


@pytest.mark.parametrize("change", [{"is_active": False}, {"company": None, "is_staff": True}])
async def test_whoever_may_not_work_here_any_more_is_not_let_in_and_is_shown_out(
    workspace, ewa: Agent, change: dict
) -> None:
    client = await in_database(sign_in, ewa)
    inside = await workspace(client)
    await inside.ask("heartbeat", DEVICE, "heartbeat")

    await in_database(lambda: Agent.objects.filter(pk=ewa.pk).update(**change))

    assert await (await workspace(client)).closing_code() == 4401
    await inside.say("heartbeat", DEVICE)
    assert await inside.closing_code() == 4401


async def test_signing_out_closes_the_tabs_of_that_session_and_no_others(workspace, ewa: Agent) -> None:
    laptop, phone = await in_database(sign_in, ewa), await in_database(sign_in, ewa)
    tabs = [await workspace(laptop), await workspace(laptop)]
    other = await workspace(phone)

    await in_database(laptop.post, "/logout/")

    assert [await tab.closing_code() for tab in tabs] == [4401, 4401]
    assert (await other.ask("heartbeat", DEVICE, "heartbeat"))["status"] == "offline"


async def test_a_new_password_closes_every_tab(workspace, ewa: Agent) -> None:
    screens = [await workspace(await in_database(sign_in, ewa)) for _ in range(2)]

    await in_database(change_password, agent=ewa, password="another long password")

    assert [await screen.closing_code() for screen in screens] == [4401, 4401]


async def test_a_heartbeat_renews_the_lease_and_says_where_everything_stands(
    workspace, ewa: Agent, company: Company
) -> None:
    conversation = await in_database(make_conversation, company)
    screen = await workspace(await in_database(sign_in, ewa))
    assert not await in_database(ewa.is_present)

    stand = await screen.ask("heartbeat", DEVICE | {"conversation": conversation.pk}, "heartbeat")

    conversation = await in_database(Conversation.objects.get, pk=conversation.pk)
    assert await in_database(ewa.is_present)
    assert (stand["conversation"], stand["seq"]) == (conversation.pk, conversation.last_seq)


async def test_a_conversation_of_another_company_has_no_number(workspace, ewa: Agent) -> None:
    theirs = await in_database(lambda: make_conversation(make_company("Baker")))
    screen = await workspace(await in_database(sign_in, ewa))

    stand = await screen.ask("heartbeat", DEVICE | {"conversation": theirs.pk}, "heartbeat")

    assert stand["seq"] is None
    assert stand["changed"] == ""


async def test_closing_a_tab_begins_the_grace_and_does_not_end_it(workspace, ewa: Agent) -> None:
    screen = await workspace(await in_database(sign_in, ewa))
    await screen.ask("heartbeat", DEVICE, "heartbeat")

    await screen.leave()

    device = await in_database(ewa.devices.get)
    assert not device.is_connected
    assert await in_database(ewa.is_present)


async def test_a_status_chosen_on_one_device_shows_on_the_other_and_on_the_launcher(
    workspace, launcher, ewa: Agent
) -> None:
    page = await launcher()
    assert (await page.hear("availability"))["online"] is False
    laptop, phone = [await workspace(await in_database(sign_in, ewa)) for _ in range(2)]
    await laptop.ask("heartbeat", DEVICE, "heartbeat")

    await in_database(change_status, agent=ewa, status="online")

    for screen in (laptop, phone):
        while (await screen.hear("agent.status_changed"))["status"] != "online":
            pass
    while (told := await page.hear("availability"))["online"] is False:
        pass
    assert told == {"online": True, "agents": [{"name": "Ewa", "avatar": None}]}


async def test_the_launcher_of_a_group_hears_of_its_group_only(launcher, company: Company) -> None:
    def two_groups() -> tuple[int, int]:
        make_agent(company, "Seller", online=True, groups=("Sales",))
        make_agent(company, "Helper", groups=("Support",))
        return company.groups.get(name="Sales").pk, company.groups.get(name="Support").pk

    sales, support = await in_database(two_groups)

    assert (await (await launcher(query=f"?group={sales}")).hear("availability"))["online"] is True
    assert (await (await launcher(query=f"?group={support}")).hear("availability"))["online"] is False
    for nonsense in (
        "?group=x",
        "?group=-1",
        "?group=99999999999999999999",
        "?group=%00",
        "?group=²",
        "?&&=",
    ):
        assert (await (await launcher(query=nonsense)).hear("availability"))["online"] is True, nonsense


async def test_agents_are_told_of_messages_and_notes_and_another_company_of_neither(
    workspace, visitor: Open, ewa: Agent
) -> None:
    stranger = await in_database(lambda: make_agent(make_company("Baker"), "Eve"))
    screen, theirs = (
        await workspace(await in_database(sign_in, ewa)),
        await workspace(await in_database(sign_in, stranger)),
    )
    wire = await visitor()

    first = await wire.write("Where is my parcel?")
    conversation = await answered(first["conversation"], ewa)

    def answer() -> None:
        write_note(conversation=conversation, by=ewa, client_id=new_id(), text="a note")
        send_reply(conversation=conversation, by=ewa, client_id=new_id(), text="On its way")

    await in_database(answer)
    told = [frame["data"] for frame in await screen.everything_said() if frame["type"] == "entry.added"]

    assert [entry["text"] for entry in told if entry["kind"] != "event"] == [
        "Where is my parcel?",
        "a note",
        "On its way",
    ]
    # The numbers have no hole: whoever listens knows that nothing was missed.
    assert [entry["seq"] for entry in told] == list(range(1, len(told) + 1))
    assert await theirs.everything_said() == []


async def test_typing_reaches_the_visitor_of_that_conversation_only(
    workspace, visitor: Open, ewa: Agent
) -> None:
    anna, piotr = await visitor(), await visitor()
    hers = await anna.write("Hello")
    await piotr.write("Hello")
    conversation = await answered(hers["conversation"], ewa)
    screen = await workspace(await in_database(sign_in, ewa))

    for nonsense in ("1", None, -1, 2**70, [], conversation.pk + 10_000):
        await screen.say("typing", {"conversation": nonsense, "on": True})
    await screen.say("typing", {"conversation": conversation.pk, "on": True})

    assert await anna.hear("typing") == {"name": "Ewa", "on": True}
    assert "typing" not in str([await piotr.everything_said(), await anna.everything_said()])


async def test_a_stranger_cannot_type_into_another_companys_conversation(
    workspace, visitor: Open, ewa: Agent
) -> None:
    stranger = await in_database(lambda: make_agent(make_company("Baker"), "Eve"))
    wire = await visitor()
    first = await wire.write("Hello")
    conversation = await in_database(Conversation.objects.get, public_id=first["conversation"])
    screen = await workspace(await in_database(sign_in, stranger))

    await screen.say("typing", {"conversation": conversation.pk, "on": True})

    assert "typing" not in str(await wire.everything_said())
