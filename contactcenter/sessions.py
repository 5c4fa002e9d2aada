"""Django's sessions in the database, asked only for keys that Django could have made: of others PostgreSQL refuses some
with an error (a cookie may carry NUL), and nobody has the rest."""

import re

from django.contrib.sessions.backends import db

_KEY = re.compile(r"[a-z0-9]{32}")


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and _KEY.fullmatch(key))
