"""One row of a file: either a record that can be imported as it is, or what is wrong with it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import phonenumbers
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_noop

from contacts import numbers
from contacts.cells import split_tags, unquoted
from contacts.cleaning import Refused, email_address, one_line, several_lines
from contacts.imports.mapping import ADDRESS_PARTS, CUSTOM, NEW, NUMBERED, split
from contacts.models import Contact, ContactTag, CustomField
from contacts.rows import MOST_EMAILS, MOST_PHONES, MOST_TAGS, Facts

TOO_LONG = gettext_noop("This is too long: at most %(limit)s characters.")
UNREADABLE = gettext_noop("There are characters here that this encoding cannot read.")
TOO_MANY_VALUES = gettext_noop("The row has more values than there are columns (%(limit)s).")
UNCLOSED = gettext_noop(
    "A quotation mark is opened here and never closed: the rest of the file belongs to it."
)
NOBODY = gettext_noop("There is nothing in the mapped columns.")
NAMELESS = gettext_noop("There is no name, organisation, e-mail address or number.")
LOST_PLUS = gettext_noop("The number has lost its “+”, as spreadsheets do. Let it be added, or correct it.")
NO_PREFIX = gettext_noop("The number has no country code. Let it be added, or correct it.")
INCOMPLETE = gettext_noop("The number is not whole: write all of its digits, or its country code too.")
TOO_MANY_EMAILS = gettext_noop("There are more than %(limit)s e-mail addresses.")
TOO_MANY_PHONES = gettext_noop("There are more than %(limit)s phone numbers.")
TOO_MANY_TAGS = gettext_noop("There are more than %(limit)s tags.")

_LONGEST = {
    field.name: field.max_length
    for field in Contact._meta.concrete_fields
    if field.name in {"first_name", "last_name", "organisation", "address", "note"} and field.max_length
}
LONGEST_TAG = ContactTag._meta.get_field("name").max_length or 40

# What is plainly right need not be looked at further; tests hold this against what decides otherwise.
PLAIN_EMAIL = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}", re.ASCII
)
_SEVERAL = re.compile(r":::|[;,|\n]")
_SEVERAL_EMAILS = re.compile(r":::|[;,|\s]+")
_DIGITS = re.compile(r"[0-9]+")
_DECIMAL = re.compile(r"([0-9]{7,15})[.,]0")
_BETWEEN = re.compile(r"[\s()./-]")


@dataclass(frozen=True)
class Problem:
    """`reason` is in English, a text of the catalogue; `limit` belongs into it."""

    column: int | None
    value: str
    reason: str
    limit: int | None = None


class Wrong(Exception):
    """A value that cannot be kept."""

    def __init__(self, reason: "LazyText | str", limit: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.limit = str(reason), limit


@dataclass(frozen=True)
class Repairs:
    """What may be put right in numbers, since somebody has agreed."""

    adds_plus: bool = False
    adds_prefix: bool = False
    # Where numbers without a country code are from.
    country: str = numbers.HOME


@dataclass
class Record:
    """A record that can be imported."""

    row: int
    facts: Facts
    tags: list[str] = field(default_factory=list)

    def as_json(self) -> list[Any]:
        facts = self.facts
        return [
            self.row, facts.first_name, facts.last_name, facts.organisation, facts.address, facts.note,
            list(facts.emails), list(facts.phones), dict(facts.custom), self.tags,
        ]  # fmt: skip

    @classmethod
    def from_json(cls, stored: list[Any]) -> "Record":
        row, first_name, last_name, organisation, address, note, emails, phones, custom, tags = stored
        facts = Facts(first_name, last_name, organisation, address, note, emails, phones, custom)
        return cls(row, facts, tags)


class Checker:
    """Checks rows by one mapping. To be used with English as the language: reasons are kept in it."""

    def __init__(self, mapping: Sequence[str], fields: Mapping[str, CustomField], repairs: Repairs) -> None:
        self.repairs = repairs
        self._columns = len(mapping)
        words = [(column, *split(word)) for column, word in enumerate(mapping) if word not in {"", NEW}]
        self._texts = [
            (column, key, *_text_of(key, fields))
            for column, key, _ in words
            if key not in {*NUMBERED, "tags"}
        ]
        self._emails = [column for column, key, _ in sorted(words, key=_place) if key == "email"]
        self._phones = [column for column, key, _ in sorted(words, key=_place) if key == "phone"]
        self._tags = [column for column, key, _ in words if key == "tags"]
        self._mapped = [column for column, _, _ in words]

    def check(self, row: int, cells: list[str]) -> tuple[Record | None, list[Problem]]:
        """The record, or None and the reasons."""
        problems: list[Problem] = []
        if len(cells) != self._columns:
            if any(cells[self._columns :]):
                problems.append(Problem(None, "", TOO_MANY_VALUES, self._columns))
            cells = cells + [""] * (self._columns - len(cells))
        values = self._check_texts(cells, problems)
        emails = self._check_many(
            cells, self._emails, self._emails_of, MOST_EMAILS, TOO_MANY_EMAILS, problems
        )
        phones = self._check_many(
            cells, self._phones, self._phones_of, MOST_PHONES, TOO_MANY_PHONES, problems
        )
        tags = self._check_many(cells, self._tags, _tags_of, MOST_TAGS, TOO_MANY_TAGS, problems)
        if problems:
            return None, problems
        facts = _facts(values, emails, phones)
        if not (facts.first_name or facts.last_name or facts.organisation or emails or phones):
            any_said = any(cells[column].strip() for column in self._mapped)
            return None, [Problem(None, "", NAMELESS if any_said else NOBODY)]
        return Record(row, facts, tags), problems

    def name_of(self, cells: list[str]) -> str:
        """Who a bad record is about, as far as it says."""
        said = {
            key: cells[column].strip()
            for column, key, *_ in self._texts
            if key in {"first_name", "last_name", "full_name", "organisation"} and column < len(cells)
        }
        name = f"{said.get('first_name', '')} {said.get('last_name', '')}".strip()
        return one_line(name or said.get("full_name") or said.get("organisation") or "")[:80]

    def _check_texts(self, cells: list[str], problems: list[Problem]) -> dict[str, str]:
        values: dict[str, str] = {}
        for column, key, tidy, longest in self._texts:
            cell = cells[column]
            if not cell:
                continue
            text = unquoted(cell, tidy)
            if "\ufffd" in text:
                problems.append(Problem(column, cell, UNREADABLE))
            elif len(text) > longest:
                problems.append(Problem(column, cell, TOO_LONG, longest))
            elif text:
                values[key] = text
        return values

    def _check_many(
        self,
        cells: list[str],
        columns: list[int],
        read: Callable[[str], list[str]],
        most: int,
        too_many: str,
        problems: list[Problem],
    ) -> list[str]:
        found: list[str] = []
        for column in columns:
            if cell := cells[column]:
                try:
                    found += read(cell)
                except Wrong as wrong:
                    problems.append(Problem(column, cell, wrong.reason, wrong.limit))
                except Refused as refusal:
                    problems.append(Problem(column, cell, str(refusal.reason)))
        found = found if len(found) < 2 else list(dict.fromkeys(found))
        if len(found) > most:
            problems.append(Problem(columns[0], "", too_many, most))
        return found

    def _emails_of(self, cell: str) -> list[str]:
        address = cell.strip().lower()
        if len(address) < 100 and PLAIN_EMAIL.fullmatch(address):
            return [address]
        text = unquoted(cell, one_line)
        try:
            return [email_address(text)] if text else []
        except Refused:
            several = [part for part in _SEVERAL_EMAILS.split(text) if part]
            if len(several) < 2 or not all("@" in part for part in several):
                raise
            if len(several) > MOST_EMAILS:
                raise Wrong(TOO_MANY_EMAILS, MOST_EMAILS) from None
            return [email_address(part) for part in several]

    def _phones_of(self, cell: str) -> list[str]:
        if numbers.is_plain(cell):
            return [cell]
        cell = cell.strip().removeprefix("'")
        if not cell:
            return []
        if _SEVERAL.search(cell) and not _DECIMAL.fullmatch(cell) and "E" not in cell.upper():
            several = [part for part in _SEVERAL.split(cell) if part.strip()]
            # Reading a number takes its time.
            if len(several) > MOST_PHONES:
                raise Wrong(TOO_MANY_PHONES, MOST_PHONES)
            return [self._phone(part) for part in several]
        return [self._phone(cell)]

    def _phone(self, text: str) -> str:
        """A number as it is, or put right as somebody has agreed. Raises Wrong and Refused."""
        damaged = _DECIMAL.fullmatch(text.strip())
        text = damaged[1] if damaged else text
        try:
            reading = numbers.read(text, self.repairs.country)
        except Refused:
            # 13 digits with another country's code are too many for a number of one's own.
            digits = _BETWEEN.sub("", text)
            if not (_DIGITS.fullmatch(digits) and len(digits) > 9 and digits[0] != "0"):
                raise
            reading = numbers.Reading(numbers.parse(f"+{digits}"), lost_plus=True)
        is_whole = _is_international(text) or phonenumbers.is_valid_number(phonenumbers.parse(reading.number))
        if not is_whole:
            # Seven digits may be a number, but then nobody knows of which town.
            raise Wrong(INCOMPLETE)
        if reading.lost_plus:
            if not self.repairs.adds_plus:
                raise Wrong(LOST_PLUS)
        elif not self.repairs.adds_prefix and not _is_international(text):
            raise Wrong(NO_PREFIX)
        return reading.number


def _place(word: tuple[int, str, int]) -> int:
    return word[2]


def _is_international(text: str) -> bool:
    written = re.sub(r"[^0-9+＋]", "", text)
    return written.startswith(("+", "＋", "00"))


def _text_of(key: str, fields: Mapping[str, CustomField]) -> tuple[Callable[[str], str], int]:
    """How a text is tidied, and how long it may be."""
    if key.startswith(CUSTOM):
        own = fields[key.removeprefix(CUSTOM)]
        is_long = own.kind == CustomField.Kind.LONG
        return several_lines if is_long else one_line, CustomField.LONGEST[CustomField.Kind(own.kind)]
    if key == "note":
        return several_lines, _LONGEST["note"]
    if key in ADDRESS_PARTS:
        return one_line, _LONGEST["address"] // 4
    return one_line, _LONGEST.get(key, _LONGEST["first_name"])


def _tags_of(cell: str) -> list[str]:
    """Names that differ in case only are one tag."""
    names = split_tags(unquoted(cell, several_lines))
    if len(names) > MOST_TAGS:
        raise Wrong(TOO_MANY_TAGS, MOST_TAGS)
    tags = {name.casefold(): name for name in map(one_line, names) if name}
    if any(len(tag) > LONGEST_TAG for tag in tags.values()):
        raise Wrong(TOO_LONG, LONGEST_TAG)
    return list(tags.values())


def _facts(values: dict[str, str], emails: list[str], phones: list[str]) -> Facts:
    get = values.get
    first_name, last_name = get("first_name", ""), get("last_name", "")
    if name := get("full_name", ""):
        first_name, _space, last_name = name.rpartition(" ")
    address = get("address", "")
    if not address and not values.keys().isdisjoint(ADDRESS_PARTS):
        town = f"{get('postcode', '')} {get('city', '')}".strip()
        address = ", ".join(part for part in (get("street", ""), town, get("country", "")) if part)
    custom = {key.removeprefix(CUSTOM): value for key, value in values.items() if key.startswith(CUSTOM)}
    return Facts(
        first_name, last_name, get("organisation", ""), address, get("note", ""), emails, phones, custom
    )


def prefix_of(country: str) -> str:
    """The country code for people: +48."""
    code = phonenumbers.country_code_for_region(country or numbers.HOME)
    return f"+{code}" if code else ""
