"""Mails to the people of a company: in their language, by their company's clock, as text and as HTML.

A mail is two templates, `<name>.txt` and `<name>.html`; the second extends mails/layout.html. `link` in the context
makes the button, `facts` (label, value, address or nothing) the table under it.
"""

import zoneinfo
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from agents.models import Agent, Company
from contactcenter.models import OutgoingMail
from contactcenter.outbox import post_mails


@contextmanager
def speaking_to(agent: Agent) -> Iterator[None]:
    """In the agent's language and by their company's clock."""
    with _in_words_of(agent.company, agent.language):
        yield


@contextmanager
def speaking_for(company: Company) -> Iterator[None]:
    """In the company's language and by its clock: for people whose own language is not known."""
    with _in_words_of(company, ""):
        yield


@contextmanager
def _in_words_of(company: Company | None, language: str) -> Iterator[None]:
    language = language or (company.language if company else settings.LANGUAGE_CODE)
    zone = zoneinfo.ZoneInfo(company.time_zone if company else settings.TIME_ZONE)
    with translation.override(language), timezone.override(zone):
        yield


def post_letter(*, to: str, **letter: Any) -> OutgoingMail:
    """Put the mail of a pair of templates into the outbox, in the caller's transaction. To be called inside
    `speaking_to` or `speaking_for`."""
    (mail,) = post_letters(to=[to], **letter)
    return mail


def post_letters(
    *, to: Sequence[str], template: str, subject: str, context: dict[str, Any], **parts: Any
) -> list[OutgoingMail]:
    """The same to each of these addresses, as mails of their own."""
    context = {"subject": subject, "language": translation.get_language()} | context
    headers = {"Auto-Submitted": "auto-generated"} | parts.pop("headers", {})
    return post_mails(
        to=to,
        subject=subject,
        text=render_to_string(f"{template}.txt", context),
        html=render_to_string(f"{template}.html", context),
        headers=headers,
        **parts,
    )
