"""The rows that make a contact. Whoever saves contacts, one or a hundred thousand, makes them here, so that all are
sorted, searched and compared alike."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agents.models import Agent
from contacts import words
from contacts.models import Contact, ContactEmail, ContactPhone, ContactTag

# So many a form takes; merged contacts may have more.
MOST_EMAILS = MOST_PHONES = 20
MOST_TAGS = 30
LONGEST_NOTE = 5_000


@dataclass(frozen=True)
class Facts:
    """What a company knows of a person. Texts have been through contacts/cleaning.py, e-mail addresses are in lower
    case, numbers in E.164; the first of each is the one to use."""

    first_name: str = ""
    last_name: str = ""
    organisation: str = ""
    address: str = ""
    note: str = ""
    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    # By the keys of the company's custom fields.
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Prepared:
    """A contact that is not saved yet, with what belongs to it."""

    contact: Contact
    emails: list[ContactEmail]
    phones: list[ContactPhone]
    tags: list[ContactTag] = field(default_factory=list)


def prepared(
    *, company_id: int, facts: Facts, now: datetime, by: Agent | None, tags: Iterable[ContactTag] = ()
) -> Prepared:
    contact = Contact(company_id=company_id, created_at=now, created_by=by)
    write_facts(contact, facts, now)
    return Prepared(contact, _emails(contact, facts), _phones(contact, facts), [*tags])


def write_facts(contact: Contact, facts: Facts, now: datetime) -> None:
    """Put the facts into the contact's own row, unsaved."""
    contact.first_name, contact.last_name = facts.first_name, facts.last_name
    contact.organisation, contact.address, contact.note = facts.organisation, facts.address, facts.note
    contact.custom = {key: value for key, value in facts.custom.items() if value}
    contact.changed_at = now
    contact.sort_name = words.sort_name(
        first_name=facts.first_name,
        last_name=facts.last_name,
        organisation=facts.organisation,
        emails=facts.emails,
        phones=facts.phones,
    )
    contact.search_text = words.search_text(
        contact.company_id,
        texts=(
            facts.first_name,
            facts.last_name,
            facts.organisation,
            facts.address,
            *contact.custom.values(),
        ),
        emails=facts.emails,
        phones=facts.phones,
    )


def _emails(contact: Contact, facts: Facts) -> list[ContactEmail]:
    addresses = dict.fromkeys(facts.emails)
    return [
        ContactEmail(contact=contact, company_id=contact.company_id, position=place, address=address)
        for place, address in enumerate(addresses)
    ]


def _phones(contact: Contact, facts: Facts) -> list[ContactPhone]:
    numbers = dict.fromkeys(facts.phones)
    return [
        ContactPhone(contact=contact, company_id=contact.company_id, position=place, number=number)
        for place, number in enumerate(numbers)
    ]


def replace_ways(contact: Contact, facts: Facts) -> None:
    """The saved contact's addresses and numbers are these from now on, in this order."""
    ContactEmail.objects.filter(contact=contact).delete()
    ContactPhone.objects.filter(contact=contact).delete()
    ContactEmail.objects.bulk_create(_emails(contact, facts))
    ContactPhone.objects.bulk_create(_phones(contact, facts))


def insert(rows: Sequence[Prepared]) -> list[Contact]:
    """Save many at once, in a few statements and in the caller's transaction. The contacts get their numbers."""
    contacts = Contact.objects.bulk_create([row.contact for row in rows])
    for row in rows:
        # Their contact had no number when they were made.
        for email in row.emails:
            email.contact_id = row.contact.pk
        for phone in row.phones:
            phone.contact_id = row.contact.pk
    ContactEmail.objects.bulk_create([email for row in rows for email in row.emails])
    ContactPhone.objects.bulk_create([phone for row in rows for phone in row.phones])
    through = Contact.tags.through
    through.objects.bulk_create(
        [through(contact_id=row.contact.pk, contacttag_id=tag.pk) for row in rows for tag in row.tags]
    )
    return contacts


def facts_of(contact: Contact) -> Facts:
    """What is saved of the contact."""
    return Facts(
        first_name=contact.first_name,
        last_name=contact.last_name,
        organisation=contact.organisation,
        address=contact.address,
        note=contact.note,
        emails=[email.address for email in contact.emails.all()],
        phones=[phone.number for phone in contact.phones.all()],
        custom=contact.custom,
    )
