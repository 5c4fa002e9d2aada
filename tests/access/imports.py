"""Imports of contacts and their export: everybody of a company, each of their own."""

from typing import Any

from django.core.files.base import ContentFile

from contacts.imports.actions import configure, start, upload, verify
from contacts.imports.models import ContactImport
from contacts.imports.steps import carry_on
from tests.access.routes import COLLEAGUES, COMPANY, DOOR, NOT_FOUND, Route, World

CONTENT = b"First name,Surname,E-mail\nAnna,Nowak,anna@mail.example\nJan,Lis,wrong\n"


def uploaded(world: World) -> ContactImport:
    company = world.conversation.company
    by = company.agents.first()
    assert by is not None
    content = ContentFile(CONTENT, "contacts.csv")
    return upload(company=company, by=by, name="contacts.csv", content=content)


def of_import(world: World) -> list[Any]:
    return [uploaded(world).pk]


def of_verified(world: World) -> list[Any]:
    contact_import = uploaded(world)
    configure(contact_import=contact_import, mapping=contact_import.mapping)
    verify(contact_import=contact_import)
    carry_on(import_id=contact_import.pk)
    return [contact_import.pk]


def of_imported(world: World) -> list[Any]:
    (pk,) = of_verified(world)
    start(contact_import=ContactImport.objects.get(pk=pk), duplicates="skip")
    carry_on(import_id=pk)
    return [pk]


ROUTES = [
    Route("contacts:export", COLLEAGUES),
    Route("contacts:export", COLLEAGUES, data={"format": "xlsx", "q": "Anna"}),
    Route("contacts:upload", COLLEAGUES),
    # Without a file.
    Route("contacts:upload", (DOOR, DOOR, 422, 422, 422, NOT_FOUND), "post"),
    Route("contacts:imports", COLLEAGUES),
    Route("contacts:import", COMPANY, args=of_import),
    Route("contacts:configure_import", COMPANY, "post", of_import, {"column-0": "first_name"}),
    Route("contacts:stop_import", COMPANY, "post", of_import),
    Route("contacts:start_import", COMPANY, "post", of_verified),
    Route("contacts:undo_import", COMPANY, args=of_imported),
    Route("contacts:undo_import", COMPANY, "post", of_imported),
    Route("contacts:discard_import", COMPANY, "post", of_import),
    Route("contacts:import_report", COMPANY, args=of_verified),
    Route("contacts:import_rejected", COMPANY, args=of_verified),
]
