"""An agent opens or answers in the very moment in which the promise is kept: either they came first and nobody is
written to, or the mail did. On threads with connections of their own."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from agents.models import Agent, Company
from chat.models import Notice
from chat.notices import LEFT_AFTER, OFFLINE_DELAY, renew_lease
from contactcenter.models import OutgoingMail, Promise
from contactcenter.promises import keep_promise
from conversations.actions import answer_conversation
from conversations.attention import mark_opened
from conversations.models import Conversation, Entry
from tests.factories import come_online, make_agent, make_company
from tests.notices.conftest import Guest

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 15


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """What each raised, or None."""
    start = Barrier(len(actions))
    raised: list[Any] = [None] * len(actions)

    def run(number: int) -> None:
        start.wait(10)
        try:
            actions[number]()
        except Exception as error:
            raised[number] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(number,)) for number in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


@pytest.fixture
def company(transactional_db: None) -> Company:
    company = make_company(language="en")
    company.agents.update(mails_offline=False, mails_missed=False)
    return company


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa")


def due(kind: str) -> int:
    """The promise of this kind, made due a moment ago."""
    promise = Promise.objects.get(kind=kind)
    Promise.objects.filter(pk=promise.pk).update(due_at=timezone.now() - LEFT_AFTER / 10)
    return promise.pk


def test_answering_while_the_visitor_is_found_gone(company: Company, ewa: Agent) -> None:
    come_online(ewa)
    written_to = 0
    for _ in range(ROUNDS):
        conversation = Guest(company).write()
        long_ago = timezone.now() - 2 * LEFT_AFTER
        Notice.objects.filter(pk=conversation.pk).update(seen_at=long_ago)
        Entry.objects.filter(conversation=conversation).update(created_at=long_ago)
        promise = due("chat.left")

        raised = at_once(
            lambda: keep_promise(promise),  # noqa: B023
            lambda: keep_promise(promise),  # noqa: B023
            lambda: answer_conversation(conversation=conversation, by=ewa),  # noqa: B023
        )

        assert raised == [None] * 3
        conversation.refresh_from_db()
        assert conversation.assignee == ewa
        mails = OutgoingMail.objects.all()
        assert len(mails) <= 1
        if mails:
            answered = Entry.objects.get(conversation=conversation, event=Entry.Event.ANSWERED)
            assert mails[0].created_at <= answered.created_at, "they had answered, and were written to"
            written_to += 1
        OutgoingMail.objects.all().delete()
        Promise.objects.all().delete()
    print(f"written to in {written_to} of {ROUNDS} rounds")


def test_opening_while_the_two_minutes_end(company: Company, ewa: Agent) -> None:
    for _ in range(ROUNDS):
        conversation = Guest(company).write()
        long_ago = timezone.now() - 2 * OFFLINE_DELAY
        Notice.objects.filter(pk=conversation.pk).update(offline_since=long_ago)
        Entry.objects.filter(conversation=conversation).update(created_at=long_ago)
        promise = due("chat.offline_mail")
        opened = Conversation.objects.get(pk=conversation.pk)

        raised = at_once(
            lambda: keep_promise(promise),  # noqa: B023
            lambda: keep_promise(promise),  # noqa: B023
            lambda: mark_opened(conversation=opened),  # noqa: B023
        )

        assert raised == [None] * 3
        notice = Notice.objects.get(pk=conversation.pk)
        assert OutgoingMail.objects.count() == (1 if notice.told_seq else 0)
        assert notice.offline_since is None
        assert not Promise.objects.filter(kind="chat.offline_mail").exists()
        OutgoingMail.objects.all().delete()
        Promise.objects.all().delete()


def test_the_visitor_returning_while_they_are_found_gone(company: Company, ewa: Agent) -> None:
    """Whichever comes first: somebody goes on looking whether they leave again."""
    come_online(ewa)
    for _ in range(ROUNDS):
        guest = Guest(company)
        conversation = guest.write()
        long_ago = timezone.now() - 2 * LEFT_AFTER
        Notice.objects.filter(pk=conversation.pk).update(seen_at=long_ago)
        Entry.objects.filter(conversation=conversation).update(created_at=long_ago)
        promise = due("chat.left")

        raised = at_once(
            lambda: keep_promise(promise),  # noqa: B023
            lambda: renew_lease(conversation_id=conversation.pk),  # noqa: B023
        )

        assert raised == [None] * 2
        again = Promise.objects.get(kind="chat.left")
        assert again.due_at > timezone.now()
        OutgoingMail.objects.all().delete()
        Promise.objects.all().delete()
