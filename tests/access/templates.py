"""Templates: the company's are looked after by those with full access, one's own shortcuts by everybody alone."""

from typing import Any

from agents.models import Agent
from conversations.models import ReplyTemplate
from tests.access.hours import FULL
from tests.access.routes import COLLEAGUES, COMPANY, DOOR, FORBIDDEN, NOT_FOUND, OK, Route, World, of

FORM = {"title": "Roses", "shortcut": "roses", "text": "Red ones."}
OWN_FULL = (DOOR, DOOR, FORBIDDEN, OK, NOT_FOUND, NOT_FOUND)
# Somebody's own: colleagues do not find it either, whatever they may do otherwise.
ONES_OWN = (DOOR, DOOR, OK, NOT_FOUND, NOT_FOUND, NOT_FOUND)


def chat(world: World) -> list[Any]:
    return ["chat"]


def _template(world: World, owner: Agent | None) -> int:
    facts = {"title": "Tulips", "text": "Yellow ones."}
    found, _ = ReplyTemplate.objects.get_or_create(
        company=world.conversation.company, owner=owner, shortcut="tulips", defaults=facts
    )
    return found.pk


def of_template(world: World) -> list[Any]:
    return ["chat", _template(world, None)]


def of_shortcut(world: World) -> list[Any]:
    return [_template(world, world.people["limited"])]


ROUTES = [
    Route("conversations:usable_templates", COMPANY, args=of),
    Route("conversations:templates", FULL, args=chat),
    Route("conversations:add_template", FULL, args=chat),
    Route("conversations:add_template", FULL, "post", chat, FORM),
    Route("conversations:template", OWN_FULL, args=of_template),
    Route("conversations:template", OWN_FULL, "post", of_template, FORM),
    Route("conversations:delete_template", OWN_FULL, "post", of_template),
    Route("conversations:restore_template", OWN_FULL, "post", of_template),
    Route("conversations:shortcuts", COLLEAGUES),
    Route("conversations:add_shortcut", COLLEAGUES),
    Route("conversations:add_shortcut", COLLEAGUES, "post", data=FORM),
    Route("conversations:shortcut", ONES_OWN, args=of_shortcut),
    Route("conversations:shortcut", ONES_OWN, "post", of_shortcut, FORM),
    Route("conversations:delete_shortcut", ONES_OWN, "post", of_shortcut),
    Route("conversations:restore_shortcut", ONES_OWN, "post", of_shortcut),
]
