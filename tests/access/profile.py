"""One's own profile, the company's general settings, and pictures."""

from tests.access.people import DECIDERS
from tests.access.routes import COLLEAGUES, NOBODY, Route

NAMES = {"first_name": "Ewa", "last_name": "Lis", "language": "pl"}

ROUTES = [
    Route("agents:profile", COLLEAGUES),
    Route("agents:profile", COLLEAGUES, "post", data=NAMES),
    Route("agents:photo", COLLEAGUES),
    # Nothing was chosen.
    Route("agents:photo", tuple(422 if one == "ok" else one for one in COLLEAGUES), "post"),
    Route("agents:remove_photo", COLLEAGUES, "post"),
    Route("agents:general", DECIDERS),
    Route("agents:general", tuple(422 if one == "ok" else one for one in DECIDERS), "post"),
    Route("agents:logo", DECIDERS),
    Route("agents:logo", tuple(422 if one == "ok" else one for one in DECIDERS), "post"),
    Route("agents:remove_logo", DECIDERS, "post"),
    # Whoever has the address sees the picture; this one there never was.
    Route("agents:picture", NOBODY, args=lambda world: ["0" * 64 + ".webp"]),
]
