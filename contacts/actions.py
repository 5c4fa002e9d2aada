"""What people do with contacts: one function per change."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from agents.models import Agent, Company
from contacts import rows
from contacts.cleaning import one_line
from contacts.models import Contact, ContactTag
from contacts.rows import Facts


class ChangedMeanwhile(Exception):
    """Somebody else saved the contact since it was looked at. `contact` is how it stands now."""

    def __init__(self, contact: Contact) -> None:
        super().__init__(contact)
        self.contact = contact


class Gone(Exception):
    """Somebody deleted the contact in the meantime."""


@transaction.atomic
def save_contact(
    *,
    company: Company,
    by: Agent | None,
    facts: Facts,
    tags: Iterable[str] = (),
    contact: Contact | None = None,
    seen: datetime | None = None,
) -> Contact:
    """Create a contact, or make `contact` say what the facts say. `seen` is when the contact had last been changed as
    its form knew it: when it has changed since, nothing is saved. Raises ChangedMeanwhile and Gone."""
    now = timezone.now()
    if contact is None:
        row = rows.prepared(
            company_id=company.pk, facts=facts, now=now, by=by, tags=tags_called(company=company, names=tags)
        )
        return rows.insert([row])[0]
    contact = lock_contact(company_id=company.pk, pk=contact.pk)
    if seen is not None and contact.changed_at != seen:
        raise ChangedMeanwhile(contact)
    rows.write_facts(contact, facts, now)
    contact.save()
    rows.replace_ways(contact, facts)
    contact.tags.set(tags_called(company=company, names=tags))
    return contact


def lock_contact(*, company_id: int, pk: int) -> Contact:
    """The contact as it stands, held until the end of the transaction. Raises Gone."""
    try:
        return Contact.objects.of(company_id).select_for_update(no_key=True).get(pk=pk)
    except Contact.DoesNotExist:
        raise Gone from None


def tags_called(*, company: Company, names: Iterable[str]) -> list[ContactTag]:
    """The company's tags of these names, made where there is none. Tags that differ in case only are the same."""
    longest = ContactTag._meta.get_field("name").max_length
    wanted = {name.casefold(): name for name in (one_line(name)[:longest] for name in names) if name}
    if not wanted:
        return []
    known = {tag.name.casefold(): tag for tag in ContactTag.objects.filter(company=company)}
    # In order: two who make the same tags do not wait for each other.
    return [known.get(key) or _make_tag(company, name) for key, name in sorted(wanted.items())]


def _make_tag(company: Company, name: str) -> ContactTag:
    try:
        with transaction.atomic():
            return ContactTag.objects.create(company=company, name=name)
    except IntegrityError:  # a colleague made it in the meantime
        return ContactTag.objects.get(company=company, name__iexact=name)
