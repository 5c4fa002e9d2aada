"""The variables of templates. What people type is never executed: a variable is one of a few words in double braces,
and anything else stays as it stands."""

import re
from dataclasses import dataclass

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Company
from contactcenter.folding import fold
from conversations.models import Conversation


@dataclass(frozen=True)
class Variable:
    """What it is called, in English and Polish, and what it stands for."""

    names: tuple[str, ...]
    meaning: LazyText | str

    @property
    def written(self) -> list[str]:
        return [f"{{{{{name}}}}}" for name in self.names]


NAME = Variable(
    ("name", "imię"), _("the customer's first name; while it is unknown, the sentence goes without it")
)
AGENT = Variable(("agent",), _("the first name of whoever writes"))
COMPANY = Variable(("company", "firma"), _("the name of your company"))
VARIABLES = (NAME, AGENT, COMPANY)

_PLACE = re.compile(r"\{\{ ?([^\W\d_]{1,20}) ?\}\}")
_NAME = r"\{\{ ?(?:name|imi[ęe]) ?\}\}"
# "{{name}}, thank you" without a name is "Thank you"; "Good morning {{name}}, this is" is "Good morning, this is".
_NAME_AT_THE_START = re.compile(rf"^{_NAME}[,:!]?[ ]?(\w?)", re.IGNORECASE | re.MULTILINE)
_NAME_ELSEWHERE = re.compile(rf"[ ]?{_NAME}", re.IGNORECASE)
_LONGEST_NAME = 40


def fill_in(text: str, *, conversation: Conversation, agent: Agent, company: Company) -> str:
    """The text with its variables replaced, once: what stands in a customer's name is not looked at again."""
    name = first_name(conversation)
    if not name:
        text = _NAME_AT_THE_START.sub(lambda found: found[1].upper(), text)
        text = _NAME_ELSEWHERE.sub("", text)
    meanings = {NAME: name, AGENT: agent.public_name, COMPANY: company.name}
    values = {fold(name): meaning for variable, meaning in meanings.items() for name in variable.names}
    return _PLACE.sub(lambda found: values.get(fold(found[1]), found[0]), text)


def first_name(conversation: Conversation) -> str:
    """The first word of what the customer calls themselves, if that can be a name."""
    first = conversation.customer_name.partition(" ")[0].strip(",.")
    is_name = first[:1].isalpha() and "@" not in first and len(first) <= _LONGEST_NAME
    return first if is_name else ""
