"""What a visitor's socket leaves in the rows for the e-mails about visitors (docs/notices.md): their signs of life
while they wait, and what they write to nobody. And what it does not: the way of a message stays as short as it was."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.models import Agent, Company
from agents.presence import change_status
from chat.models import Notice
from chat.tokens import issue_token
from chat.visits import Visit
from contactcenter.database import in_database
from contactcenter.models import Promise
from conversations.timeline import add_customer_message
from tests.factories import come_online, make_agent, make_company, new_id
from tests.sockets.conftest import Open, answered


async def test_closing_the_page_is_the_last_sign_of_life(company: Company, ewa: Agent, visitor: Open) -> None:
    await in_database(come_online, ewa)
    wire = await visitor()
    await wire.write("Is anybody there?")
    await in_database(age_by, timedelta(seconds=20))

    await wire.leave()

    assert timezone.now() - (await in_database(last_sign)) < timedelta(seconds=5)


async def test_a_visitor_who_talks_with_somebody_leaves_no_trace(
    company: Company, ewa: Agent, visitor: Open
) -> None:
    await in_database(come_online, ewa)
    wire = await visitor()
    stored = await wire.write("Is anybody there?")
    await answered(stored["conversation"], ewa)
    await in_database(age_by, timedelta(seconds=60))
    long_ago = await in_database(last_sign)

    await wire.ask("ping", {}, "pong")
    await wire.leave()

    assert await in_database(last_sign) == long_ago


async def test_pings_of_one_who_waits_renew_the_lease(company: Company, ewa: Agent, visitor: Open) -> None:
    await in_database(come_online, ewa)
    first = await visitor()
    await first.write("Is anybody there?")
    await in_database(age_by, timedelta(seconds=60))

    again = await visitor(token=first.token)
    assert timezone.now() - (await in_database(last_sign)) < timedelta(seconds=5)
    assert await again.ask("ping", {}, "pong")


async def test_what_is_written_after_the_widget_was_told_to_be_offline_is_an_offline_message(
    company: Company, ewa: Agent, visitor: Open
) -> None:
    """The conversation is somebody's, so that nothing is looked up for it: the socket knows what it was told."""
    await in_database(come_online, ewa)
    wire = await visitor()
    stored = await wire.write("Is anybody there?")
    await answered(stored["conversation"], ewa)
    await wire.write("While she is there")
    assert not await in_database(expects_a_mail)

    await in_database(lambda: change_status(agent=ewa, status=Agent.Status.OFFLINE))
    while (await wire.hear("availability"))["online"]:
        pass
    await wire.write("While she is not")

    assert await in_database(expects_a_mail)


@pytest.mark.django_db
def test_a_message_to_an_online_widget_takes_no_statement_more() -> None:
    """The hot path (docs/benchmarks.md)."""
    company = make_company()
    make_agent(company, "Ewa", online=True)
    visit = Visit(company.pk)
    visit.hello({"token": issue_token(company.pk)})
    visit.receive({"id": new_id(), "text": "First"})
    assert visit.conversation_id is not None

    bare = statements(
        lambda: add_customer_message(
            conversation_id=visit.conversation_id or 0, client_id=new_id(), text="Bare"
        )
    )
    whole = statements(lambda: visit.receive({"id": new_id(), "text": "Whole"}))

    assert whole == bare


# --- on the database's threads ---------------------------------------------------------------------------------------


def statements(action: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        action()
    return len(captured)


def age_by(age: timedelta) -> None:
    Notice.objects.update(seen_at=timezone.now() - age)


def last_sign() -> datetime:
    seen_at = Notice.objects.get().seen_at
    assert seen_at is not None
    return seen_at


def expects_a_mail() -> bool:
    return Promise.objects.filter(kind="chat.offline_mail").exists()
