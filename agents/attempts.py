"""Attempts at passwords and codes are counted together (LO3), wherever they are asked for: at the door, and again on
the pages where an account is changed.

Beside the lock on one account from one address (django-axes): one address trying many accounts, and many addresses
trying one account. The second is generous, since it can be used to keep somebody out. The limit for codes is not: a
code is short, and whoever gets it wrong knows the password already.
"""

from collections.abc import Callable

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest

from agents.models import Agent
from agents.second_factor import use_code
from contactcenter.addresses import client_address
from contactcenter.limits import Limit

FAILURES_PER_CLIENT = Limit("sign-in-client", times=60, seconds=900)
FAILURES_PER_ACCOUNT = Limit("sign-in-account", times=200, seconds=3600)
WRONG_CODES = Limit("second-factor", times=20, seconds=3600)


class TooManyFailures(Exception):
    """Nobody may try now, with whatever password. `limit` says for how long at most."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit.name)
        self.limit = limit


def refuse_when_too_many(request: HttpRequest | None, account: str) -> None:
    """Raises TooManyFailures. The lock of django-axes is not asked: at the door `authenticate` does."""
    client = client_address(request) if request else ""
    for limit, subject in ((FAILURES_PER_ACCOUNT, account), (FAILURES_PER_CLIENT, client)):
        if limit.is_used_up(subject):
            raise TooManyFailures(limit)


def count_failure(request: HttpRequest | None, account: str) -> None:
    """Count a failure that django-axes has counted already."""
    FAILURES_PER_CLIENT.take(client_address(request) if request else "")
    FAILURES_PER_ACCOUNT.take(account)


def knows_password(request: HttpRequest, agent: Agent, password: str) -> bool:
    """Whether this is the agent's password. Raises TooManyFailures."""
    return _attempt(request, agent, lambda: agent.check_password(password))


def knows_code(request: HttpRequest, agent: Agent, code: str) -> bool:
    """Whether this is a code of the agent's second factor; it is used up. Raises TooManyFailures."""
    return _attempt_with_codes(request, agent, lambda: use_code(agent=agent, code=code))


def knows_password_or_code(request: HttpRequest, agent: Agent, secret: str) -> bool:
    """Raises TooManyFailures."""
    return _attempt_with_codes(
        request, agent, lambda: agent.check_password(secret) or use_code(agent=agent, code=secret)
    )


def _attempt_with_codes(request: HttpRequest, agent: Agent, knows: Callable[[], bool]) -> bool:
    if WRONG_CODES.is_used_up(str(agent.pk)):
        raise TooManyFailures(WRONG_CODES)
    if _attempt(request, agent, knows):
        return True
    WRONG_CODES.take(str(agent.pk))
    return False


def _attempt(request: HttpRequest, agent: Agent, knows: Callable[[], bool]) -> bool:
    refuse_when_too_many(request, agent.email)
    if not AxesProxyHandler.is_allowed(request, {"username": agent.email}):
        # As long as the lock of django-axes (AXES_COOLOFF_TIME).
        raise TooManyFailures(FAILURES_PER_CLIENT)
    if knows():
        return True
    user_login_failed.send(sender=__name__, credentials={"username": agent.email}, request=request)
    count_failure(request, agent.email)
    return False
