"""Twenty at once with one link or code: one gets it (rule 4). The threads are real, each with its own connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.db import connections
from django.test import Client

from agents.email_change import CONFIRM, UNDO, AddressTaken, ask_for_email, confirm_email, undo_email
from agents.models import Agent, EmailChange, RecoveryCode
from agents.passwords import LinkUsed
from agents.second_factor import new_key, renew_recovery_codes, switch_on, use_code
from contactcenter.models import OutgoingMail
from tests.authenticator import code_of
from tests.factories import PASSWORD, make_agent, make_company

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 4 if settings.DATABASE_IS_SQLITE else 20
NEW = "ewa.nowak@florist.example"


def at_once(actions: list[Callable[[], Any]]) -> list[Any]:
    """What each returned or raised."""
    start = Barrier(min(THREADS, len(actions)))

    def run(number: int, action: Callable[[], Any]) -> Any:
        if number < start.parties:
            start.wait(10)
        try:
            return action()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(len(actions)), actions))


@pytest.fixture
def ewa(transactional_db: None) -> Agent:
    return make_agent(make_company(), "Ewa")


def give_second_factor(agent: Agent) -> str:
    key = new_key()
    switch_on(agent=agent, key=key, code=code_of(key, -1), keep="")
    return key


def test_a_recovery_code_lets_one_in(ewa: Agent) -> None:
    give_second_factor(ewa)
    code = renew_recovery_codes(agent=ewa)[0]

    assert sorted(at_once([lambda: use_code(agent=ewa, code=code)] * 20)) == [False] * 19 + [True]
    assert RecoveryCode.objects.count() == 9


def test_a_code_of_the_app_lets_one_in(ewa: Agent) -> None:
    code = code_of(give_second_factor(ewa), 1)

    assert sorted(at_once([lambda: use_code(agent=ewa, code=code)] * 20)) == [False] * 19 + [True]


def test_through_the_door_too(ewa: Agent) -> None:
    give_second_factor(ewa)
    code = renew_recovery_codes(agent=ewa)[0]
    # From addresses of their own: the lock of one address is not what is tried here.
    people = [Client(REMOTE_ADDR=f"203.0.113.{number}") for number in range(20)]
    for person in people:
        person.post("/login/", {"username": ewa.email, "password": PASSWORD})

    at_once([lambda person=person: person.post("/login/code/", {"code": code}) for person in people])

    assert sum("_auth_user_id" in person.session for person in people) == 1


def test_a_link_to_confirm_is_used_once(ewa: Agent) -> None:
    old = ewa.email
    ask_for_email(agent=ewa, email=NEW)
    token = signing.dumps(EmailChange.objects.get().pk, salt=CONFIRM)

    results = at_once([lambda: confirm_email(token=token)] * 20)

    assert sorted(type(result).__name__ for result in results) == ["EmailChange"] + ["LinkUsed"] * 19
    assert OutgoingMail.objects.filter(to=old).count() == 1


def test_a_link_to_undo_is_used_once(ewa: Agent) -> None:
    ask_for_email(agent=ewa, email=NEW)
    pk = EmailChange.objects.get().pk
    confirm_email(token=signing.dumps(pk, salt=CONFIRM))

    results = at_once([lambda: undo_email(token=signing.dumps(pk, salt=UNDO))] * 20)

    assert sorted(type(result).__name__ for result in results) == ["EmailChange"] + ["LinkUsed"] * 19
    assert Agent.objects.get(pk=ewa.pk).email == ewa.email


def test_of_twenty_who_want_one_address_one_gets_it(transactional_db: None) -> None:
    company = make_company(agent_limit=None)
    agents = [make_agent(company, f"Agent{number}") for number in range(20)]
    for agent in agents:
        ask_for_email(agent=agent, email=NEW)
    links = [signing.dumps(change.pk, salt=CONFIRM) for change in EmailChange.objects.all()]

    results = at_once([lambda link=link: confirm_email(token=link) for link in links])

    losers = [result for result in results if isinstance(result, AddressTaken)]
    assert len(losers) == 19, [result for result in results if isinstance(result, LinkUsed)]
    assert Agent.objects.filter(email=NEW).count() == 1
    assert EmailChange.objects.exclude(confirmed_at=None).count() == 1


def test_wishing_at_once_leaves_one_wish(ewa: Agent) -> None:
    results = at_once(
        [lambda n=n: ask_for_email(agent=ewa, email=f"ewa{n}@garden.example") for n in range(20)]
    )

    assert not [result for result in results if result is not None]
    assert EmailChange.objects.count() == 1
