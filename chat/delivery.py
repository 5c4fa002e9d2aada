from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from agents.models import Agent
from contactcenter.outbox import post_mail
from conversations.models import Conversation


class ChatAdapter:
    """Visitors read replies in the widget, by the event that every entry publishes. Who left a message through the
    offline form is told by mail as well."""

    def deliver(self, conversation: Conversation, *, text: str, by: Agent) -> None:
        if not (conversation.answer_by_email and conversation.customer_email):
            return
        company = conversation.company
        with translation.override(conversation.customer_language or company.language):
            post_mail(
                to=conversation.customer_email,
                reply_to=company.default_email,
                subject=_("%(company)s: an answer to your message") % {"company": company.name},
                text=render_to_string(
                    "chat/mails/answer.txt",
                    {"company": company, "text": text, "agent": by, "page": conversation.page_url},
                ),
            )
