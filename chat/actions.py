"""What a visitor does beside talking."""

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from agents.models import Company
from chat.visits import Visit
from contactcenter.outbox import post_mail


@transaction.atomic
def leave_offline_message(
    *, company: Company, visit: Visit, client_id: str, name: str, email: str, text: str
) -> None:
    """The offline form (WI5): a conversation for the agents, and a mail to the company's default address. The same
    `client_id` again changes nothing."""
    stored = visit.leave_message(client_id=client_id, name=name, email=email, text=text)
    if not stored.is_new or not company.default_email:
        return
    path = reverse("conversations:conversation", args=[visit.conversation_id])
    with translation.override(company.language):
        post_mail(
            to=company.default_email,
            reply_to=email,
            subject=_("Message from the website: %(name)s") % {"name": name or email},
            text=render_to_string(
                "chat/mails/offline_message.txt",
                {
                    "text": text,
                    "name": name,
                    "email": email,
                    "page": visit.page.get("url"),
                    "link": settings.BASE_URL + path,
                },
            ),
        )
