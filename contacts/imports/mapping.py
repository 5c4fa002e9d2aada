"""Which column of a file becomes which field of a contact: what is possible, guesses, and what is wrong with a choice.

A mapping is a list with one word for each column: "" (left out), "first_name", "email.2" (the second address),
"custom.nip" (the company's own field) or "new" (a field that is made for it).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise as LazyText
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from contacts.columns import heading_of, normalised, own_columns
from contacts.models import CustomField

MOST_NUMBERED = 20
NEW = "new"
CUSTOM = "custom."


@dataclass(frozen=True)
class Target:
    """A field of a contact that columns may be mapped to."""

    key: str
    label: "LazyText | str"
    # Several columns, each with its number.
    is_numbered: bool = False


TARGETS = (
    Target("first_name", _("First name")),
    Target("last_name", _("Surname")),
    Target("full_name", _("First name and surname")),
    Target("organisation", _("Organisation")),
    Target("email", _("E-mail"), is_numbered=True),
    Target("phone", _("Phone"), is_numbered=True),
    Target("address", _("Address")),
    Target("street", _("Address: street")),
    Target("postcode", _("Address: postal code")),
    Target("city", _("Address: city")),
    Target("country", _("Address: country")),
    Target("note", _("Note")),
    Target("tags", _("Tags")),
)
BY_KEY = {target.key: target for target in TARGETS}
NUMBERED = tuple(target.key for target in TARGETS if target.is_numbered)
ADDRESS_PARTS = ("street", "postcode", "city", "country")
_IS_PLACE = re.compile(r"[0-9]{1,2}")


# --- what is wrong with a choice ----------------------------------------------------------------------------------


def split(word: str) -> tuple[str, int]:
    """The field and number of a word: ("email", 2)."""
    key, _dot, number = word.partition(".")
    return (key, int(number)) if key in NUMBERED and _IS_PLACE.fullmatch(number) else (word, 1)


def is_possible(word: str, fields: Iterable[CustomField], *, may_add_fields: bool) -> bool:
    if word == NEW:
        return may_add_fields
    if word.startswith(CUSTOM):
        return word.removeprefix(CUSTOM) in {field.key for field in fields}
    key, number = split(word)
    return not word or (key in BY_KEY and 1 <= number <= MOST_NUMBERED)


def lacks_name(mapping: Sequence[str]) -> bool:
    """First name and surname have to be mapped (CO3), if not to two columns then to one that has both."""
    return not ({"first_name", "last_name"} <= set(mapping) or "full_name" in mapping)


def doubles(mapping: Sequence[str]) -> list[str]:
    """Words that stand for more than one column where there is room for one."""
    counted = Counter(word for word in mapping if word and word != NEW)
    twice = [word for word, times in counted.items() if times > 1]
    if "full_name" in mapping:
        twice += [word for word in ("first_name", "last_name") if word in mapping]
    return twice


def label_of(word: str, fields: Iterable[CustomField] = ()) -> "LazyText | str":
    if word.startswith(CUSTOM):
        key = word.removeprefix(CUSTOM)
        return next((field.name for field in fields if field.key == key), key)
    key, number = split(word)
    if key not in BY_KEY:
        return ""
    return format_lazy("{} {}", BY_KEY[key].label, number) if key in NUMBERED else BY_KEY[key].label


# --- guesses ------------------------------------------------------------------------------------------------------

# Folded headings, without what is not a letter or a digit. English and Polish, as companies and their programs write
# them: Google Contacts (both of its formats), Outlook in both languages, this product's own export.
_NAMES: dict[str, tuple[str, ...]] = {
    "first_name": ("first name", "given name", "imie", "forename", "firstname", "imiona"),
    "last_name": ("surname", "last name", "family name", "nazwisko", "lastname"),
    "full_name": (
        "full name", "imie i nazwisko", "imie nazwisko", "display name", "first name and surname", "osoba kontaktowa",
    ),
    "organisation": (
        "organisation", "organization", "organizacja", "company", "firma", "organization name", "organisation name",
        "organization 1 name", "company name", "nazwa firmy", "nazwa organizacji", "kontrahent", "przedsiebiorstwo",
    ),
    "address": (
        "address", "adres", "address 1 formatted", "full address", "adres korespondencyjny", "adres pocztowy",
        "pelny adres",
    ),
    "note": ("note", "notes", "notatka", "notatki", "uwagi", "uwaga", "comment", "comments", "komentarz", "opis"),
    "tags": (
        "tags", "tag", "tagi", "labels", "etykiety", "group membership", "categories", "kategorie", "grupy", "grupa",
    ),
}  # fmt: skip
_BY_NAME = {name: key for key, names in _NAMES.items() for name in names}
# A lone "Name" is a first name beside a surname, and both where there is none.
_PLAIN_NAME = frozenset({"name", "nazwa kontaktu", "kontakt", "klient", "contact"})
_EMAIL = re.compile(r"\b(e ?mail|mail|poczta elektroniczna)\b")
_PHONE = re.compile(
    r"\b(phone|telephone|telefon|telefonu|tel|mobile|mobil|cell|gsm|komorka|kom|komorkowy|numer komorkowy)\b"
)
# Columns that speak of addresses and numbers without being any.
_BESIDE = re.compile(
    r"\b(label|type|typ|etykieta|fax|faks|pager|telex|tty|tdd|isdn|assistants?|asystenta|display name|opt|zgoda|"
    r"primary phone type|wyswietlana)\b"
)
_PART = re.compile(
    r"^(?P<of>(?:business|work|home|other|address \d|adres \d)? ?)"
    r"(?P<part>street|ulica|city|miasto|miejscowosc|town|postal code|postcode|zip|zip code|kod pocztowy|"
    r"country|country region|kraj|panstwo)"
    r"(?P<after> adres .*)?$"
)
_PARTS = {
    "street": "street", "ulica": "street", "city": "city", "miasto": "city", "miejscowosc": "city", "town": "city",
    "postal code": "postcode", "postcode": "postcode", "zip": "postcode", "zip code": "postcode",
    "kod pocztowy": "postcode", "country": "country", "country region": "country", "kraj": "country",
    "panstwo": "country",
}  # fmt: skip
_ADDRESS_LIKE = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_LONGEST_WAY = 300
_NUMBER_LIKE = re.compile(r"^(?=(?:.*\d){7})[+\d\s().\-E,/]{7,25}$")


def guess(headings: Sequence[str], rows: Sequence[Sequence[str]], fields: Sequence[CustomField]) -> list[str]:
    """The likeliest mapping. Where headings say nothing, what stands below them does."""
    names = [normalised(heading) for heading in headings]
    own = {normalised(heading_of(field, fields)): f"{CUSTOM}{field.key}" for field in fields}
    mapping = [own.get(name, "") if name else "" for name in names]
    for column, name in enumerate(names):
        if not mapping[column] and name:
            mapping[column] = _by_heading(name)
    _settle_plain_names(mapping, names)
    _map_address_parts(mapping, names)
    for column, name in enumerate(names):
        if not mapping[column] and not name:
            mapping[column] = _by_content([row[column] for row in rows if column < len(row)])
    for column in own_columns(headings) or ():
        # Fields of whoever exported this, whatever they are called; those that are missing here are made.
        mapping[column] = own.get(names[column], NEW)
    return numbered(mapping)


def _by_heading(name: str) -> str:
    if name in _BY_NAME:
        return _BY_NAME[name]
    if _BESIDE.search(name):
        return ""
    if _EMAIL.search(name):
        return "email"
    return "phone" if _PHONE.search(name) else ""


def _settle_plain_names(mapping: list[str], names: list[str]) -> None:
    for column, name in enumerate(names):
        if name in _PLAIN_NAME and not mapping[column]:
            if "last_name" in mapping:
                mapping[column] = "" if "first_name" in mapping else "first_name"
            elif "full_name" not in mapping:
                mapping[column] = "full_name"
    if {"first_name", "last_name"} <= set(mapping):
        mapping[:] = ["" if word == "full_name" else word for word in mapping]
    elif "full_name" in mapping:
        mapping[:] = ["" if word in ("first_name", "last_name") else word for word in mapping]


def _map_address_parts(mapping: list[str], names: list[str]) -> None:
    """Street and city of one address: where a file has several (business, home), those of the first."""
    if "address" in mapping:
        return
    of = None
    for column, name in enumerate(names):
        found = _PART.match(name)
        if not found or mapping[column]:
            continue
        group = (found["of"].strip(), found["after"] or "")
        of = of or group
        if group == of:
            mapping[column] = _PARTS[found["part"]]


def _by_content(cells: list[str]) -> str:
    said = [cell.strip() for cell in cells if cell.strip()]
    if not said:
        return ""
    for pattern, key in ((_ADDRESS_LIKE, "email"), (_NUMBER_LIKE, "phone")):
        # What is longer is neither, and would take the patterns long to tell.
        if sum(1 for cell in said if len(cell) <= _LONGEST_WAY and pattern.match(cell)) > len(said) * 0.6:
            return key
    return ""


def numbered(mapping: Sequence[str]) -> list[str]:
    """Addresses and numbers counted from the left; of several columns for one place the first stays."""
    seen: Counter[str] = Counter()
    words = []
    for word in mapping:
        seen[word] += 1
        if word in NUMBERED:
            words.append(f"{word}.{seen[word]}" if seen[word] <= MOST_NUMBERED else "")
        else:
            words.append(word if seen[word] == 1 or word == NEW else "")
    return words
