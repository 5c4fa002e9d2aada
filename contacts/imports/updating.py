"""Saved contacts to which an import adds something, and how they get back to what they were."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from contacts import rows
from contacts.imports.checking import Record
from contacts.imports.matching import SortedOut, is_one_contact, updated
from contacts.imports.models import ContactImport, ImportChange
from contacts.models import Contact, ContactEmail, ContactPhone, ContactTag
from contacts.rows import Facts

# Tags by their names in lower case.
Tags = Mapping[str, ContactTag]
_WRITTEN = [
    "first_name", "last_name", "organisation", "address", "note", "custom", "changed_at", "sort_name", "search_text",
]  # fmt: skip
# A statement that writes many rows at once grows with each.
_AT_ONCE = 100


@dataclass
class Update:
    contact: Contact
    records: list[Record]
    # What the contact says once all of them have been added.
    after: Facts


def lock_updates(contact_import: ContactImport, sorted_out: SortedOut) -> list[Update]:
    """The contacts that get something, held until the end of the transaction. Whom somebody has deleted just now, the
    records make anew, and what does not fit into a contact becomes another."""
    if not sorted_out.updates:
        return []
    contacts = (
        Contact.objects.of(contact_import.company_id)
        .filter(pk__in=sorted_out.updates)
        .select_for_update(no_key=True)
        .prefetch_related("emails", "phones", "tags")
        .order_by("pk")
    )
    updates: list[Update] = []
    there = set()
    for contact in contacts:
        there.add(contact.pk)
        update = Update(contact, [], rows.facts_of(contact))
        for record in sorted_out.updates[contact.pk]:
            after = updated(update.after, record.facts)
            if is_one_contact(update.after, after):
                update.records.append(record)
                update.after = after
            else:
                sorted_out.fresh.append(record)
        updates.append(update)
    for number, records in sorted_out.updates.items():
        if number not in there:
            sorted_out.fresh += records
    return updates


def write_updates(contact_import: ContactImport, updates: list[Update], tags: Tags, now: datetime) -> None:
    """Write what the records add; how each contact was before is kept for undoing."""
    changes = {
        change.contact_id: change
        for change in contact_import.changes.filter(contact__in=[update.contact.pk for update in updates])
    }
    written: list[Contact] = []
    emails: list[ContactEmail] = []
    phones: list[ContactPhone] = []
    tagged: list[Any] = []
    through = Contact.tags.through
    for update in updates:
        contact = update.contact
        before = rows.facts_of(contact)
        had = {tag.pk for tag in contact.tags.all()}
        after = update.after
        gets = {tags[name.casefold()].pk for record in update.records for name in record.tags} - had
        if after == before and not gets:
            continue
        moment = _note_change(contact_import, contact, before, had, changes, now)
        rows.write_facts(contact, after, moment)
        written.append(contact)
        emails += [
            ContactEmail(contact=contact, company_id=contact.company_id, position=place, address=address)
            for place, address in enumerate(after.emails)
            if place >= len(before.emails)
        ]
        phones += [
            ContactPhone(contact=contact, company_id=contact.company_id, position=place, number=number)
            for place, number in enumerate(after.phones)
            if place >= len(before.phones)
        ]
        tagged += [through(contact_id=contact.pk, contacttag_id=tag) for tag in gets]
    Contact.objects.bulk_update(written, _WRITTEN, batch_size=_AT_ONCE)
    ContactEmail.objects.bulk_create(emails)
    ContactPhone.objects.bulk_create(phones)
    through.objects.bulk_create(tagged, ignore_conflicts=True)
    ImportChange.objects.bulk_create([change for change in changes.values() if change.pk is None])
    ImportChange.objects.bulk_update(
        [change for change in changes.values() if change.pk is not None], ["changed_at"], batch_size=_AT_ONCE
    )


def _note_change(
    contact_import: ContactImport,
    contact: Contact,
    before: Facts,
    tags: set[int],
    changes: dict[int, ImportChange],
    now: datetime,
) -> datetime:
    """Keep what undoing needs, and say when the contact counts as changed: one that this import has added itself is
    still as the import made it."""
    if contact.made_by_import_id == contact_import.pk and contact.changed_at == contact.created_at:
        return contact.created_at
    change = changes.get(contact.pk)
    if change is None:
        changes[contact.pk] = ImportChange(
            contact_import=contact_import,
            contact=contact,
            before={
                "facts": asdict(before),
                "tags": sorted(tags),
                "changed_at": contact.changed_at.isoformat(),
            },
            changed_at=now,
        )
    elif change.changed_at == contact.changed_at:
        change.changed_at = now
    return now


def restore(change: ImportChange) -> bool:
    """Make the contact what it was, unless somebody has changed it since."""
    contact = Contact.objects.select_for_update(no_key=True).filter(pk=change.contact_id).first()
    if contact is None or contact.changed_at != change.changed_at:
        return False
    facts = replace(Facts(), **change.before["facts"])
    rows.write_facts(contact, facts, parse_datetime(change.before["changed_at"]) or change.changed_at)
    contact.save()
    rows.replace_ways(contact, facts)
    contact.tags.set(ContactTag.objects.filter(pk__in=change.before["tags"]))
    return True
