"""Between the right password and the code of the second factor (LO3). Nobody is signed in there: the session names an
agent only for the page that asks for the code, for ten minutes, and no longer than the password stays the same."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language

from agents.actions import choose_own_language
from agents.models import Agent

WITHIN = timedelta(minutes=10)
_WAITS = "waits_for_code"


def wait_for_code(request: HttpRequest, *, agent: Agent, remember: bool) -> None:
    """The password was right. Nothing of an earlier session comes along."""
    request.session.flush()
    request.session[_WAITS] = {
        "agent": agent.pk,
        "password": agent.get_session_auth_hash(),
        "backend": agent.backend,
        "remember": remember,
    }
    request.session.set_expiry(WITHIN)


def who_waits(request: HttpRequest) -> Agent | None:
    waits = request.session.get(_WAITS)
    if waits is None:
        return None
    agent = Agent.objects.filter(pk=waits["agent"], is_active=True).first()
    if agent is None or not constant_time_compare(waits["password"], agent.get_session_auth_hash()):
        return None
    return agent


def come_in(request: HttpRequest, *, agent: Agent, remember: bool) -> None:
    """Sign in. Without `remember` the session goes with the browser. Who has chosen no language yet has done so now:
    mails then speak the one of the page that they came in by."""
    login(request, agent)
    if not agent.language:
        choose_own_language(agent=agent, language=get_language() or settings.LANGUAGE_CODE)
    request.session.set_expiry(None if remember else 0)


def come_in_after_code(request: HttpRequest, *, agent: Agent) -> None:
    waits = request.session.pop(_WAITS)
    agent.backend = waits["backend"]
    come_in(request, agent=agent, remember=waits["remember"])
