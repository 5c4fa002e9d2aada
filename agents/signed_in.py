"""Who is signed in, for whoever holds a session's key and no request: sockets and pushes."""

from collections.abc import Mapping

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare

from agents.models import Agent
from contactcenter.sessions import SessionStore


def signed_in_agent(session_key: str) -> Agent | None:
    """Whose session it is; None when it has ended, the password has changed, or the agent may not sign in any more."""
    session = SessionStore(session_key).load()
    agent = Agent.objects.filter(
        pk=session.get(SESSION_KEY) or 0, is_active=True, company__isnull=False
    ).first()
    if agent is None:
        return None
    valid = constant_time_compare(session.get(HASH_SESSION_KEY, ""), agent.get_session_auth_hash())
    return agent if valid else None


def is_agents_browser(cookies: Mapping[str, str]) -> bool:
    """Whether these are the cookies of somebody signed in, who may send more than strangers (contactcenter/pages.py)."""
    return signed_in_agent(cookies.get(settings.SESSION_COOKIE_NAME, "")) is not None
