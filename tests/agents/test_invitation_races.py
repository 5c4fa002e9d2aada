"""Many at once on one link, and on the last place of a plan. The threads are real, each with its own connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.db import connections, transaction

from agents.actions import update_agent
from agents.invitations import PlanFull, Worthless, accept_invitation, hash_of, invite
from agents.models import Agent, Company, Invitation
from tests.factories import make_agent, make_company
from tests.locks import wait_until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 4 if settings.DATABASE_IS_SQLITE else 20


def at_once(actions: list[Callable[[], Any]]) -> list[Any]:
    """What each returned or raised."""

    def run(action: Callable[[], Any]) -> Any:
        try:
            return action()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, actions))


@pytest.fixture
def company(transactional_db: None) -> Company:
    return make_company()


def invited(company: Company, email: str) -> str:
    """The hash of the link that this address got."""
    founder = company.agents.get()
    invitation = invite(company=company, by=founder, email=email, access=Agent.Access.LIMITED)
    Invitation.objects.filter(pk=invitation.pk).update(token_hash=hash_of(email))
    return hash_of(email)


def accept(token_hash: str) -> Agent:
    return accept_invitation(
        token_hash=token_hash, password="violets are hardly blue", first_name="Marta", last_name=""
    )


def test_twenty_who_accept_one_link_make_one_agent(company: Company) -> None:
    link = invited(company, "marta@florist.example")

    results = at_once([lambda: accept(link)] * 20)

    assert [type(result) for result in results if not isinstance(result, Worthless)] == [Agent]
    assert Agent.objects.filter(company=company).count() == 2


def test_the_last_place_of_a_plan_is_given_once(company: Company) -> None:
    links = [invited(company, f"agent{number}@florist.example") for number in range(8)]
    Company.objects.filter(pk=company.pk).update(agent_limit=2)

    results = at_once([lambda link=link: accept(link) for link in links])

    assert sum(isinstance(result, Agent) for result in results) == 1
    assert sum(isinstance(result, PlanFull) for result in results) == 7
    assert Invitation.objects.filter(accepted_at=None).count() == 7


def test_two_companies_links_to_one_address_make_one_account(company: Company) -> None:
    links = []
    for name in ("Florist", "Baker"):
        links.append(invited(make_company(name), "marta@florist.example"))
        Invitation.objects.filter(token_hash=links[-1]).update(token_hash=hash_of(name))
        links[-1] = hash_of(name)

    results = at_once([lambda link=link: accept(link) for link in links * 4])

    assert sum(isinstance(result, Agent) for result in results) == 1
    assert sum(isinstance(result, Worthless) for result in results) == 7
    assert Agent.objects.filter(email="marta@florist.example").count() == 1


def test_an_address_invited_by_many_at_once_gets_one_invitation(company: Company) -> None:
    adam = make_agent(company, "Adam", access=Agent.Access.FULL)
    email = "marta@florist.example"

    at_once([lambda: invite(company=company, by=adam, email=email, access="limited")] * 8)

    assert Invitation.objects.count() == 1


@pytest.mark.deployed
def test_who_invites_does_not_wait_for_who_takes_their_access_away(company: Company) -> None:
    """Both want the company and the inviter, in an order of their own: PostgreSQL would end one of them."""
    adam = make_agent(company, "Adam", access=Agent.Access.FULL)

    def take_access_away() -> None:
        try:
            changed = Agent.objects.get(pk=adam.pk)
            changed.access = Agent.Access.LIMITED
            update_agent(agent=changed, fields=["access"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Company.objects.select_for_update(no_key=True).get(pk=company.pk)
            demotion = pool.submit(take_access_away)
            wait_until_somebody_waits()
            invite(company=company, by=adam, email="marta@florist.example", access="limited")
        demotion.result(10)

    assert Invitation.objects.get().revoked_at is not None
