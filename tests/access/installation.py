"""The installation indicator and the guides: for everybody of a company, about their own."""

from tests.access.routes import COLLEAGUES, Route

ROUTES = [
    Route("chat:installation", COLLEAGUES),
    Route("chat:installation_check", COLLEAGUES, "post"),
    Route("chat:guide", COLLEAGUES, args=lambda world: ["wordpress", "pl"]),
]
