"""Name and e-mail that a visitor gives in the chat (WI4), over the socket."""

from agents.models import Agent, Company
from contactcenter.database import in_database
from conversations.models import Conversation
from tests.sockets.conftest import sign_in

ANNA = {"name": "Anna", "email": "anna@example.com"}


async def test_what_a_visitor_says_of_themselves_is_on_the_agents_screen_at_once(
    visitor, workspace, company: Company, ewa: Agent
) -> None:
    await in_database(lambda: Company.objects.update(ask_for_data=True))
    anna = await visitor(say_hello=False)
    welcome = await anna.hello()
    assert welcome["details"]["ask"] is True
    await anna.write("Good morning")
    screen = await workspace(await in_database(sign_in, ewa))
    await screen.everything_said()

    answer = await anna.ask("details", ANNA, "details.stored")

    assert answer == ANNA | {"ask": False, "required": False}
    assert (await screen.hear("conversation.changed"))["conversation"]
    conversation = await in_database(Conversation.objects.get)
    assert (conversation.customer_name, conversation.customer_email) == ("Anna", "anna@example.com")


async def test_where_forced_the_socket_takes_no_first_message_before(visitor, company: Company) -> None:
    await in_database(lambda: Company.objects.update(force_data=True))
    anna = await visitor(say_hello=False)
    assert (await anna.hello())["details"]["required"] is True
    ref = await anna.say("message.send", {"id": "too-early", "text": "Hello"})
    assert (await anna.hear("error", ref))["code"] == "details_needed"

    await anna.ask("details", ANNA, "details.stored")
    stored = await anna.ask("message.send", {"id": "too-early", "text": "Hello"}, "message.stored")
    assert stored["id"] == "too-early"


async def test_details_come_after_hello(visitor, company: Company) -> None:
    anna = await visitor(say_hello=False)
    ref = await anna.say("details", ANNA)
    assert (await anna.hear("error", ref))["code"] == "hello_first"
