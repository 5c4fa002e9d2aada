"""Mails that tell an agent that something about the safety of the account has changed, so that it is noticed when it
was somebody else."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from agents.mails import post_letter, speaking_to
from agents.models import Agent


def post_notice(*, agent: Agent, what: str) -> None:
    """`what`: what happened, in English, marked for translation where it is written. In the caller's transaction."""
    with speaking_to(agent):
        post_letter(
            to=agent.email,
            template="agents/mail/security_notice",
            subject=gettext(what),
            context={
                "agent": agent,
                "company": agent.company,
                "at": timezone.now(),
                "link": f"{settings.BASE_URL}{reverse('agents:password_reset')}",
            },
        )
