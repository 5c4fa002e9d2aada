"""The demo shop shows everything that a website can tell its chat."""

import hashlib
import hmac

import pytest
from django.test import Client

from agents.actions import create_company
from agents.models import Company
from chat.identity import renew_secret, secret_of
from tests.factories import make_group

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo() -> Company:
    return create_company(name="Garniec", email="adam@demo.example", password="demo-password", key="demo")


@pytest.mark.parametrize("path", ["/demo/", "/demo/en/"])
def test_anybodys_page_has_the_plain_code_and_ways_to_the_others(
    client: Client, demo: Company, path: str
) -> None:
    group = make_group(demo, "Sprzedaż")
    page = client.get(path).content.decode()
    assert page.count('<script src="/widget/demo.js" async></script>') == 1
    for way in ("?as=claimed", "?widget=", f"?group={group.pk}", "/settings/chat/"):
        assert way in page
    assert "?as=signed" not in page  # without a secret nothing can be signed


def test_the_signed_customer_is_really_signed(client: Client, demo: Company) -> None:
    renew_secret(company=demo)
    page = client.get("/demo/?as=signed").content.decode()
    signature = hmac.new(secret_of(demo.pk).encode(), b"klient-1042", hashlib.sha256).hexdigest()
    assert f'data-id="klient-1042" data-hash="{signature}" data-name="Anna Zielińska"' in page
    assert 'data-field-plan="Stała klientka"' in page


def test_what_is_claimed_is_not_signed(client: Client, demo: Company) -> None:
    page = client.get("/demo/?as=claimed&widget=en&group=3").content.decode()
    assert 'data-email="anna@post.example"' in page and "data-hash" not in page
    assert 'data-lang="en" data-group="3"></script>' in page


def test_nothing_else_of_the_address_gets_into_the_page(client: Client, demo: Company) -> None:
    page = client.get('/demo/?widget="><script>x</script>&group="x&as=<b>').content.decode()
    assert page.count('<script src="/widget/demo.js" async></script>') == 1
    assert "<b>" not in page.replace("<b>79", "").split("</main>")[1]
