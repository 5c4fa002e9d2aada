"""What the tables of this folder are made of: who asks, for what, and what they get.

`visitor` holds a visitor's token and no login. `stranger` has full access in another company. `operator` runs the
installation and belongs to no company. `door` is the way to the sign-in page.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from agents.models import Agent
from conversations.models import Conversation, Offer

PEOPLE = ("nobody", "visitor", "limited", "full", "stranger", "operator")
OK, DOOR, FORBIDDEN, NOT_FOUND = "ok", "door", 403, 404

# What each of PEOPLE gets.
EVERYBODY = (OK,) * 6
# Pages about one's own company: everybody sees their own, and operators have none.
COLLEAGUES = (DOOR, DOOR, OK, OK, OK, NOT_FOUND)
# About one conversation: of another company it does not exist.
COMPANY = (DOOR, DOOR, OK, OK, NOT_FOUND, NOT_FOUND)
NOBODY = (NOT_FOUND,) * 6


@dataclass
class World:
    people: dict[str, Agent | None]
    conversation: Conversation
    closed: Conversation
    offer: Offer
    tag: Any
    token: str


@dataclass
class Route:
    name: str
    allowed: tuple[Any, ...]
    method: str = "get"
    args: Callable[[World], list[Any]] = lambda world: []
    data: dict[str, Any] | Callable[[World], dict[str, Any]] = field(default_factory=dict)
    json: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def of(world: World) -> list[Any]:
    return [world.conversation.pk]


def of_closed(world: World) -> list[Any]:
    return [world.closed.pk]


def key(world: World) -> list[Any]:
    return [world.conversation.company.key]


def hello(world: World) -> dict[str, Any]:
    return {"frames": [{"type": "hello", "data": {"token": world.token}}]}
