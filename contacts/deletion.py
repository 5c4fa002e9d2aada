"""Deleting contacts, and having them back. What is deleted is gone from every list and search at once; for an hour all
of it lies in a row of Deletion, with what pointed to it, so that it comes back as it was and under its own number."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, cast

from django.core import serializers
from django.db import models, transaction
from django.utils import timezone

from agents.models import Agent, Company
from contactcenter.promises import keeps, make_promise
from contacts.models import Contact, ContactEmail, ContactPhone, ContactTag, CustomField, Deletion

KEPT = timedelta(hours=1)


def links() -> Iterator[type[models.Model]]:
    """The models of higher rooms whose rows may point to a contact, each by its field `contact`."""
    for relation in Contact._meta.related_objects:
        if (
            relation.one_to_many
            and relation.on_delete is models.SET_NULL
            and relation.field.name == "contact"
        ):
            yield relation.related_model


@transaction.atomic
def delete_contacts(*, company: Company, by: Agent | None, contacts: Iterable[int]) -> Deletion | None:
    """Delete the company's contacts of these numbers. None when there is none (any more)."""
    found = list(
        Contact.objects.of(company.pk)
        .filter(pk__in=list(contacts))
        .select_for_update(no_key=True)
        .order_by("pk")
    )
    if not found:
        return None
    deletion = Deletion.objects.create(
        company=company, by=by, at=timezone.now(), kept=[_kept(contact) for contact in found]
    )
    Contact.objects.filter(pk__in=[contact.pk for contact in found]).delete()
    make_promise("contacts.forget", key=str(deletion.pk), due_at=deletion.at + KEPT, deletion_id=deletion.pk)
    return deletion


def _kept(contact: Contact) -> dict[str, Any]:
    return {
        "contact": serializers.serialize("python", [contact])[0],
        "emails": [email.address for email in contact.emails.all()],
        "phones": [phone.number for phone in contact.phones.all()],
        "links": {
            model._meta.label: list(
                model._default_manager.filter(contact=contact).values_list("pk", flat=True)
            )
            for model in links()
        },
    }


@transaction.atomic
def undo_deletion(*, deletion: Deletion) -> list[Contact]:
    """Bring the contacts back, and what pointed to them unless it points elsewhere by now. Empty when somebody has
    brought them back already, or it is too late."""
    locked = Deletion.objects.select_for_update().filter(pk=deletion.pk).first()
    if locked is None:
        return []
    contacts = [_restore(locked.company_id, kept) for kept in locked.kept]
    locked.delete()
    return contacts


def _restore(company_id: int, kept: dict[str, Any]) -> Contact:
    fields = kept["contact"]["fields"]
    tags = ContactTag.objects.filter(company_id=company_id, pk__in=fields.pop("tags", []))
    for column in Contact._meta.concrete_fields:
        # Who made it, and what it came from, may be gone by now.
        other = column.null and column.remote_field and column.remote_field.model
        if other and not other._default_manager.filter(pk=fields[column.name]).exists():
            fields[column.name] = None
    own = set(CustomField.objects.filter(company_id=company_id).values_list("key", flat=True))
    fields["custom"] = {key: value for key, value in fields["custom"].items() if key in own}
    contact = cast(Contact, next(iter(serializers.deserialize("python", [kept["contact"]]))).object)
    contact.save(force_insert=True)
    contact.tags.set(tags)
    ContactEmail.objects.bulk_create(
        ContactEmail(contact=contact, company_id=company_id, position=place, address=address)
        for place, address in enumerate(kept["emails"])
    )
    ContactPhone.objects.bulk_create(
        ContactPhone(contact=contact, company_id=company_id, position=place, number=number)
        for place, number in enumerate(kept["phones"])
    )
    for model in links():
        numbers = kept["links"].get(model._meta.label, [])
        model._default_manager.filter(pk__in=numbers, contact=None).update(contact=contact)
    return contact


@keeps("contacts.forget")
def forget_deletion(*, deletion_id: int) -> None:
    Deletion.objects.filter(pk=deletion_id, at__lte=timezone.now() - KEPT).delete()
