"""What the tests of files share: a company, somebody signed in, a storage of their own, and files."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image

from agents.models import Agent, Company
from files.models import StoredFile
from files.store import store_file
from tests.factories import make_agent, make_company


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def company(db: None) -> Company:
    return make_company(language="en")


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", language="en")


@pytest.fixture
def signed_in(client: Client, ewa: Agent) -> Client:
    client.force_login(ewa, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def keep(company: Company) -> Callable[..., StoredFile]:
    """`keep("prices.txt", b"Roses 9 PLN", folder=offers)`: a stored file."""

    def store(name: str = "prices.txt", content: bytes = b"Roses 9 PLN", **facts: Any) -> StoredFile:
        return store_file(**{"company": company, **facts}, name=name, content=ContentFile(content))

    return store


def contents(media: Path) -> list[bytes]:
    """What lies in the storage."""
    return sorted(path.read_bytes() for path in media.rglob("*") if path.is_file())


def picture(kind: str = "PNG", colour: str = "green") -> bytes:
    target = BytesIO()
    Image.new("RGB", (40, 30), colour).save(target, kind)
    return target.getvalue()
