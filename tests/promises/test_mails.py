"""A mail leaves after the commit that caused it, comes back until the mail server has taken it, and is never doubled
when the server only asked for patience. The mail server is real; it listens on a port of this machine."""

import contextlib
import socket
import threading
import time

import pytest
from django.db import connections, transaction
from django.test import Client

from contactcenter import promises
from contactcenter.models import OutgoingMail, Promise
from contactcenter.outbox import post_mail, post_mails
from contactcenter.promises import keep_promise, make_promise, sweep_promises
from tests.clock import Clock
from tests.factories import make_operator
from tests.mail_server import MailServer
from tests.servers import free_port

pytestmark = pytest.mark.django_db


def post(**parts: str) -> OutgoingMail:
    return post_mail(
        **({"to": "anna@example.com", "subject": "Tulips", "text": "They are in bloom. Ąę"} | parts)
    )


def test_a_mail_is_sent_once(mail_server: MailServer, clock: Clock) -> None:
    mail = post()

    assert sweep_promises() == 1
    assert sweep_promises() == 0

    (letter,) = mail_server.taken
    assert (letter["To"], letter["Subject"], letter["Message-ID"]) == (
        "anna@example.com",
        "Tulips",
        mail.message_id,
    )
    mail.refresh_from_db()
    assert mail.sent_at == clock.now


def test_a_mail_of_a_transaction_that_failed_never_leaves(mail_server: MailServer, clock: Clock) -> None:
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        post()
        raise ZeroDivisionError

    assert sweep_promises() == 0
    assert mail_server.taken == []


def test_a_server_that_asks_for_patience_delays_the_mail_and_never_doubles_it(
    mail_server: MailServer, clock: Clock
) -> None:
    mail_server.answers = ["451 greylisted", "421 too busy", "452 disk full"]
    mail = post()
    for _ in range(60):
        sweep_promises()
        clock.move(seconds=2)

    assert mail_server.attempts == 4
    assert [letter["Message-ID"] for letter in mail_server.taken] == [mail.message_id]
    assert not Promise.objects.filter(kind="mail.send").exists()


def test_a_mail_waits_for_a_server_that_is_away(mail_server: MailServer, clock: Clock, settings) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    mail = post()
    sweep_promises()
    promise = Promise.objects.get(kind="mail.send", key=str(mail.pk))
    assert promise.last_error.startswith("ConnectionRefusedError")

    settings.EMAIL_PORT = port
    clock.move_to(promise.due_at)

    assert sweep_promises() == 1
    assert len(mail_server.taken) == 1


def test_a_mail_whose_receipt_was_lost_comes_again_under_the_same_id(
    mail_server: MailServer, clock: Clock
) -> None:
    """Nobody can know whether it was taken; by its Message-ID the reader's mail program sees that it is the same."""
    mail_server.answers = ["die"]
    mail = post()
    sweep_promises()
    clock.move(minutes=1)
    sweep_promises()

    assert [letter["Message-ID"] for letter in mail_server.taken] == [mail.message_id] * 2


def test_a_mail_that_is_never_taken_is_given_up_and_kept(mail_server: MailServer, clock: Clock) -> None:
    mail_server.answers = ["451 later"] * 1000
    mail = post()
    for _ in range(30):
        sweep_promises()
        clock.move(hours=1)

    promise = Promise.objects.get(kind="mail.send", key=str(mail.pk))
    assert promise.failed_at and "451" in promise.last_error
    assert mail_server.attempts == promise.attempts == promises.MAX_ATTEMPTS
    mail.refresh_from_db()
    assert mail.sent_at is None and mail.text


@pytest.mark.parametrize("asked_for", ["address", "letter"])
def test_a_refusal_for_ever_is_given_up_at_once(
    mail_server: MailServer, clock: Clock, asked_for: str, caplog: pytest.LogCaptureFixture
) -> None:
    if asked_for == "address":
        mail_server.refused = {"anna@example.com": "550 5.1.1 no such user"}
    else:
        mail_server.answers = ["550 5.1.1 no such user"]
    mail = post()
    for _ in range(30):
        sweep_promises()
        clock.move(hours=1)

    promise = Promise.objects.get(kind="mail.send", key=str(mail.pk))
    assert promise.failed_at and promise.last_error == "550 5.1.1 no such user"
    assert mail_server.attempts == 1
    assert not [record for record in caplog.records if record.exc_info]


def test_an_operator_sees_what_was_refused_and_may_try_again(
    mail_server: MailServer, clock: Clock, client: Client
) -> None:
    mail_server.refused = {"anna@example.com": "550 5.1.1 no such user"}
    post()
    sweep_promises()
    client.force_login(make_operator(), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/admin/contactcenter/outgoingmail/?state=failed").text
    assert "anna@example.com" in page and "550 5.1.1 no such user" in page

    mail_server.refused = {}
    promise = Promise.objects.get(kind="mail.send")
    chosen = {"action": "try_again", "_selected_action": [str(promise.pk)]}
    client.post("/admin/contactcenter/promise/", chosen)
    sweep_promises()

    assert len(mail_server.taken) == 1
    assert "anna@example.com" not in client.get("/admin/contactcenter/outgoingmail/?state=failed").text


def test_who_is_refused_holds_up_nobody_else(mail_server: MailServer, clock: Clock) -> None:
    mail_server.refused = {"full@example.com": "452 4.2.2 mailbox full", "gone@example.com": "550 gone"}
    people = ["full@example.com", "gone@example.com", "anna@example.com", "ola@example.com"]
    post_mails(to=people, subject="Tulips", text="They are in bloom.")
    sweep_promises()

    assert [letter["To"] for letter in mail_server.taken] == ["anna@example.com", "ola@example.com"]


def test_nobody_sees_the_addresses_of_the_others(mail_server: MailServer, clock: Clock) -> None:
    post_mails(to=["anna@example.com", "ola@example.com"], subject="Tulips", text="They are in bloom.")
    sweep_promises()

    assert ["ola@" in letter.as_string() for letter in mail_server.taken] == [False, True]


def test_a_server_that_thinks_for_longer_than_it_may_take_to_answer_otherwise_gets_no_second_letter(
    mail_server: MailServer, clock: Clock, settings
) -> None:
    """Only who has waited for the answer knows that the letter was taken."""
    settings.EMAIL_TIMEOUT, mail_server.thinks_for = 1, 2.0
    post()

    assert sweep_promises() == 1
    assert len(mail_server.taken) == 1


def test_a_worker_that_died_after_sending_does_not_send_again(mail_server: MailServer, clock: Clock) -> None:
    mail = post()
    sweep_promises()
    make_promise("mail.send", key=str(mail.pk), due_at=clock.now, mail_id=mail.pk)

    assert sweep_promises() == 1
    assert len(mail_server.taken) == 1


def test_a_subject_with_a_line_break_makes_no_header(mail_server: MailServer, clock: Clock) -> None:
    post(subject="Hello\r\nBcc: everybody@example.com")
    sweep_promises()

    (letter,) = mail_server.taken
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Hello Bcc: everybody@example.com"


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_hangs_does_not_hold_up_what_else_is_due(settings, monkeypatch) -> None:
    """A worker has two threads. Mails may have one of them; offers go on in the other."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 2
    monkeypatch.setattr(promises, "_keepers", dict(promises._keepers))
    rang: list[float] = []
    promises.keeps("ring")(lambda: rang.append(time.monotonic()))
    with socket.create_server(("127.0.0.1", 0)) as silent_server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent_server.getsockname()
        mails = [post() for _ in range(4)]
        make_promise("ring", key="1", due_at=mails[0].created_at)
        waiting = list(Promise.objects.order_by("pk").values_list("pk", flat=True))
        started = time.monotonic()
        threads = [threading.Thread(target=keep_all, args=(waiting,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)

    assert rang and rang[0] - started < 1, "mails had taken every thread"
    # The three that found the line taken have not lost a try.
    tries = Promise.objects.filter(kind="mail.send").values_list("attempts", flat=True)
    assert sorted(tries) == [0, 0, 0, 1]


def keep_all(waiting: list[int]) -> None:
    """As a worker's thread does with its queue."""
    while waiting:
        keep_promise(waiting.pop(0))
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_the_sweep_passes_by_mails_while_one_is_on_its_way(mail_server: MailServer) -> None:
    post()
    with promises._outside:
        assert sweep_promises() == 0

    assert sweep_promises() == 1
