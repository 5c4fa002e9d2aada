"""What visitors reach."""

from tests.access.routes import EVERYBODY, NOBODY, Route, hello, key

OFFLINE = {"id": "left-at-the-door", "email": "anna@example.com", "name": "Anna", "text": "Hello"}

ROUTES = [
    Route("chat:loader", EVERYBODY, args=key),
    Route("chat:later", EVERYBODY, args=key),
    Route("chat:panel", EVERYBODY, args=key),
    Route("chat:panel_script", EVERYBODY, args=lambda world: ["any-version"]),
    Route("chat:panel_style", EVERYBODY, args=lambda world: ["any-version"]),
    Route("chat:more_script", EVERYBODY, args=lambda world: ["any-version"]),
    Route("chat:more_style", EVERYBODY, args=lambda world: ["any-version"]),
    Route("chat:status", EVERYBODY, args=key),
    Route("chat:exchange", EVERYBODY, "post", key, hello, json=True),
    Route("chat:offline", EVERYBODY, "post", key, OFFLINE, json=True),
    # Only with a token, and of the visitor's own conversation.
    Route("chat:upload", (400,) * 6, "post", key),
    Route("chat:end", NOBODY, "post", key, {"conversation": "c-1"}, json=True),
    Route("chat:rate", NOBODY, "post", key, {"stars": 5, "conversation": "c-1"}, json=True),
    Route("chat:transcript", NOBODY, "post", key, {"email": "a@b.example"}, json=True),
    Route("chat:demo", NOBODY),
    Route("chat:demo_en", NOBODY),
]
