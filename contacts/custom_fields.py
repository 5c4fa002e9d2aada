"""The company's own fields: adding, changing and deleting them (CO4, manual 11.2.9). Their values lie in the rows of
contacts and of rooms above, which register themselves here."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from agents.models import Company
from contactcenter.folding import fold
from contactcenter.models import Promise
from contactcenter.promises import keeps, make_promise
from contacts import rows
from contacts.models import Contact, CustomField

# So many make no form that anybody fills in.
MOST = 50
# Values are counted up to here.
MOST_COUNTED = 10_000
# Rows from which a deleted field's values are taken in one transaction.
BATCH = 500


class KeyTaken(Exception):
    """The company has a field of this key, or the values of one that was deleted are still being removed."""


class TooMany(Exception):
    """The company has as many fields as there may be."""


@dataclass(frozen=True)
class Holder:
    """Rows with values in `custom`. `removed` is called with a row that has lost one, to say which of its other columns
    follow from that."""

    of: Callable[[int], QuerySet[Any]]
    removed: Callable[[Any], list[str]]


_holders: list[Holder] = []


def register_holder(holder: Holder) -> None:
    _holders.append(holder)


@transaction.atomic
def add_field(*, company: Company, key: str = "", **facts: Any) -> CustomField:
    """An empty `key` is made of the name. Raises KeyTaken and TooMany."""
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    if CustomField.objects.filter(company=company).count() >= MOST:
        raise TooMany
    key = key or _free_key(company, facts["name"])
    if _is_being_emptied(company, key):
        raise KeyTaken
    try:
        with transaction.atomic():
            return CustomField.objects.create(company=company, key=key, **facts)
    except IntegrityError:
        raise KeyTaken from None


def _free_key(company: Company, name: str) -> str:
    """customer_number, customer_number_2 …"""
    stem = re.sub(r"[^a-z0-9]+", "_", fold(name)).strip("_")
    stem = (stem if stem[:1].isalpha() else f"field_{stem}".rstrip("_"))[:36].rstrip("_")
    taken = set(CustomField.objects.filter(company=company).values_list("key", flat=True))
    number, key = 1, stem
    while key in taken or _is_being_emptied(company, key):
        number += 1
        key = f"{stem}_{number}"
    return key


def change_field(*, field: CustomField, **facts: Any) -> None:
    """Its key stays, and with it the values."""
    for name, fact in facts.items():
        setattr(field, name, fact)
    field.save(update_fields=[*facts])


def count_values(field: CustomField) -> int:
    """How many rows have a value, MOST_COUNTED + 1 at most."""
    return sum(
        holder.of(field.company_id).filter(custom__has_key=field.key).order_by()[: MOST_COUNTED + 1].count()
        for holder in _holders
    )


@transaction.atomic
def delete_field(*, field: CustomField) -> None:
    """The field is gone from every form at once, its values soon after."""
    company_id, key = field.company_id, field.key
    field.delete()
    _promise(company_id, key)


def _promise(company_id: int, key: str) -> None:
    make_promise(
        "custom_field.empty",
        key=f"{company_id}.{key}",
        due_at=timezone.now(),
        company_id=company_id,
        field=key,
    )


def _is_being_emptied(company: Company, key: str) -> bool:
    return Promise.objects.filter(kind="custom_field.empty", key=f"{company.pk}.{key}").exists()


@keeps("custom_field.empty")
def remove_values(*, company_id: int, field: str) -> None:
    """Take the values out of some rows, and promise the rest."""
    for holder in _holders:
        found = holder.of(company_id).filter(custom__has_key=field)
        numbers = list(found.order_by("pk").values_list("pk", flat=True)[:BATCH])
        for row in found.model._default_manager.select_for_update(no_key=True).filter(pk__in=numbers):
            row.custom.pop(field, None)
            row.save(update_fields=["custom", *holder.removed(row)])
        if len(numbers) == BATCH:
            _promise(company_id, field)


def _search_anew(contact: Contact) -> list[str]:
    changed_at = contact.changed_at
    rows.write_facts(contact, rows.facts_of(contact), changed_at)
    return ["search_text"]


register_holder(Holder(Contact.objects.of, _search_anew))
