"""Contacts: everybody of a company sees and changes all of them; which fields they have, those with full access say."""

from typing import Any

from contacts.actions import save_contact
from contacts.custom_fields import add_field
from contacts.deletion import delete_contacts
from contacts.rows import Facts
from tests.access.hours import FULL
from tests.access.routes import COLLEAGUES, COMPANY, DOOR, FORBIDDEN, NOT_FOUND, OK, Route, World, of

FORM = {"first_name": "Anna", "last_name": "Nowak"}
FIELD = {"name": "Customer number", "kind": "short", "pinned": ["contacts"]}
OWN_FULL = (DOOR, DOOR, FORBIDDEN, OK, NOT_FOUND, NOT_FOUND)


def make(world: World, name: str = "Anna") -> int:
    facts = Facts(first_name=name, emails=["anna@mail.example"])
    return save_contact(company=world.conversation.company, by=None, facts=facts).pk


def of_contact(world: World) -> list[Any]:
    return [make(world)]


def of_deletion(world: World) -> list[Any]:
    deletion = delete_contacts(company=world.conversation.company, by=None, contacts=[make(world)])
    assert deletion is not None
    return [deletion.pk]


def of_field(world: World) -> list[Any]:
    field = add_field(company=world.conversation.company, name="Delivery", on_contacts=True)
    return [field.pk]


ROUTES = [
    Route("contacts:contacts", COLLEAGUES),
    Route("contacts:contacts", COLLEAGUES, data={"q": "Anna", "sort": "-added"}),
    Route("contacts:new", COLLEAGUES),
    Route("contacts:new", COLLEAGUES, "post", data=FORM),
    Route("contacts:contact", COMPANY, args=of_contact),
    Route("contacts:edit", COMPANY, args=of_contact),
    Route("contacts:edit", COMPANY, "post", of_contact, FORM),
    Route("contacts:delete", COMPANY, "post", of_contact),
    Route("contacts:undo_deletion", COMPANY, "post", of_deletion),
    Route("contacts:merge", COMPANY, args=of_contact),
    Route("contacts:merge", COMPANY, args=of_contact, data=lambda world: {"with": make(world, "Ania")}),
    Route("contacts:merge", COMPANY, "post", of_contact, lambda world: {"with": make(world, "Ania")}),
    Route("contacts:fields", FULL),
    Route("contacts:add_field", FULL),
    Route("contacts:add_field", FULL, "post", data=FIELD),
    Route("contacts:field", OWN_FULL, args=of_field),
    Route("contacts:field", OWN_FULL, "post", of_field, FIELD),
    Route("contacts:delete_field", OWN_FULL, args=of_field),
    Route("contacts:delete_field", OWN_FULL, "post", of_field),
    Route("conversations:link_contact", COMPANY, args=of),
    Route("conversations:link_contact", COMPANY, "post", of, lambda world: {"contact": make(world)}),
    Route("conversations:unlink_contact", COMPANY, "post", of),
    Route("conversations:new_contact", COMPANY, args=of),
    Route("conversations:new_contact", COMPANY, "post", of, FORM),
]
