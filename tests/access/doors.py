"""The installation itself, and signing in and out."""

from tests.access.routes import DOOR, EVERYBODY, FORBIDDEN, NOBODY, OK, Route

ROUTES = [
    Route("healthz", EVERYBODY),
    Route("readyz", EVERYBODY),
    Route("metrics", (FORBIDDEN,) * 6),
    Route("styleguide", NOBODY),
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
]
