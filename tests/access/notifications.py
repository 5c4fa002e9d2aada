"""What an agent is told, and in which browsers."""

from tests.access.routes import COLLEAGUES, DOOR, EVERYBODY, NOT_FOUND, Route

UNKNOWN = {"endpoint": "https://push.example/none"}

ROUTES = [
    Route("agents:notifications", COLLEAGUES),
    Route("agents:notifications", COLLEAGUES, "post", data={"ringtone": "short"}),
    # What it names is no push service; whose it would be decides tests/notifications.
    Route(
        "agents:push_subscription", (DOOR, DOOR, 422, 422, 422, NOT_FOUND), "post", data=UNKNOWN, json=True
    ),
    Route("agents:push_subscription", (DOOR, DOOR, *(NOT_FOUND,) * 4), "delete", data=UNKNOWN, json=True),
    Route("agents:push_test", (DOOR, DOOR, *(NOT_FOUND,) * 4), "post", data=UNKNOWN, json=True),
    Route("agents:service_worker", EVERYBODY),
]
