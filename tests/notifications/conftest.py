from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Company
from agents.push import make_key
from tests.clock import Clock
from tests.factories import make_agent, make_company
from tests.notifications.browsers import Browser
from tests.notifications.servers import PushService


@pytest.fixture
def company(commits: None, clock: Clock) -> Company:
    return make_company(language="en")


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", language="en", online=True)


@pytest.fixture
def client(ewa: Agent) -> Client:
    """A browser in which Ewa is signed in."""
    return sign_in(ewa)


def sign_in(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def push_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[PushService]:
    """A push service that the installation has a key for, and may reach though it is on this machine."""
    service = PushService(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(service.files.certificate))
    settings.EGRESS_ALLOW = [service.host]
    settings.VAPID_PRIVATE_KEY = make_key()[0]
    yield service
    service.stop()


@pytest.fixture
def subscribe(push_service: PushService) -> Callable[[Client], Browser]:
    """`subscribe(client)`: this browser wants to be told when no tab is open."""

    def begin(client: Client) -> Browser:
        browser = Browser(push_service.address(f"browser-{len(Browser.made)}"))
        response = client.post(
            "/settings/notifications/push/", browser.subscription(), content_type="application/json"
        )
        assert response.status_code == 204, response.content
        return browser

    Browser.made.clear()
    return begin
