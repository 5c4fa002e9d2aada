"""Who is signed in, for whoever holds a session's key and no request: sockets and pushes."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from agents.models import GRACE, Agent
from contactcenter.models import Session
from contactcenter.sessions import NOTED_EVERY, SessionStore

# A session that goes with the browser can only be known by its pages: they are heard of all the time, and that is
# written down every so often.
SILENT_AFTER = NOTED_EVERY + GRACE


def signed_in_agent(session_key: str) -> Agent | None:
    """Whose session it is; None when it has ended, the password has changed, or the agent may not sign in any more."""
    return _agent_of(SessionStore(session_key).load())


def agent_to_push_to(session: Session) -> Agent | None:
    """The same, for what comes from us: that is no sign of life. A session of somebody who does not want to stay signed
    in has ended, as far as anybody can know, when its pages have fallen silent."""
    content = SessionStore().decode(session.session_data)
    goes_with_browser = content.get("_session_expiry") == 0
    now = timezone.now()
    if session.expire_date <= now or (goes_with_browser and session.seen_at <= now - SILENT_AFTER):
        return None
    return _agent_of(content)


def _agent_of(session: Mapping[str, Any]) -> Agent | None:
    agent = Agent.objects.filter(
        pk=session.get(SESSION_KEY) or 0, is_active=True, company__isnull=False
    ).first()
    if agent is None:
        return None
    valid = constant_time_compare(session.get(HASH_SESSION_KEY, ""), agent.get_session_auth_hash())
    return agent if valid else None


def is_agents_browser(cookies: Mapping[str, str]) -> bool:
    """Whether these are the cookies of somebody signed in, who may send more than others (contactcenter/pages.py)."""
    return signed_in_agent(cookies.get(settings.SESSION_COOKIE_NAME, "")) is not None
