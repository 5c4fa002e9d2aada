"""Where people are signed in, and the end of it (LO3). A session is a row (contactcenter/sessions.py); its key opens
the account, so pages name it by something that follows from the key."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.db.models import QuerySet
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from agents.models import Agent
from contactcenter.events import SessionEnded, publish
from contactcenter.models import Session
from contactcenter.realtime import one_agent
from contactcenter.sessions import USER_AGENT, SessionStore


@receiver(user_logged_in)
def note_browser(*, request: HttpRequest | None, **signal: Any) -> None:
    """The list of sessions says in which browser each was begun. And what has expired is cleared away."""
    if request is not None:
        request.session[USER_AGENT] = request.headers.get("User-Agent", "")[:300]
    SessionStore.clear_expired()


def sessions_of(agent: Agent) -> QuerySet[Session]:
    """Those that still hold, the liveliest first."""
    return Session.objects.filter(owner_id=agent.pk, expire_date__gt=timezone.now()).order_by("-seen_at")


def name_of(session_key: str) -> str:
    """What a page may call a session: it leads to the session, but not into it."""
    return salted_hmac("agents.sessions", session_key, algorithm="sha256").hexdigest()[:32]


def find_session(*, agent: Agent, name: str) -> Session | None:
    return next((session for session in sessions_of(agent) if name_of(session.pk) == name), None)


@transaction.atomic
def end_session(*, agent: Agent, session: str) -> None:
    """The agent has signed out on one device: its sockets close. What was chosen there holds on the others."""
    Session.objects.filter(pk=session, owner_id=agent.pk).delete()
    publish(SessionEnded(session=session), one_agent(agent.pk))


@transaction.atomic
def end_sessions(*, agent: Agent, keep: str = "") -> None:
    """Every session of the agent ends but for `keep`, and so do their sockets."""
    ended = Session.objects.filter(owner_id=agent.pk).exclude(pk=keep)
    keys = list(ended.values_list("pk", flat=True))
    ended.delete()
    if keep:
        for key in keys:
            publish(SessionEnded(session=key), one_agent(agent.pk))
    else:
        publish(SessionEnded(session=None), one_agent(agent.pk))
