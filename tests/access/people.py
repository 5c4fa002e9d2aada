"""The people of a company: users, invitations, groups, and who takes part in a channel."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from agents.models import INVITATION_LIFE, Agent, Company, Group, Invitation
from tests.access.routes import DOOR, FORBIDDEN, NOT_FOUND, OK, Route, World
from tests.factories import make_group

# What decides over the whole company: those with full access, each over their own.
DECIDERS = (DOOR, DOOR, FORBIDDEN, OK, OK, NOT_FOUND)
# About somebody or something of one company: for those of another it does not exist.
OWN_DECIDERS = (DOOR, DOOR, FORBIDDEN, OK, NOT_FOUND, NOT_FOUND)
# Ways in for people without an account; whoever is signed in goes to the dashboard.
GUESTS = (NOT_FOUND, NOT_FOUND, OK, OK, OK, OK)


def company_of(world: World) -> Company:
    return world.conversation.company


def ewa(world: World) -> Agent:
    agent = world.people["limited"]
    assert agent is not None
    return agent


def of_ewa(world: World) -> list[Any]:
    return [ewa(world).pk]


def group(world: World) -> Group:
    return make_group(company_of(world), "Sales")


def of_group(world: World) -> list[Any]:
    return [group(world).pk]


def of_invitation(world: World) -> list[Any]:
    adam = world.people["full"]
    assert adam is not None
    invitation, _created = Invitation.objects.get_or_create(
        company=company_of(world),
        email="marta@florist.example",
        defaults={
            "invited_by": adam,
            "token_hash": "0" * 64,
            "expires_at": timezone.now() + INVITATION_LIFE - timedelta(hours=1),
        },
    )
    return [invitation.pk]


def about(**fields: Any) -> Callable[[World], dict[str, Any]]:
    """What the form of an agent or an invitation sends."""
    return lambda world: {"access": "limited", "channels": ["chat"], **fields}


ROUTES = [
    Route("agents:users", DECIDERS),
    Route("agents:invite", DECIDERS),
    Route("agents:invite", DECIDERS, "post", data=about(email="jan@florist.example")),
    # A group of another company in the form: 422 for everybody but its own people.
    Route(
        "agents:invite",
        (DOOR, DOOR, FORBIDDEN, OK, 422, NOT_FOUND),
        "post",
        data=lambda world: about(email="jan@florist.example", groups=[group(world).pk])(world),
    ),
    Route("agents:send_invitation_again", OWN_DECIDERS, "post", of_invitation),
    Route("agents:revoke_invitation", OWN_DECIDERS, "post", of_invitation),
    Route("agents:user", OWN_DECIDERS, args=of_ewa),
    Route("agents:user", OWN_DECIDERS, "post", of_ewa, about(first_name="Ewa", email="ewa@florist.example")),
    Route("agents:user_photo", OWN_DECIDERS, args=of_ewa),
    # Without a file; who may not has no file to forget.
    Route("agents:user_photo", (DOOR, DOOR, FORBIDDEN, 422, NOT_FOUND, NOT_FOUND), "post", of_ewa),
    Route("agents:remove_user_photo", OWN_DECIDERS, "post", of_ewa),
    Route("agents:switch_user", OWN_DECIDERS, "post", of_ewa),
    Route("agents:delete_user", OWN_DECIDERS, args=of_ewa),
    Route("agents:delete_user", OWN_DECIDERS, "post", of_ewa),
    Route("agents:invitation", (OK,) * 6, args=lambda world: ["no-such-token"]),
    Route("agents:join", GUESTS),
    Route("agents:join", GUESTS, "post", data={"first_name": "Marta"}),
    Route("agents:groups", DECIDERS),
    Route("agents:add_group", DECIDERS),
    Route("agents:add_group", DECIDERS, "post", data={"name": "Ovens"}),
    Route(
        "agents:add_group",
        (DOOR, DOOR, FORBIDDEN, OK, 422, NOT_FOUND),
        "post",
        data=lambda world: {"name": "Ovens", "members": [ewa(world).pk]},
    ),
    Route("agents:group", OWN_DECIDERS, args=of_group),
    Route("agents:group", OWN_DECIDERS, "post", of_group, {"name": "Service"}),
    Route("agents:delete_group", OWN_DECIDERS, args=of_group),
    Route("agents:delete_group", OWN_DECIDERS, "post", of_group),
    Route("agents:participants", DECIDERS, args=lambda world: ["chat"]),
    Route(
        "agents:participants",
        OWN_DECIDERS,
        "post",
        lambda world: ["chat"],
        lambda world: {"agent": ewa(world).pk},
    ),
]
