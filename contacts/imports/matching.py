"""Which contacts the records of a file are about: those that have one of their addresses or numbers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from contacts.imports.checking import Record
from contacts.imports.models import ContactImport
from contacts.models import ContactEmail, ContactPhone
from contacts.rows import LONGEST_NOTE, MOST_EMAILS, MOST_PHONES, Facts


def ways_of(facts: Facts) -> list[str]:
    """What a contact is recognised by. An address has an @, a number never."""
    return [*facts.emails, *facts.phones]


def saved_ways(company_id: int, records: Iterable[Record]) -> dict[str, int]:
    """Of all addresses and numbers of the records those that are saved, each with the oldest contact that has it."""
    emails = {address for record in records for address in record.facts.emails}
    phones = {number for record in records for number in record.facts.phones}
    found: dict[str, int] = {}
    for rows in (
        ContactEmail.objects.filter(company_id=company_id, address__in=emails)
        .order_by("-contact_id")
        .values_list("address", "contact_id"),
        ContactPhone.objects.filter(company_id=company_id, number__in=phones)
        .order_by("-contact_id")
        .values_list("number", "contact_id"),
    ):
        found.update(rows)
    return found


def count_known(company_id: int, records: Sequence[Record]) -> int:
    saved = saved_ways(company_id, records)
    return sum(1 for record in records if not saved.keys().isdisjoint(ways_of(record.facts)))


@dataclass
class SortedOut:
    """What becomes of the records of a batch."""

    # New contacts.
    fresh: list[Record] = field(default_factory=list)
    # Additions to saved contacts, by their numbers.
    updates: dict[int, list[Record]] = field(default_factory=lambda: defaultdict(list))
    # Records that went into a fresh one of the same person.
    merged: int = 0
    skipped: int = 0


def sort_out(contact_import: ContactImport, records: Sequence[Record]) -> SortedOut:
    """Records that are about somebody known, saved or earlier in the file, are dealt with as was chosen. What earlier
    batches had is saved by now."""
    if contact_import.duplicates == ContactImport.Duplicates.ADD:
        return SortedOut(fresh=list(records))
    is_updating = contact_import.duplicates == ContactImport.Duplicates.UPDATE
    saved = saved_ways(contact_import.company_id, records)
    fresh: dict[str, Record] = {}
    result = SortedOut()
    for record in records:
        ways = ways_of(record.facts)
        contact = next((saved[way] for way in ways if way in saved), None)
        earlier = next((fresh[way] for way in ways if way in fresh), None)
        if contact is None and earlier is None:
            result.fresh.append(record)
            fresh.update(dict.fromkeys(ways, record))
        elif not is_updating:
            result.skipped += 1
        elif contact is not None:
            result.updates[contact].append(record)
            saved |= {way: contact for way in ways if way not in saved}
        elif earlier is not None:
            both = updated(earlier.facts, record.facts)
            if not is_one_contact(earlier.facts, both):
                result.fresh.append(record)
                fresh |= {way: record for way in ways if way not in fresh}
                continue
            earlier.facts = both
            earlier.tags = list(dict.fromkeys([*earlier.tags, *record.tags]))
            fresh |= {way: earlier for way in ways if way not in fresh}
            result.merged += 1
    return result


def updated(before: Facts, after: Facts) -> Facts:
    """What a contact says once a record has been added to it: what the record says counts, and nothing that it leaves
    out is lost. Notes stand one under the other."""
    return replace(
        before,
        first_name=after.first_name or before.first_name,
        last_name=after.last_name or before.last_name,
        organisation=after.organisation or before.organisation,
        address=after.address or before.address,
        note=_both(before.note, after.note),
        emails=list(dict.fromkeys([*before.emails, *after.emails])),
        phones=list(dict.fromkeys([*before.phones, *after.phones])),
        custom={**before.custom, **after.custom},
    )


def is_one_contact(before: Facts, after: Facts) -> bool:
    """Whether one contact can say all that an update made of it. Where very many share a number, a switchboard's, they
    are not one person: who does not fit is added instead."""
    return (
        len(after.emails) <= max(MOST_EMAILS, len(before.emails))
        and len(after.phones) <= max(MOST_PHONES, len(before.phones))
        and len(after.note) <= max(LONGEST_NOTE, len(before.note))
    )


def _both(before: str, after: str) -> str:
    return before if after in before else "\n\n".join(part for part in (before, after) if part)
