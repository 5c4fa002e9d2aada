"""What the e-mails about visitors say, and who gets them (NO1, NO3, WI5). What visitors write and call themselves is
hostile: it is cut, escaped by the templates, and never becomes an address to click but for http, https and mailto."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from textwrap import indent, wrap
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from agents.mails import post_letter, post_letters, speaking_for, speaking_to
from agents.models import Agent, Company
from conversations.models import Conversation, Entry
from conversations.templatetags.conversations import browser
from conversations.wording import customer_label

# Of a long text, of many texts and of a long name a mail shows the beginning.
LONGEST_TEXT, MOST_TEXTS, LONGEST_NAME = 2000, 20, 60
SETTINGS_PATH = "/settings/notifications/"
# Characters that turn the writing around or hide in it.
_TRICKS = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

Fact = tuple[str, str, str]


@dataclass(frozen=True)
class Text:
    """A message of the visitor as a mail shows it. `day` is empty when it is that of the text before."""

    text: str
    clock: str
    day: str

    @property
    def indented(self) -> str:
        """For the plain mail: nothing that a visitor writes stands at the beginning of a line."""
        width = len(self.clock) + 4
        lines = [part for line in self.text.split("\n") for part in wrap(line, 76 - width) or [""]]
        return indent("\n".join(lines), " " * width)[width:]


# --- who gets them ------------------------------------------------------------------------------------------------


def post_offline_mails(
    conversation: Conversation, entries: Sequence[Entry], *, known_to_default_address: set[int]
) -> int:
    """To the agents who want them (NO1); how many there were. The company's default address is left out when all of it
    came through the form, which was sent there at once."""
    recipients = _recipients(conversation).filter(mails_offline=True)
    told = recipients
    if known_to_default_address.issuperset(entry.seq for entry in entries):
        told = recipients.exclude(email__iexact=conversation.company.default_email)
    _post(told, "chat/mails/offline_message", lambda: _offline_words(conversation, entries))
    return recipients.count()


def post_missed_mails(conversation: Conversation, entries: Sequence[Entry], *, left_at: datetime) -> int:
    """To the agents who want them (NO3); how many there were."""
    recipients = _recipients(conversation).filter(mails_missed=True)
    _post(recipients, "chat/mails/missed_conversation", lambda: _missed_words(conversation, entries, left_at))
    return recipients.count()


def _recipients(conversation: Conversation) -> Any:
    """The active agents (AG5); where the conversation belongs to a group, those of the group and of none (ST4)."""
    people = Agent.objects.get_queryset().of(conversation.company_id)
    active = people.filter(is_active=True, takes_conversations=True)
    return active.in_group(conversation.group_id).select_related("company").order_by("language", "pk")


def _post(
    recipients: Iterable[Agent], template: str, words: Callable[[], tuple[str, dict[str, Any]]]
) -> None:
    """Each in their own language; what it says is made once for all who share one."""
    for _language, group in groupby(recipients, key=lambda agent: agent.language):
        agents = list(group)
        with speaking_to(agents[0]):
            subject, context = words()
            post_letters(
                to=[agent.email for agent in agents], template=template, subject=subject, context=context
            )


def post_form_to_default_address(
    *, company: Company, conversation: Conversation, email: str, name: str, text: str, at: datetime
) -> None:
    """What was left in the offline form, at once and to the company's own mailbox (WI5)."""
    with speaking_for(company):
        who = plain(name) or email
        context = _shared(conversation) | {
            "who": who,
            "email": email,
            "texts": [_as_text(text, timezone.localtime(at), None)],
            "facts": [*_contact_facts(conversation), *_page_fact(conversation), *_earlier_fact(conversation)],
        }
        post_letter(
            to=company.default_email,
            reply_to=email,
            template="chat/mails/offline_form",
            subject=_("Message from the website: %(name)s") % {"name": who},
            context=context,
        )


# --- what they say ------------------------------------------------------------------------------------------------


def _offline_words(conversation: Conversation, entries: Sequence[Entry]) -> tuple[str, dict[str, Any]]:
    began = timezone.localtime(entries[0].created_at)
    subject = _("Message from the chat: %(name)s") % {"name": _label(conversation)}
    return subject, _shared(conversation) | {
        "who": _label(conversation) if conversation.customer else "",
        "day": day_words(began.date()),
        "clock": date_format(began, "H:i"),
        "facts": [*_contact_facts(conversation), *_page_fact(conversation), *_earlier_fact(conversation)],
        **_texts(entries, told_day=began.date()),
    }


def _missed_words(
    conversation: Conversation, entries: Sequence[Entry], left_at: datetime
) -> tuple[str, dict[str, Any]]:
    left = timezone.localtime(left_at)
    facts = {"name": _label(conversation), "time": date_format(left, "H:i")}
    waited = _length((left_at - entries[0].created_at).total_seconds())
    nothing = [(_("Contact"), _("not given"), "")]
    about = [
        *(_contact_facts(conversation) or nothing),
        (_("Left the site"), f"{day_words(left.date())}, {date_format(left, 'H:i')}", ""),
        *_page_fact(conversation, _("Last page")),
        *_some(_("Browser"), browser(conversation.user_agent)),
        *_some(_("Offered to"), _names_of_asked(conversation)),
        *_earlier_fact(conversation),
    ]
    subject = _("Missed conversation: %(name)s, %(time)s") % facts
    return subject, _shared(conversation) | {"waited": waited, "facts": about, **_texts(entries)}


def _shared(conversation: Conversation) -> dict[str, Any]:
    path = reverse("conversations:conversation", args=[conversation.pk])
    return {
        "company": conversation.company,
        "group": conversation.group,
        "link": settings.BASE_URL + path,
        "settings_link": settings.BASE_URL + SETTINGS_PATH,
    }


def without_tricks(text: str) -> str:
    return _TRICKS.sub("", text)


def plain(name: str) -> str:
    """What somebody calls themselves, fit for a subject."""
    return Truncator(" ".join(without_tricks(name).split())).chars(LONGEST_NAME)


def _label(conversation: Conversation) -> str:
    return plain(customer_label(conversation)) or conversation.public_id


def _as_text(text: str, at: datetime, previous: date | None) -> Text:
    shown = Truncator(_TRICKS.sub("", text)).chars(LONGEST_TEXT)
    return Text(shown, date_format(at, "H:i"), "" if at.date() == previous else day_words(at.date()))


def _texts(entries: Sequence[Entry], told_day: date | None = None) -> dict[str, Any]:
    texts, previous = [], told_day
    for entry in entries[:MOST_TEXTS]:
        at = timezone.localtime(entry.created_at)
        texts.append(_as_text(entry.text, at, previous))
        previous = at.date()
    return {"texts": texts, "more": len(entries) - len(texts), "preview": Truncator(texts[0].text).chars(90)}


def day_words(day: date) -> str:
    named = date_format(day, pgettext("format of a day with its weekday", "l, j F"))
    # Weekdays and months are small in Polish; Django's weekdays are not.
    return named.lower() if get_language() == "pl" else named


def _length(seconds: float) -> str:
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    units = ((hours, _("%(n)s h")), (minutes, _("%(n)s min")), (0 if hours else rest, _("%(n)s s")))
    return " ".join(form % {"n": n} for n, form in units if n) or _("%(n)s s") % {"n": 0}


def _some(label: str, value: str, address: str = "") -> list[Fact]:
    return [(label, value, address)] if value else []


def _contact_facts(conversation: Conversation) -> list[Fact]:
    email = conversation.customer_email
    return [
        *_some(_("E-mail"), email, f"mailto:{quote(email, safe='@')}"),
        *_some(_("Phone"), conversation.customer_phone),
    ]


def _page_fact(conversation: Conversation, label: str = "") -> list[Fact]:
    url = conversation.page_url if conversation.page_url.startswith(("http://", "https://")) else ""
    title = Truncator(plain(conversation.page_title) or url).chars(80)
    return _some(label or _("Page"), title, url)


def _earlier_fact(conversation: Conversation) -> list[Fact]:
    if not conversation.customer_key:
        return []
    others = Conversation.objects.of(conversation.company_id).filter(customer_key=conversation.customer_key)
    times = list(
        others.exclude(pk=conversation.pk).order_by("-id").values_list("created_at", flat=True)[:100]
    )
    if not times:
        return []
    facts = {"count": len(times), "day": day_words(timezone.localtime(times[0]).date())}
    text = ngettext(
        "%(count)d conversation, on %(day)s", "%(count)d conversations, the last on %(day)s", len(times)
    )
    return [(_("Earlier"), text % facts, "")]


def _names_of_asked(conversation: Conversation) -> str:
    offers = conversation.offers.select_related("agent").order_by("pk")
    return ", ".join(dict.fromkeys(offer.agent.name for offer in offers))
