"""Mails leave through here, after the commit that caused them, and come back until the mail server has taken them.

A mail is a row (`OutgoingMail`) and a promise. Its Message-ID is made once, so that a mail server or reader that gets
it twice (the connection died after DATA) recognises it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from email.utils import make_msgid
from smtplib import SMTP, SMTPDataError, SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone

from contactcenter.models import OutgoingMail, Promise
from contactcenter.promises import Hopeless, keeps, make_promises

# Seconds in which a mail server that has answered so far may make up its mind about a letter. Whoever gives up before
# the answer sends the letter again.
DECIDES_WITHIN = 60.0
# One letter that the mail server cannot make up its mind about holds up no other.
AT_ONCE = 2
# Longer than the whole way through a slow mail server: the letter must not be in two workers' hands.
LEASE = timedelta(minutes=3)
FORGOTTEN_AT_ONCE = 500


def post_mail(*, to: str, **letter: Any) -> OutgoingMail:
    """Put a mail into the outbox, in the caller's transaction: subject and text, and what `post_mails` knows else."""
    (mail,) = post_mails(to=[to], **letter)
    return mail


def post_mails(
    *,
    to: Sequence[str],
    subject: str,
    text: str,
    html: str = "",
    reply_to: str = "",
    headers: Mapping[str, str] | None = None,
) -> list[OutgoingMail]:
    """The same letter to each of these addresses, as mails of their own: none shows another's address, and one that is
    refused holds up nobody else's."""
    mails = OutgoingMail.objects.bulk_create(
        OutgoingMail(
            message_id=make_msgid(domain="contactcenter"),
            to=address,
            # A line break in a subject would be a header of somebody else's.
            subject=" ".join(subject.split())[:255],
            text=text,
            html=html,
            reply_to=reply_to,
            headers=dict(headers or {}),
        )
        for address in to
    )
    payloads = {str(mail.pk): {"mail_id": mail.pk} for mail in mails}
    make_promises("mail.send", due_at=timezone.now(), payloads=payloads)
    return mails


def forget_old_mails() -> int:
    """Let go of what was sent, or given up, `MAILS_KEPT_DAYS` ago; returns how many mails. A clock comes by every hour;
    each batch is a short transaction of its own."""
    before = timezone.now() - timedelta(days=settings.MAILS_KEPT_DAYS)
    forgotten = 0
    while numbers := _old_mails(before):
        with transaction.atomic():
            keys = [str(number) for number in numbers]
            Promise.objects.filter(kind="mail.send", key__in=keys).delete()
            OutgoingMail.objects.filter(pk__in=numbers).delete()
        forgotten += len(numbers)
    return forgotten


def _old_mails(before: datetime) -> list[int]:
    sent = OutgoingMail.objects.filter(sent_at__lt=before).order_by("sent_at")
    if numbers := list(sent.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]):
        return numbers
    given_up = Promise.objects.filter(kind="mail.send", failed_at__lt=before).order_by("failed_at")
    return [int(key) for key in given_up.values_list("key", flat=True)[:FORGOTTEN_AT_ONCE]]


@keeps("mail.send", outside=True, at_once=AT_ONCE, lease=LEASE)
def send_posted_mail(*, mail_id: int) -> None:
    """Hand the mail to the mail server. Raises when the server does not take it: the promise comes again, unless the
    server has said that it never will."""
    mail = OutgoingMail.objects.filter(pk=mail_id, sent_at=None).first()
    if mail is None:
        return
    try:
        with _open_connection() as connection:
            _as_message(mail, connection).send()
    except (SMTPRecipientsRefused, SMTPDataError, BadHeaderError) as error:
        if refusal := _refusal(error):
            raise Hopeless(refusal) from error
        raise
    # The envelope stays for operators. The letter may hold a link that opens an account, or somebody's words.
    mail.sent_at, mail.text, mail.html = timezone.now(), "", ""
    mail.save(update_fields=["sent_at", "text", "html"])


def _as_message(mail: OutgoingMail, connection: Any) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={"Message-ID": mail.message_id, **mail.headers},
        connection=connection,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


@contextmanager
def _open_connection() -> Iterator[Any]:
    connection: Any = get_connection()
    try:
        connection.open()
        server = getattr(connection, "connection", None)
        if isinstance(server, SMTP) and server.sock:
            server.sock.settimeout(DECIDES_WITHIN)
        yield connection
    finally:
        # A letter that was taken stays taken, however the server says goodbye.
        with suppress(OSError):
            connection.close()


def _refusal(error: Exception) -> str:
    """What the mail server answered, when it refused this address or letter for ever (5xx); nothing when it asked for
    patience. A refusal of our name or password is the operator's to put right, and does not count."""
    answer: bytes | str
    if isinstance(error, SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
    elif isinstance(error, SMTPDataError):
        code, answer = error.smtp_code, error.smtp_error
    else:
        return str(error)
    said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return f"{code} {said}" if 500 <= code < 600 else ""
