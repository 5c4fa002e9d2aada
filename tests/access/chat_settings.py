"""The settings of the chat: for full access only."""

from tests.access.hours import FULL
from tests.access.routes import Route

ROUTES = [
    Route("chat:settings", FULL),
    Route("chat:identity", FULL, "post"),
    Route("chat:busy", FULL, "post", data={"busy_on": "on", "busy_after": "60"}),
    Route("chat:websites", FULL, "post", data={"allowed_origins": "https://shop.example"}),
]
