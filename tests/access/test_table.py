"""Who gets in where: every route of the product and every kind of person. A route that is missing in the tables of this
folder fails."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from agents.models import Agent
from chat.tokens import issue_token, token_hash
from conversations.models import Offer
from conversations.tagging import tag_conversation
from tests import access
from tests.access.routes import COMPANY, DOOR, FORBIDDEN, NOT_FOUND, OK, PEOPLE, Route, World, hello, of
from tests.clock import Clock
from tests.factories import (
    make_agent,
    make_company,
    make_conversation,
    make_group,
    make_operator,
    make_visitor,
)

# Each room of the product has its table in a module beside this one.
TABLE: list[Route] = [
    route
    for module in pkgutil.iter_modules(access.__path__, "tests.access.")
    if not module.name.rpartition(".")[2].startswith("test_")
    for route in getattr(importlib.import_module(module.name), "ROUTES", [])
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
            if response.streaming:
                response.getvalue()
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


@pytest.mark.parametrize("route", [route for route in TABLE if route.allowed is COMPANY], ids=str)
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


@pytest.mark.once  # no database decides it
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
