"""Who gets in where: every route of the product and every kind of person. A route that is missing here fails.

`visitor` holds a visitor's token and no login. `stranger` has full access in another company. `operator` runs the
installation and belongs to no company. `door` is the way to the sign-in page.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from agents.models import Agent
from chat.tokens import issue_token, token_hash
from conversations.actions import tag_conversation
from conversations.models import Conversation, Offer
from tests.clock import Clock
from tests.factories import (
    make_agent,
    make_company,
    make_conversation,
    make_group,
    make_operator,
    make_visitor,
)

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


OFFLINE = {"id": "left-at-the-door", "email": "anna@example.com", "name": "Anna", "text": "Hello"}

TABLE = [
    # the installation
    Route("healthz", EVERYBODY),
    Route("readyz", EVERYBODY),
    Route("metrics", (FORBIDDEN,) * 6),
    Route("styleguide", NOBODY),
    # the doors
    Route("agents:login", EVERYBODY),
    Route("agents:login", (422, 422, OK, OK, OK, OK), "post", data={"username": "x", "password": "y"}),
    Route("agents:logout", (DOOR,) * 6, "post"),
    Route("agents:password_reset", EVERYBODY),
    Route("agents:password_reset", EVERYBODY, "post", data={"email": "nobody@example.com"}),
    Route("agents:password_reset_sent", EVERYBODY),
    Route("agents:password_reset_done", EVERYBODY),
    Route("agents:password_reset_confirm", EVERYBODY, args=lambda world: ["MQ", "no-such-token"]),
    Route("agents:language", EVERYBODY, "post", data={"language": "pl"}),
    Route("agents:terms", EVERYBODY),
    Route("agents:privacy", EVERYBODY),
    Route("agents:status", (DOOR, DOOR, OK, OK, OK, FORBIDDEN)),
    Route("agents:status", (DOOR, DOOR, OK, OK, OK, FORBIDDEN), "post", data={"status": "online"}),
    # the workspace
    Route("conversations:workspace", (*COLLEAGUES[:-1], OK)),
    Route("conversations:list", COLLEAGUES),
    Route("conversations:offers", COLLEAGUES),
    Route("conversations:counters", COLLEAGUES),
    Route("conversations:unanswered", COLLEAGUES),
    # For operators a page that says where they find conversations.
    Route("conversations:history", (*COLLEAGUES[:-1], OK)),
    Route("conversations:history_detail", COMPANY, args=of),
    Route("conversations:conversation", COMPANY, args=of),
    Route("conversations:entries", COMPANY, args=of),
    Route("conversations:header", COMPANY, args=of),
    Route("conversations:composer", COMPANY, args=of),
    Route("conversations:context", COMPANY, args=of),
    Route(
        "conversations:add_message",
        COMPANY,
        "post",
        of,
        {"id": "a-reply-to-it", "kind": "reply", "text": "Hello"},
    ),
    Route("conversations:read", COMPANY, "post", of),
    Route("conversations:answer", COMPANY, "post", of),
    Route("conversations:join", COMPANY, "post", of),
    Route("conversations:transfer", COMPANY, "get", of),
    Route(
        "conversations:transfer",
        COMPANY,
        "post",
        of,
        lambda world: {"to": f"agent:{world.people['full'].pk}"},
    ),
    Route("conversations:close", COMPANY, "post", of),
    Route("conversations:ignore", COMPANY, "post", of),
    Route("conversations:reopen", COMPANY, "post", of_closed),
    Route("conversations:tag", COMPANY, "get", of),
    Route("conversations:tag", COMPANY, "post", of, {"name": "VIP"}),
    Route("conversations:untag", COMPANY, "post", lambda world: [world.conversation.pk, world.tag.pk]),
    # An offer is somebody's own: colleagues do not find it either.
    Route(
        "conversations:decline",
        (DOOR, DOOR, OK, NOT_FOUND, NOT_FOUND, NOT_FOUND),
        "post",
        lambda world: [world.offer.pk],
    ),
    # the widget
    Route("chat:loader", EVERYBODY, args=key),
    Route("chat:panel", EVERYBODY, args=key),
    Route("chat:panel_script", EVERYBODY, args=lambda world: ["any-version"]),
    Route("chat:panel_style", EVERYBODY, args=lambda world: ["any-version"]),
    Route("chat:status", EVERYBODY, args=key),
    Route("chat:exchange", EVERYBODY, "post", key, hello, json=True),
    Route("chat:offline", EVERYBODY, "post", key, OFFLINE, json=True),
    Route("chat:demo", NOBODY),
    Route("chat:demo_en", NOBODY),
]


@pytest.fixture
def world(db: None) -> World:
    company = make_company()
    people: dict[str, Agent | None] = {
        "nobody": None,
        "visitor": None,
        "limited": make_agent(company, "Ewa", online=True),
        "full": make_agent(company, "Adam", access=Agent.Access.FULL),
        "stranger": make_agent(make_company("Baker"), "Eve", access=Agent.Access.FULL),
        "operator": make_operator(),
    }
    token = issue_token(company.pk)
    visitor = make_visitor(company, name="Anna")
    visitor.token_hash = token_hash(company.pk, token)
    visitor.save()
    conversation = make_conversation(company, visitor=visitor)
    tag = tag_conversation(conversation=conversation, by=people["full"], name="Roses")
    closed = make_conversation(company, led_by=people["full"], closed=True)
    offer = Offer.objects.get(conversation=conversation, agent=people["limited"])
    return World(people, conversation, closed, offer, tag, token)


def enter(world: World, person: str) -> Client:
    client = Client(enforce_csrf_checks=False)
    if agent := world.people[person]:
        client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return client


def what_came(response: HttpResponse) -> Any:
    if response.status_code == 302 and response["Location"].startswith(("/login/", "/admin/login/")):
        return DOOR
    return OK if response.status_code < 400 else response.status_code


@pytest.mark.parametrize("route", TABLE, ids=str)
def test_each_route_lets_in_whom_the_table_says(world: World, route: Route) -> None:
    found = {}
    for person in PEOPLE:
        # What one does to the conversation must not reach the next.
        with transaction.atomic():
            data = route.data(world) if callable(route.data) else route.data
            options = {"content_type": "application/json"} if route.json else {}
            path = reverse(route.name, args=route.args(world))
            response = getattr(enter(world, person), route.method)(path, data, **options)
            found[person] = what_came(response)
            transaction.set_rollback(True)

    assert found == dict(zip(PEOPLE, route.allowed, strict=True))


def every_route(patterns: list[Any], namespace: str = "", prefix: str = "") -> Iterator[tuple[str, str]]:
    """The name and the address of every route."""
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from every_route(pattern.url_patterns, inner, address)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or address}", address


def test_no_route_is_missing_in_the_table() -> None:
    routes = {
        name for name, address in every_route(get_resolver().url_patterns) if not address.startswith("admin/")
    }

    assert routes == {route.name for route in TABLE}


def admin_addresses() -> list[str]:
    """The administration's addresses, with 1 wherever one asks for something."""
    addresses = {
        address for _, address in every_route(get_resolver().url_patterns) if address.startswith("admin/")
    }
    return sorted(re.sub(r"\(\?P<[^)]*\)\$?|<[^>]*>", "1", address).replace("$", "") for address in addresses)


@pytest.mark.parametrize("person", ["nobody", "limited", "full", "stranger"])
def test_the_administration_is_for_operators_only(world: World, person: str) -> None:
    client = enter(world, person)
    ways_in = {"/admin/login/", "/admin/logout/", "/admin/jsi18n/"}
    for address in admin_addresses():
        path = f"/{address}"
        if path in ways_in:
            continue
        response = client.get(path)
        assert what_came(response) in {DOOR, NOT_FOUND, FORBIDDEN}, (path, response.status_code)


def test_operators_use_the_administration(world: World) -> None:
    assert enter(world, "operator").get("/admin/").status_code == 200


@pytest.mark.parametrize("route", [route for route in TABLE if route.allowed == COMPANY], ids=str)
def test_what_belongs_to_another_company_looks_like_what_does_not_exist(
    clock: Clock, world: World, route: Route
) -> None:
    client = enter(world, "stranger")
    data = route.data(world) if callable(route.data) else route.data
    args = route.args(world)

    theirs = getattr(client, route.method)(reverse(route.name, args=args), data)
    nothing = getattr(client, route.method)(reverse(route.name, args=[args[0] + 10_000, *args[1:]]), data)

    assert theirs.status_code == nothing.status_code == 404
    assert without_accidents(theirs, args[0]) == without_accidents(nothing, args[0] + 10_000)


def without_accidents(response: HttpResponse, number: int) -> str:
    """The page without what differs between any two requests: the form's token, and the number that was asked for."""
    page = re.sub(
        r'(csrfmiddlewaretoken" value=|X-CSRFToken": |X-CSRFToken&quot;: )["&quot;]*\w+',
        "",
        response.content.decode(),
    )
    return re.sub(rf"/{number}/", "/1/", page)


def test_ids_of_another_company_in_a_form_are_not_found_either(world: World) -> None:
    stranger = world.people["stranger"]
    assert stranger is not None and stranger.company is not None
    client = enter(world, "limited")
    path = reverse("conversations:transfer", args=of(world))
    for to in (
        f"agent:{stranger.pk}",
        f"group:{make_group(stranger.company, 'Ovens').pk}",
        "group:1 OR 1=1",
        "x",
    ):
        assert client.post(path, {"to": to}).status_code == 404, to
        world.conversation.refresh_from_db()
        assert world.conversation.assignee is None and world.conversation.group is None


def test_a_token_opens_one_companys_door_only(world: World) -> None:
    stranger = world.people["stranger"]
    assert stranger is not None and stranger.company is not None
    path = reverse("chat:exchange", args=[stranger.company.key])

    answer = Client().post(path, hello(world), content_type="application/json").json()

    assert answer["frames"][0]["data"]["code"] == "bad_token"


@pytest.mark.parametrize(
    "route", [route for route in TABLE if route.method == "post" and not route.json], ids=str
)
def test_no_form_can_be_sent_from_another_website(world: World, route: Route) -> None:
    client = Client(enforce_csrf_checks=True)
    agent = world.people["limited"]
    assert agent is not None
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")

    response = client.post(
        reverse(route.name, args=route.args(world)), headers={"origin": "https://evil.example"}
    )

    assert response.status_code == 403
