"""The people of a company."""

from tests.access.routes import DOOR, FORBIDDEN, NOT_FOUND, OK, Route

# What decides over the whole company: those with full access, each over their own.
DECIDERS = (DOOR, DOOR, FORBIDDEN, OK, OK, NOT_FOUND)
# The same about somebody of one company: for those of another they do not exist.
OWN_DECIDERS = (DOOR, DOOR, FORBIDDEN, OK, NOT_FOUND, NOT_FOUND)

ROUTES = [
    Route("agents:participants", DECIDERS, args=lambda world: ["chat"]),
    Route(
        "agents:participants",
        OWN_DECIDERS,
        "post",
        lambda world: ["chat"],
        lambda world: {"agent": world.people["limited"].pk},
    ),
]
