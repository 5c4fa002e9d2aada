"""A file with many contacts, imported as the product does it, and as barely as can be. Inside a DjangoProcess."""

import csv
import itertools
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from agents.actions import create_company
from agents.models import Company
from bench import people
from contactcenter.promises import sweep_promises
from contacts import words
from contacts.imports import actions
from contacts.imports.models import ContactImport
from contacts.models import Contact, ContactEmail, ContactPhone

HEADER = ["Imię", "Nazwisko", "Firma", "E-mail", "Telefon", "Adres"]
# Just what an upload may have.
SIZE = actions.MAX_BYTES - 4096
AT_ONCE = 1000

_FIRST = ["Anna", "Piotr", "Łukasz", "Małgorzata", "Krzysztof", "Józef", "Żaneta", "Jan"]
_LAST = ["Nowak", "Wójcik", "Zielińska", "Dąbrowski", "Śliwa", "Żak", "Kamińska", "Lis"]
_numbers = itertools.count()


def prepare(path: str) -> int:
    """An empty database and, unless it is there, the file; how many contacts are in it."""
    people.open_company()
    if not Path(path).exists():
        _write(path)
    with Path(path).open("rb") as file:
        return sum(1 for _ in file) - 1


def _write(path: str) -> None:
    size = 0
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        for row in itertools.chain([HEADER], _rows()):
            size += len(";".join(row).encode()) + 2
            if size > SIZE:
                break
            writer.writerow(row)


def _rows() -> Iterator[list[str]]:
    for number in itertools.count():
        first, last = _FIRST[number % 8], _LAST[number // 8 % 8]
        yield [
            first,
            f"{last}{number % 977}",
            f"Firma {number % 5000} sp. z o.o.",
            f"klient{number}@poczta{number % 50}.example",
            f"+48{500_000_000 + number}",
            f"ul. Długa {number % 200}, 90-{number % 1000:03d} Łódź",
        ]


def _new_company() -> Company:
    number = next(_numbers)
    return create_company(
        name="Bench",
        email=f"importer{number}@bench.example",
        password=secrets.token_hex(),
        key=f"import-{number}",
    )


def insert_barely(path: str) -> float:
    """Seconds for reading the rows and inserting them, without a look at them. What the rows are sorted and found by is
    made beforehand."""
    company = _new_company()
    made = [_words(company.pk, row) for row in _read(path)]
    now, rows, at = timezone.now(), _read(path), 0
    began_at = time.perf_counter()
    with transaction.atomic():
        while chunk := list(itertools.islice(rows, AT_ONCE)):
            contacts = [
                Contact(
                    company=company,
                    first_name=first,
                    last_name=last,
                    organisation=organisation,
                    address=address,
                    created_at=now,
                    changed_at=now,
                    sort_name=made[at + place][0],
                    search_text=made[at + place][1],
                )
                for place, (first, last, organisation, _email, _phone, address) in enumerate(chunk)
            ]
            Contact.objects.bulk_create(contacts)
            ContactEmail.objects.bulk_create(
                ContactEmail(contact=contact, company=company, position=0, address=row[3])
                for contact, row in zip(contacts, chunk, strict=True)
            )
            ContactPhone.objects.bulk_create(
                ContactPhone(contact=contact, company=company, position=0, number=row[4])
                for contact, row in zip(contacts, chunk, strict=True)
            )
            at += len(chunk)
    return time.perf_counter() - began_at


def _read(path: str) -> Iterator[list[str]]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter=";")
        next(rows)
        yield from rows


def _words(company_id: int, row: list[str]) -> tuple[str, str]:
    first, last, organisation, email, phone, address = row
    return (
        words.sort_name(
            first_name=first, last_name=last, organisation=organisation, emails=[email], phones=[phone]
        ),
        words.search_text(
            company_id, texts=(first, last, organisation, address), emails=[email], phones=[phone]
        ),
    )


def verify_and_import(path: str) -> dict[str, float]:
    """Seconds from the one button to the end of what the other begins, and the memory that it took. The work is found
    by sweeping, as after a restart."""
    company = _new_company()
    with Path(path).open("rb") as file:
        contact_import = actions.upload(
            company=company, by=company.agents.get(), name="contacts.csv", content=File(file)
        )
    contact_import = actions.configure(contact_import=contact_import, mapping=contact_import.mapping)
    forget_peak()
    began_at = time.perf_counter()
    _work_off(actions.verify(contact_import=contact_import))
    _work_off(actions.start(contact_import=contact_import, duplicates="skip"))
    took = time.perf_counter() - began_at
    contact_import.refresh_from_db()
    if contact_import.created != contact_import.records:
        raise RuntimeError(f"{contact_import.created} of {contact_import.records} contacts arrived")
    return {"took": took, "peak": peak_memory()}


def _work_off(contact_import: ContactImport) -> None:
    while contact_import.is_running:
        sweep_promises()
        contact_import.refresh_from_db()


def forget_peak() -> None:
    """What was taken until now, such as for the password of a new company, counts no more (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_memory() -> float:
    """The most that this process has taken since then, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmHWM")
