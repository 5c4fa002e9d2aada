"""Files: everybody of the company uses them, whatever their access."""

from typing import Any

from django.core.files.base import ContentFile

from files.models import StoredFile
from files.store import store_file
from tests.access.routes import COLLEAGUES, COMPANY, Route, World


def _file(world: World) -> StoredFile:
    company = world.conversation.company
    return company.files.first() or store_file(
        company=company, name="prices.txt", content=ContentFile(b"Roses 9 PLN")
    )


def of_file(world: World) -> list[Any]:
    return [_file(world).pk]


ROUTES = [
    Route("files:picker", COLLEAGUES),
    Route("files:download", COMPANY, args=of_file),
    Route("files:preview", COMPANY, args=of_file),
]
