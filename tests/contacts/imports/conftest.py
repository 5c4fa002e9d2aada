from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from contacts.imports.models import ContactImport
from contacts.imports.steps import carry_on
from contacts.models import Contact
from contacts.numbers import show

Saved = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


class Importer:
    """Somebody who imports contacts in a browser."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.path = ""

    @property
    def now(self) -> ContactImport:
        return ContactImport.objects.get(pk=int(self.path.rstrip("/").rpartition("/")[2]))

    def upload(self, content: bytes | str, name: str = "contacts.csv") -> Any:
        """The answer; when the file was taken, `path` leads to its import."""
        data = content.encode() if isinstance(content, str) else content
        answer = self.client.post("/contacts/import/", {"file": SimpleUploadedFile(name, data)})
        if answer.status_code == 302:
            self.path = answer["Location"]
        return answer

    def page(self, query: str = "") -> str:
        answer = self.client.get(f"{self.path}{query}")
        assert answer.status_code == 200
        return str(answer.content.decode())

    def form(self, **changes: Any) -> dict[str, Any]:
        """What the page's form would send; `None` leaves a field out."""
        contact_import = self.now
        data: dict[str, Any] = {key: contact_import.format[key] for key in ("encoding", "separator")}
        if contact_import.format["has_header"]:
            data["has_header"] = "on"
        for column, word in enumerate(contact_import.mapping):
            field, _dot, number = (
                word.partition(".") if word.startswith(("email", "phone")) else (word, "", "")
            )
            data[f"column-{column}"] = field
            if number:
                data[f"number-{column}"] = number
        return {key: value for key, value in {**data, **changes}.items() if value is not None}

    def configure(self, **changes: Any) -> Any:
        return self.client.post(f"{self.path}configure/", self.form(**changes))

    def verify(self, **changes: Any) -> ContactImport:
        """Press Verify, and let the worker do its work."""
        answer = self.configure(verify="1", **changes)
        assert answer.status_code == 302, answer.content.decode()
        return self.work()

    def start(self, duplicates: str = "skip") -> ContactImport:
        self.client.post(f"{self.path}start/", {"duplicates": duplicates})
        return self.work()

    def undo(self) -> ContactImport:
        self.client.post(f"{self.path}undo/")
        return self.work()

    def work(self) -> ContactImport:
        carry_on(import_id=self.now.pk)
        return self.now

    def run(self, content: bytes | str, duplicates: str = "skip", **changes: Any) -> ContactImport:
        """All five steps."""
        answer = self.upload(content)
        assert answer.status_code == 302, answer.content.decode()
        self.verify(**changes)
        return self.start(duplicates)

    def problems(self) -> list[tuple[int, str, str]]:
        """Row, value and reason of each error."""
        return [(each.row, each.value, each.reason) for each in self.now.problems.order_by("id")]


@pytest.fixture
def importer(client: Client) -> Importer:
    """Ewa, with limited access."""
    return Importer(client)


@pytest.fixture
def boss(adam: Client) -> Importer:
    """Adam, with full access."""
    return Importer(adam)


@pytest.fixture
def saved(company: Any) -> Callable[[], Saved]:
    """What is saved of the company's contacts, in the order in which they came."""

    def look() -> Saved:
        contacts = Contact.objects.of(company.pk).prefetch_related("emails", "phones", "tags").order_by("pk")
        return [
            {
                "name": contact.name,
                "emails": [email.address for email in contact.emails.all()],
                "phones": [show(phone.number) for phone in contact.phones.all()],
                "tags": sorted(tag.name for tag in contact.tags.all()),
                "organisation": contact.organisation,
                "address": contact.address,
                "note": contact.note,
                "custom": contact.custom,
            }
            for contact in contacts
        ]

    return look
