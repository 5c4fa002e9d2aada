"""How the chat looks and what it says by itself: for full access only."""

from chat.triggers import delete_trigger, save_trigger
from tests.access.chatbot import OWN
from tests.access.hours import FULL
from tests.access.routes import DOOR, FORBIDDEN, NOT_FOUND, Route, World

LOOK = {
    "widget_colour": "#7318b6",
    "widget_position": "bl",
    "widget_offset_x": "24",
    "widget_offset_y": "24",
}
TRIGGER = {"language": "en", "text": "How can I help you?", "delay": "15"}


def of_trigger(world: World) -> list[int]:
    facts = {"language": "en", "text": "Hello?", "delay": 15}
    return [save_trigger(company=world.conversation.company, **facts).pk]


def of_deleted_trigger(world: World) -> list[int]:
    trigger = save_trigger(company=world.conversation.company, language="pl", text="Halo?", delay=15)
    delete_trigger(trigger=trigger)
    return [trigger.pk]


ROUTES = [
    Route("chat:asking", FULL, "post", data={"ask_for_data": "on"}),
    Route("chat:look", FULL),
    Route("chat:look", FULL, "post", data=LOOK),
    Route("chat:look_colours", FULL, data={"colour": "#7318b6"}),
    Route("chat:look_preview", FULL),
    Route("chat:look_panel", FULL),
    Route("chat:triggers", FULL),
    Route("chat:triggers_switch", FULL, "post", data={"triggers_on": "on"}),
    Route("chat:trigger_add", FULL),
    Route("chat:trigger_add", FULL, "post", data=TRIGGER),
    Route("chat:trigger_add", (DOOR, DOOR, FORBIDDEN, 422, 422, NOT_FOUND), "post"),
    Route("chat:trigger", OWN, args=of_trigger),
    Route("chat:trigger", OWN, "post", of_trigger, TRIGGER),
    Route("chat:trigger_delete", OWN, "post", of_trigger),
    Route("chat:trigger_restore", OWN, "post", of_deleted_trigger),
]
