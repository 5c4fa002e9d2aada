"""A company with its founder, and their browser."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Company
from tests.factories import make_company


@pytest.fixture
def company() -> Company:
    return make_company(language="en")


@pytest.fixture
def founder(company: Company) -> Agent:
    return company.agents.get()


@pytest.fixture
def admin(client: Client, founder: Agent) -> Client:
    """A browser in which the founder is signed in."""
    client.force_login(founder, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    """Where uploads are kept, for one test."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT
