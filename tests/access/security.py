"""Everybody's own page about signing in, and the links of the mails that belong to it."""

from tests.access.routes import DOOR, EVERYBODY, OK, Route

# About oneself: whoever is signed in, operators too.
SIGNED_IN = (DOOR, DOOR, OK, OK, OK, OK)


def refused(status: int) -> tuple:
    return (DOOR, DOOR, *[status] * 4)


def no_token(world: object) -> list[str]:
    return ["no-such-token"]


ROUTES = [
    # Signed in already: there is nothing to enter a code for.
    Route("agents:login_code", SIGNED_IN),
    Route("agents:login_code", SIGNED_IN, "post", data={"code": "123456"}),
    Route("agents:security", SIGNED_IN),
    Route("agents:change_password", refused(422), "post", data={"password": "wrong"}),
    Route("agents:second_factor", SIGNED_IN),
    Route("agents:second_factor", refused(422), "post", data={"code": "123456", "password": "wrong"}),
    # Without a second factor they lead back to the page.
    Route("agents:second_factor_off", SIGNED_IN),
    Route("agents:recovery_codes", SIGNED_IN),
    Route("agents:sign_out_one", refused(404), "post", lambda world: ["0" * 32]),
    Route("agents:sign_out_others", SIGNED_IN, "post"),
    Route("agents:sign_out_everywhere", (DOOR,) * 6, "post"),
    Route(
        "agents:change_email", refused(422), "post", data={"email": "new@example.com", "password": "wrong"}
    ),
    Route("agents:keep_email", SIGNED_IN, "post"),
    Route("agents:email_confirm", EVERYBODY, args=no_token),
    Route("agents:email_confirm", (409,) * 6, "post", args=no_token),
    Route("agents:email_undo", EVERYBODY, args=no_token),
    Route("agents:email_undo", (409,) * 6, "post", args=no_token),
]
