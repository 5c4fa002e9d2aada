"""What rooms above know of a contact: its conversations, its tasks. They fill this registry when they start
(`AppConfig.ready`), so that contacts know none of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise as LazyText

from contacts.models import Contact


@dataclass(frozen=True)
class Happening:
    """A line of a contact's timeline."""

    at: datetime
    # The page that shows it.
    url: str
    icon: str
    # What it is, for those who do not see the icon.
    kind: "LazyText | str"
    title: str
    text: str = ""
    # How it stands.
    state: "LazyText | str" = ""
    # The colour of its channel, where it has one.
    family: str = ""


# The contact's newest happenings before a moment (None: of all), newest first, at most so many. Answers with a constant
# number of queries.
Happenings = Callable[[Contact, datetime | None, int], list[Happening]]

_sources: list[Happenings] = []


def register_happenings(source: Happenings) -> None:
    _sources.append(source)


def timeline_of(contact: Contact, *, before: datetime | None = None, most: int = 30) -> list[Happening]:
    """What happened with the contact, of every room, newest first."""
    found = [happening for source in _sources for happening in source(contact, before, most)]
    return sorted(found, key=lambda happening: happening.at, reverse=True)[:most]
