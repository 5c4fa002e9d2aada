"""Files: everybody of the company uses them, whatever their access."""

from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from files.actions import Chosen, delete
from files.models import Folder, StoredFile
from files.store import store_file
from tests.access.routes import COLLEAGUES, COMPANY, DOOR, NOT_FOUND, OK, Route, World

# What it is about stands in the body, or has no number that one could count on from.
IN_BODY = (DOOR, DOOR, OK, OK, NOT_FOUND, NOT_FOUND)


def _file(world: World) -> StoredFile:
    company = world.conversation.company
    return company.files.first() or store_file(
        company=company, name="prices.txt", content=ContentFile(b"Roses 9 PLN")
    )


def of_file(world: World) -> list[Any]:
    return [_file(world).pk]


def of_folder(world: World) -> list[Any]:
    company = world.conversation.company
    return [
        Folder.objects.get_or_create(company=company, name="Offers", defaults={"created_at": timezone.now()})[
            0
        ].pk
    ]


def of_deletion(world: World) -> list[Any]:
    return [delete(company=world.conversation.company, chosen=Chosen(files=[_file(world)]))]


def the_file(world: World) -> dict[str, Any]:
    return {"item": f"file:{_file(world).pk}"}


ROUTES = [
    Route("files:shelf", COLLEAGUES),
    Route("files:picker", COLLEAGUES),
    Route("files:folder", COMPANY, args=of_folder),
    Route("files:folder_details", COMPANY, args=of_folder),
    Route("files:rename_folder", COMPANY, args=of_folder),
    Route("files:rename_folder", COMPANY, "post", of_folder, {"name": "Bids"}),
    Route("files:add_folder", COLLEAGUES),
    Route("files:add_folder", COLLEAGUES, "post", data={"name": "Photos"}),
    Route("files:upload", COLLEAGUES, "post"),
    Route("files:file", COMPANY, args=of_file),
    Route("files:rename_file", COMPANY, args=of_file),
    Route("files:rename_file", COMPANY, "post", of_file, {"name": "bids.txt"}),
    Route("files:look", COMPANY, args=of_file),
    Route("files:download", COMPANY, args=of_file),
    Route("files:preview", COMPANY, args=of_file),
    Route("files:move", IN_BODY, data=the_file),
    Route("files:move", IN_BODY, "post", data=the_file),
    Route("files:delete", IN_BODY, "post", data=the_file),
    Route("files:restore", IN_BODY, "post", of_deletion),
]
