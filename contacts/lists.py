"""A page of the list of contacts: searched, filtered, in each order. However many there are, a page takes the same
number of queries, and none of them looks at all contacts."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from agents.models import Company
from contacts.cleaning import one_line
from contacts.custom import fields_on
from contacts.models import Contact, ContactQuerySet, ContactTag, CustomField
from contacts.search import MOST_FOUND, found_by, matching

PAGE = 50
MOST_COUNTED = 1_000
LONGEST_QUERY = 200
# A tag on more contacts than this is looked for along the list, one on fewer is gathered and sorted.
MOST_GATHERED = 5_000
# Of more tags nobody chooses one from a list; a column that was mapped to tags by mistake makes very many.
MOST_TAGS_OFFERED = 500


class Order(models.TextChoices):
    NAME = "name", _("Name, A to Z")
    NAME_BACKWARDS = "-name", _("Name, Z to A")
    ADDED = "-added", _("Added, newest first")
    ADDED_BACKWARDS = "added", _("Added, oldest first")
    CHANGED = "-changed", _("Changed, newest first")
    CHANGED_BACKWARDS = "changed", _("Changed, oldest first")

    @property
    def column(self) -> str:
        return {"name": "sort_name", "added": "created_at", "changed": "changed_at"}[self.value.lstrip("-")]

    @property
    def is_descending(self) -> bool:
        return self.value.startswith("-")

    @property
    def columns(self) -> tuple[str, str]:
        minus = "-" if self.is_descending else ""
        return f"{minus}{self.column}", f"{minus}id"


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to see of the contacts, as the address says it; what makes no sense there counts as
    nothing."""

    query: str = ""
    tag: ContactTag | None = None
    order: Order = Order.NAME

    @classmethod
    def of(cls, company: Company, data: Any) -> "Wanted":
        order = data.get("sort", "")
        return cls(
            one_line(data.get("q", ""))[:LONGEST_QUERY],
            _tag(company, data.get("tag", "")),
            Order(order) if order in Order.values else Order.NAME,
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.query or self.tag)

    def contacts(self, company: Company) -> ContactQuerySet:
        """All that fit, in their order; of what matches a search very often, the newest."""
        found = Contact.objects.of(company.pk)
        if self.query:
            tag_id = self.tag.pk if self.tag else None
            rare = self._few_tagged()
            numbers = (
                _among(found.filter(pk__in=rare), self.query)
                if rare is not None
                else found_by(company.pk, self.query, tag_id=tag_id)[:MOST_FOUND]
            )
            found = _numbered(numbers)
        elif self.tag:
            rare = self._few_tagged()
            found = _numbered(rare) if rare is not None else found.filter(_is_tagged(self.tag))
        return found.order_by(*self.order.columns)

    def _few_tagged(self) -> list[int] | None:
        if self.tag is None:
            return None
        through = Contact.tags.through.objects.filter(contacttag_id=self.tag.pk)
        numbers = list(through.values_list("contact_id", flat=True)[: MOST_GATHERED + 1])
        return numbers if len(numbers) <= MOST_GATHERED else None


def _is_tagged(tag: ContactTag) -> Exists:
    through = Contact.tags.through.objects
    return Exists(through.filter(contacttag_id=tag.pk, contact_id=OuterRef("pk")))


def _numbered(numbers: list[int]) -> ContactQuerySet:
    """Contacts of the company, by their numbers alone: with the company as well, databases would look through all of
    its contacts in their order."""
    return Contact.objects.filter(pk__in=numbers)


def _among(contacts: ContactQuerySet, query: str) -> list[int]:
    """Those of a few contacts that match, without the index: it would find too many others first."""
    return list(contacts.filter(matching(query)).order_by("-pk").values_list("pk", flat=True)[:MOST_FOUND])


def _tag(company: Company, number: str) -> ContactTag | None:
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return ContactTag.objects.filter(company=company, pk=int(number)).first()


@dataclass
class Page:
    contacts: list[Contact]
    wanted: Wanted
    count: int
    is_capped: bool
    is_first: bool
    # Where the next page begins; empty on the last.
    next: str
    tags: list[ContactTag] = field(default_factory=list)
    # The company's own, whose values stand in the rows.
    fields: list[CustomField] = field(default_factory=list)


def page_of(company: Company, data: Any) -> Page:
    wanted = Wanted.of(company, data)
    found = wanted.contacts(company)
    mark = data.get("after", "")
    rows = list(_after(found, wanted.order, mark).prefetch_related("emails", "phones")[: PAGE + 1])
    count = found.order_by()[: MOST_COUNTED + 1].count()
    return Page(
        contacts=rows[:PAGE],
        wanted=wanted,
        count=min(count, MOST_COUNTED),
        # A search finds so many and stops.
        is_capped=count > MOST_COUNTED or (bool(wanted.query) and count >= MOST_FOUND),
        is_first=not mark,
        next=_mark(rows[PAGE - 1], wanted.order) if len(rows) > PAGE else "",
        tags=_offered_tags(company, wanted),
        fields=fields_on(company.pk, "contacts"),
    )


def _offered_tags(company: Company, wanted: Wanted) -> list[ContactTag]:
    tags = list(ContactTag.objects.filter(company=company)[:MOST_TAGS_OFFERED])
    return tags if wanted.tag is None or wanted.tag in tags else [*tags, wanted.tag]


def _mark(contact: Contact, order: Order) -> str:
    value = getattr(contact, order.column)
    return json.dumps([value.isoformat() if isinstance(value, datetime) else value, contact.pk])


def _after(contacts: ContactQuerySet, order: Order, mark: str) -> ContactQuerySet:
    """The contacts after a mark; a mark that is none counts as the beginning."""
    read = _read_mark(mark, order)
    if read is None:
        return contacts
    value, number = read
    beyond = "lt" if order.is_descending else "gt"
    later = Q(**{f"{order.column}__{beyond}": value}) | Q(**{order.column: value, f"pk__{beyond}": number})
    # The second condition says nothing new; databases need it to begin there instead of at the first.
    return contacts.filter(later, **{f"{order.column}__{beyond}e": value})


def _read_mark(mark: str, order: Order) -> tuple[Any, int] | None:
    try:
        value, number = json.loads(mark)
        if not isinstance(value, str) or not isinstance(number, int) or not 0 < number < 2**63:
            return None
        if order.column == "sort_name":
            return None if "\0" in value else (value.encode("utf-8", "ignore").decode(), number)
        at = parse_datetime(value)
        return (at.astimezone(UTC), number) if at else None
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
