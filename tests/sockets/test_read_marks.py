"""Read marks over the socket (docs/widget-protocol.md); tests/talk has the rest of them."""

from agents.models import Agent
from contactcenter.database import in_database
from conversations.actions import send_reply
from conversations.attention import mark_read
from conversations.models import Conversation
from tests.factories import new_id
from tests.sockets.conftest import Open, answered


async def test_each_side_learns_what_the_other_has_read(visitor: Open, ewa: Agent) -> None:
    wire = await visitor()
    stored = await wire.write("The cup came broken")
    conversation = await answered(stored["conversation"], ewa)

    await in_database(mark_read, conversation=conversation, by=ewa)

    assert await wire.hear("read") == {"conversation": stored["conversation"], "seq": stored["seq"]}
    reply = await in_database(
        send_reply, conversation=conversation, by=ewa, client_id=new_id(), text="A new one leaves today"
    )
    await wire.say("read", {"conversation": stored["conversation"], "seq": reply.seq})
    stand = {"conversation": stored["conversation"], "seq": reply.seq, "status": "active"}
    assert await wire.ask("ping", stand | {"read": 0}, "pong") == {"behind": True}
    read = await in_database(Conversation.objects.values_list("customer_read_seq", flat=True).get)
    assert read == reply.seq
    reloaded = await visitor(say_hello=False)
    shown = (await reloaded.hello(token=wire.token))["conversation"]
    assert shown["read_seq"] >= stored["seq"]
    assert shown["seen_seq"] == reply.seq
