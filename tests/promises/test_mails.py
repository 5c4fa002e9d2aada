"""A mail leaves after the commit that caused it, comes back until the mail server has taken it, and is never doubled
when the server only asked for patience. The mail server is real; it listens on a port of this machine."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from contactcenter import jobs, outbox, promises
from contactcenter.models import OutgoingMail, Promise
from contactcenter.outbox import post_mail, post_mails
from contactcenter.promises import make_promise, sweep_promises
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


def test_what_was_sent_or_given_up_long_ago_is_let_go_of(
    mail_server: MailServer, clock: Clock, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAILS_KEPT_DAYS = 30
    monkeypatch.setattr(outbox, "FORGOTTEN_AT_ONCE", 2)
    mail_server.refused = {"gone@example.com": "550 gone"}
    post_mails(to=["anna@example.com", "ola@example.com", "jan@example.com"], subject="Old", text="…")
    post(to="gone@example.com", subject="Old")
    sweep_promises()
    clock.move(days=29)
    post(subject="New")
    sweep_promises()
    mail_server.answers = ["451 later"] * 1000
    post(subject="Waits for its server")
    sweep_promises()

    jobs.forget_old_mails()
    assert OutgoingMail.objects.count() == 6
    clock.move(days=1, seconds=1)
    jobs.forget_old_mails()

    assert sorted(OutgoingMail.objects.values_list("subject", flat=True)) == ["New", "Waits for its server"]
    # What waits is tried on; of what was given up nothing is left.
    assert Promise.objects.get(kind="mail.send").failed_at is None


def test_letting_go_of_old_mails_is_on_the_clock(settings) -> None:
    scheduled = settings.CELERY_BEAT_SCHEDULE["forget old mails"]
    assert scheduled["task"] == jobs.forget_old_mails.name and scheduled["schedule"] <= 86_400


# --- a server that hangs ------------------------------------------------------------------------------------------


@pytest.fixture
def rang(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When the promise "ring", which only changes rows, was kept."""
    monkeypatch.setattr(promises, "_keepers", dict(promises._keepers))
    rang: list[float] = []
    promises.keeps("ring")(lambda: rang.append(time.monotonic()))
    return rang


@pytest.fixture
def sweep() -> Iterator[Callable[[], threading.Thread]]:
    """The sweep comes by, in a thread of a worker; `join` to wait for its end."""
    threads = []

    def begin() -> threading.Thread:
        thread = threading.Thread(target=sweep_in_thread)
        threads.append(thread)
        thread.start()
        return thread

    yield begin
    for thread in threads:
        thread.join(20)


def sweep_in_thread() -> None:
    sweep_promises()
    connections.close_all()


def in_time(happened: Callable[[], object]) -> bool:
    """Whether it happens within a second or two, while another server still hangs."""
    until = time.monotonic() + 3
    while not happened() and time.monotonic() < until:
        time.sleep(0.01)
    return bool(happened())


def test_a_letter_that_hangs_holds_up_neither_other_letters_nor_what_else_is_due(
    mail_server: MailServer, rang: list[float], sweep: Callable[[], threading.Thread]
) -> None:
    mail_server.hangs_for = {"anna@example.com"}
    post()
    post_mails(to=["ola@example.com", "jan@example.com"], subject="Tulips", text="They are in bloom.")
    sweep()
    assert in_time(lambda: mail_server.attempts == 1)
    make_promise("ring", key="1", due_at=timezone.now())
    sweep()

    assert in_time(lambda: rang and len(mail_server.taken) == 2)
    assert [letter["To"] for letter in mail_server.taken] == ["ola@example.com", "jan@example.com"]
    mail_server.let_go()
    assert in_time(lambda: len(mail_server.taken) == 3)


def test_a_mail_server_that_hangs_takes_two_threads_and_costs_the_others_no_try(
    mail_server: MailServer, rang: list[float], sweep: Callable[[], threading.Thread]
) -> None:
    mail_server.hangs_for = {"anna@example.com"}
    for _ in range(4):
        post()
    for on_their_way in (1, 2):
        sweep()
        assert in_time(lambda number=on_their_way: mail_server.attempts == number)
    make_promise("ring", key="1", due_at=timezone.now())

    # Whoever comes now passes by.
    sweep().join(3)

    assert rang and mail_server.attempts == 2
    waiting = Promise.objects.filter(kind="mail.send", leased_until=None)
    assert list(waiting.values_list("attempts", flat=True)) == [0, 0]
    mail_server.let_go()


def test_another_server_that_hangs_holds_up_no_mail(
    mail_server: MailServer, rang: list[float], sweep: Callable[[], threading.Thread]
) -> None:
    hung, let_go = threading.Event(), threading.Event()

    def hang() -> None:
        hung.set()
        let_go.wait(10)

    promises.keeps("hang", outside=True)(hang)
    make_promise("hang", key="1", due_at=timezone.now())
    sweep()
    assert hung.wait(3)
    post()
    sweep()

    assert in_time(lambda: mail_server.taken)
    let_go.set()


def test_what_only_changes_rows_does_not_wait_behind_a_queue_of_letters(
    mail_server: MailServer, rang: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promises, "SWEEP_BATCH", 3)
    mails = [post() for _ in range(5)]
    make_promise("ring", key="1", due_at=mails[-1].created_at)

    assert sweep_promises() == 4
    assert rang
