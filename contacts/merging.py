"""Two contacts of one person become one. Nothing that was known is lost: what cannot stand beside what the kept contact
says goes into its note."""

from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.models import Agent
from contacts import rows
from contacts.actions import lock_contact
from contacts.deletion import links
from contacts.models import Contact, CustomField
from contacts.rows import Facts

SINGLE: dict[str, "LazyText | str"] = {
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Surname"),
    "organisation": gettext_lazy("Organisation"),
    "address": gettext_lazy("Address"),
}


@dataclass(frozen=True)
class Conflict:
    """Both have a value where there is room for one."""

    label: "LazyText | str"
    kept: str
    noted: str


@dataclass(frozen=True)
class Outcome:
    """What comes of a merge."""

    facts: Facts
    conflicts: list[Conflict]


def outcome(keep: Contact, drop: Contact) -> Outcome:
    """What `keep` will say once `drop` has become part of it."""
    ours, theirs = rows.facts_of(keep), rows.facts_of(drop)
    conflicts: list[Conflict] = []
    values = {
        name: _one_of(label, getattr(ours, name), getattr(theirs, name), conflicts)
        for name, label in SINGLE.items()
    }
    fields = CustomField.objects.filter(company_id=keep.company_id, on_contacts=True)
    names = {field.key: field.name for field in fields}
    custom = dict(ours.custom)
    for key, value in theirs.custom.items():
        custom[key] = _one_of(names.get(key, key), custom.get(key, ""), value, conflicts)
    facts = replace(
        ours,
        **values,
        custom=custom,
        note=_note(ours.note, theirs.note, conflicts),
        emails=[*dict.fromkeys([*ours.emails, *theirs.emails])],
        phones=[*dict.fromkeys([*ours.phones, *theirs.phones])],
    )
    return Outcome(facts, conflicts)


def _one_of(label: "LazyText | str", ours: str, theirs: str, conflicts: list[Conflict]) -> str:
    if ours and theirs and ours != theirs:
        conflicts.append(Conflict(label, ours, theirs))
    return ours or theirs


def _note(ours: str, theirs: str, conflicts: list[Conflict]) -> str:
    parts = [part for part in dict.fromkeys([ours, theirs]) if part]
    if conflicts:
        lines = [_("From the merged contact:"), *(f"{each.label}: {each.noted}" for each in conflicts)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


@transaction.atomic
def merge_contacts(*, keep: Contact, drop: Contact, by: Agent | None) -> Contact:
    """`drop` becomes part of `keep`: its addresses, numbers, tags, fields, and everything that pointed to it. Raises
    Gone when one of them was deleted, ValueError when both are the same or of two companies."""
    if keep.pk == drop.pk or keep.company_id != drop.company_id:
        raise ValueError("two contacts of one company are merged")
    # In the order of their numbers: two who merge the same two the other way round must not wait for each other.
    locked = {pk: lock_contact(company_id=keep.company_id, pk=pk) for pk in sorted([keep.pk, drop.pk])}
    keep, drop = locked[keep.pk], locked[drop.pk]
    facts = outcome(keep, drop).facts
    for model in links():
        model._default_manager.filter(contact=drop).update(contact=keep)
    keep.tags.add(*drop.tags.all())
    keep.created_at = min(keep.created_at, drop.created_at)
    drop.delete()
    rows.write_facts(keep, facts, timezone.now())
    keep.save()
    rows.replace_ways(keep, facts)
    return keep
