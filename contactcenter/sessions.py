"""Sessions in the database, in a table of our own that says whose they are and when they last gave a sign of life, so
that people see where they are signed in and end it (LO3).

Asked only for keys that Django could have made: of others PostgreSQL refuses some with an error (a cookie may carry
NUL), and nobody has the rest.
"""

import re
from datetime import timedelta
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

from contactcenter.models import Session

# A sign of life is written down this often at most: reading a page must not cost a write.
NOTED_EVERY = timedelta(minutes=5)
USER_AGENT = "user_agent"

_KEY = re.compile(r"[a-z0-9]{32}")


class SessionStore(db.SessionStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and _KEY.fullmatch(key))

    def load(self) -> dict[str, Any]:
        session = self._get_session_from_db()  # type: ignore[attr-defined]
        if session is None:
            return {}
        now = timezone.now()
        if now - session.seen_at > NOTED_EVERY:
            Session.objects.filter(pk=session.pk).update(seen_at=now)
        content: dict[str, Any] = self.decode(session.session_data)
        return content

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = cast(Session, super().create_model_instance(data))
        session.owner_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        session.user_agent = data.get(USER_AGENT, "")
        return session
