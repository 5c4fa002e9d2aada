"""Mails leave through here, after the commit that caused them, and come back until the mail server has taken them.

A mail is a row (`OutgoingMail`) and a promise. Its Message-ID is made once, so that a mail server or reader that gets
it twice (the connection died after DATA) recognises it.
"""

from collections.abc import Mapping
from email.utils import make_msgid

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from contactcenter.models import OutgoingMail
from contactcenter.promises import keeps, make_promise


def post_mail(
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    reply_to: str = "",
    headers: Mapping[str, str] | None = None,
) -> OutgoingMail:
    """Put a mail into the outbox, in the caller's transaction."""
    mail = OutgoingMail.objects.create(
        message_id=make_msgid(domain="contactcenter"),
        to=to,
        # A line break in a subject would be a header of somebody else's.
        subject=" ".join(subject.split())[:255],
        text=text,
        html=html,
        reply_to=reply_to,
        headers=dict(headers or {}),
    )
    make_promise("mail.send", key=str(mail.pk), due_at=timezone.now(), mail_id=mail.pk)
    return mail


@keeps("mail.send", outside=True)
def send_posted_mail(*, mail_id: int) -> None:
    """Hand the mail to the mail server. Raises when the server does not take it: the promise comes again."""
    mail = OutgoingMail.objects.filter(pk=mail_id, sent_at=None).first()
    if mail is None:
        return
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={"Message-ID": mail.message_id, **mail.headers},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    message.send()
    # The envelope stays for operators. The letter may hold a link that opens an account, or somebody's words.
    mail.sent_at, mail.text, mail.html = timezone.now(), "", ""
    mail.save(update_fields=["sent_at", "text", "html"])
