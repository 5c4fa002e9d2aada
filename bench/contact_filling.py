"""A company with many contacts, in bulk: runs inside a DjangoProcess, on an empty database."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from agents.models import Company
from bench import people
from bench.filling import insert_rows
from bench.inside import COMPANY_KEY
from contacts import words
from contacts.models import Contact, ContactTag

TAGS = 6
RARE_NAME = "Jednorożec"
# So that every size has somebody to be found in the same way.
RARE_PHONE = "+48799000111"

_FIRST = [
    "Anna", "Piotr", "Katarzyna", "Tomasz", "Agnieszka", "Marek", "Julia", "James", "Olivia", "Emma", "Łukasz",
    "Małgorzata", "Krzysztof", "Zofia", "Jan", "Barbara", "Paweł", "Ewa", "Michał", "Joanna",
]  # fmt: skip
_STEMS = [
    "Kowal", "Wiśniew", "Dąbrow", "Lewandow", "Kamiń", "Zieliń", "Szymań", "Kozłow", "Jankow", "Wojciechow", "Kwiatkow",
    "Kaczmar", "Piotrow", "Grabow", "Pawłow", "Michal", "Królikow", "Wieczor", "Jabłoń", "Wróblew", "Majew", "Olszew",
]  # fmt: skip
_ENDS = ["ski", "ska", "czyk", "iak", "owicz"]
_HOSTS = ["poczta.example", "mail.example", "firma.example", "sklep.example"]
_CITIES = [
    "Warszawa",
    "Kraków",
    "Łódź",
    "Wrocław",
    "Poznań",
    "Gdańsk",
    "Lublin",
    "Bydgoszcz",
    "Katowice",
    "Toruń",
]
_STREETS = ["Długa", "Krótka", "Polna", "Leśna", "Słoneczna", "Ogrodowa"]

_CONTACT = [
    "id", "company_id", "first_name", "last_name", "organisation", "address", "note", "custom", "sort_name",
    "search_text", "created_at", "changed_at",
]  # fmt: skip


def fill(contacts: int) -> str:
    """So many contacts; the session key of an agent."""
    session = people.open_company()
    company = Company.objects.get(key=COMPANY_KEY)
    tags = ContactTag.objects.bulk_create(
        ContactTag(company=company, name=f"tag {number}") for number in range(TAGS)
    )
    makers = _Makers(company.pk, contacts, [tag.pk for tag in tags])
    with transaction.atomic():
        insert_rows("contacts_contact", _CONTACT, makers.contacts())
        insert_rows(
            "contacts_contactemail", ["contact_id", "company_id", "position", "address"], makers.emails()
        )
        insert_rows(
            "contacts_contactphone", ["contact_id", "company_id", "position", "number"], makers.phones()
        )
        insert_rows("contacts_contact_tags", ["contact_id", "contacttag_id"], makers.tagged())
    _after_filling()
    return session


def place(contact: int) -> list[Any]:
    """Where the page after a contact begins, in the order of age."""
    return [Contact.objects.get(pk=contact).created_at.isoformat(), contact]


class _Makers:
    """The same every time."""

    def __init__(self, company_id: int, count: int, tags: list[int]) -> None:
        self.company_id, self.count, self.tags = company_id, count, tags
        self.now = datetime.now(UTC)

    def _person(self, number: int) -> tuple[str, str, str, str]:
        """(first name, surname, e-mail address, phone)"""
        dice = random.Random(number)
        first, last = dice.choice(_FIRST), dice.choice(_STEMS) + dice.choice(_ENDS)
        phone = f"+48{600_000_000 + number * 97 % 99_000_000}"
        if number == self.count // 2:
            last, phone = RARE_NAME, RARE_PHONE
        email = f"{words.joined(first)}.{words.joined(last)}{number}@{dice.choice(_HOSTS)}"
        return first, last, email, phone

    def contacts(self) -> Iterator[list[Any]]:
        for number in range(1, self.count + 1):
            first, last, email, phone = self._person(number)
            organisation = f"Firma {number % 5_000}" if number % 3 == 0 else ""
            address = (
                f"ul. {_STREETS[number % 6]} {number % 200}, {number % 90 + 10}-200 {_CITIES[number % 10]}"
            )
            at = self.now - timedelta(minutes=self.count - number)
            yield [
                number, self.company_id, first, last, organisation, address, "", "{}",
                words.sort_name(
                    first_name=first, last_name=last, organisation=organisation, emails=[email], phones=[phone]
                ),
                words.search_text(
                    self.company_id, texts=[first, last, organisation, address], emails=[email], phones=[phone]
                ),
                at, at,
            ]  # fmt: skip

    def emails(self) -> Iterator[list[Any]]:
        for number in range(1, self.count + 1):
            yield [number, self.company_id, 0, self._person(number)[2]]

    def phones(self) -> Iterator[list[Any]]:
        for number in range(1, self.count + 1):
            yield [number, self.company_id, 0, self._person(number)[3]]

    def tagged(self) -> Iterator[list[Any]]:
        """The first tags are on many, the last on a handful."""
        for number in range(1, self.count + 1):
            if number % 4 == 0:
                yield [number, self.tags[number // 4 % (TAGS - 1)]]
            elif number % 100_003 == 1:
                yield [number, self.tags[-1]]


def _after_filling() -> None:
    """On PostgreSQL what autovacuum does by itself in time; ids given by hand are never given again."""
    if connection.vendor == "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('contacts_contact', 'id'), (SELECT max(id) FROM contacts_contact))"
        )
        cursor.execute("VACUUM ANALYZE")
