"""The list of websites that may show the widget: what may stand in it, and who is held to it."""

import json

import pytest
from django.test import Client

from agents.models import Agent, Company
from agents.origins import MOST_ORIGINS, origin_of
from tests.factories import make_agent, make_company, make_operator

pytestmark = pytest.mark.django_db

SHOP = "https://shop.example"


@pytest.fixture
def company() -> Company:
    return make_company(allowed_origins=SHOP)


@pytest.fixture
def settings_page(client: Client, company: Company) -> Client:
    client.force_login(
        make_agent(company, "Adam", access=Agent.Access.FULL), "django.contrib.auth.backends.ModelBackend"
    )
    return client


@pytest.mark.once
@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("shop.example", SHOP), ("https://shop.example", SHOP), ("HTTPS://Shop.Example/", SHOP),
        ("https://shop.example/kontakt?a=1#b", SHOP), ("https://shop.example:443", SHOP),
        ("http://shop.example:80/x", "http://shop.example"), ("https://shop.example:8443", f"{SHOP}:8443"),
        ("https:shop.example", SHOP), ("shop.example.", SHOP), ("http://localhost:3000", "http://localhost:3000"),
        ("https://żółw.example", "https://xn--w-uga1v8h.example"), ("192.0.2.7:8080", "https://192.0.2.7:8080"),
        ("*", None), ("https://*.shop.example", None), ("'self'", None), ("null", None), ("https:", None),
        ("javascript:alert(1)", None), ("data:text/html,x", None), ("file:///etc/passwd", None), ("https://", None),
        ("https://user@shop.example", None), ("https://shop.example:x", None), ("shop", None), ("https://a..b", None),
        ("shop.example';script-src", None), ("https://[::1]", None), ("x" * 300 + ".example", None), ("", None),
    ],
)  # fmt: skip
def test_what_an_entry_means(typed: str, origin: str | None) -> None:
    assert origin_of(typed) == origin


def test_the_list_is_put_in_order_when_it_is_saved(settings_page: Client, company: Company) -> None:
    typed = f" Shop.example/kontakt \r\n\r\nhttps://www.shop.example, {SHOP};http://localhost:3000"
    assert settings_page.post("/settings/chat/websites/", {"allowed_origins": typed}).status_code == 302
    company.refresh_from_db()
    assert company.origins == [SHOP, "https://www.shop.example", "http://localhost:3000"]
    assert company.allowed_origins == "\n".join(company.origins)


TOO_MANY = "\n".join(f"shop{number}.example" for number in range(MOST_ORIGINS + 1))


@pytest.mark.parametrize("typed", ["*", f"{SHOP}\n* ", "https://*.shop.example", TOO_MANY])
def test_an_odd_entry_is_refused_and_the_list_stays(
    settings_page: Client, company: Company, typed: str
) -> None:
    answer = settings_page.post("/settings/chat/websites/", {"allowed_origins": typed})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    company.refresh_from_db()
    assert company.origins == [SHOP]


def test_an_empty_list_opens_the_widget_to_all(settings_page: Client, company: Company) -> None:
    settings_page.post("/settings/chat/websites/", {"allowed_origins": " \n"})
    company.refresh_from_db()
    assert company.origins == []


@pytest.mark.parametrize("stored", ["*", "x; script-src *", "'none'", "https://\x00"])
def test_a_stored_list_that_means_nothing_is_not_an_open_door(client: Client, stored: str) -> None:
    odd = make_company("Odd", allowed_origins=stored.replace("\x00", "%00"))
    policy = client.get(f"/widget/{odd.key}/panel/")["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self' https://nowhere.invalid")


def test_operators_list_is_checked_too(client: Client, company: Company) -> None:
    client.force_login(make_operator(), "django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"/admin/agents/company/{company.pk}/change/", {"allowed_origins": "*"})
    assert "allowed_origins" in answer.context["adminform"].form.errors


def test_the_loader_knows_where_it_may_draw(client: Client, company: Company) -> None:
    script = client.get(f"/widget/{company.key}.js").content.decode()
    assert f'"sites":["http://testserver","{SHOP}"]' in script
    assert '"sites"' not in client.get(f"/widget/{make_company('Open').key}.js").content.decode()


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("", 200), (SHOP, 200), ("http://testserver", 200), ("https://evil.example", 403), ("null", 403),
        ("http://[", 403),
    ],
)  # fmt: skip
def test_the_state_is_told_to_listed_websites(
    client: Client, company: Company, origin: str, status: int
) -> None:
    headers = {"Origin": origin} if origin else {}
    assert client.get(f"/widget/{company.key}/status", headers=headers).status_code == status


@pytest.mark.parametrize(
    "path", ["{}/exchange", "{}/offline", "upload/{}", "{}/end", "{}/rating", "{}/transcript"]
)
@pytest.mark.parametrize("origin", [SHOP, "https://evil.example", "null", "http://testserver:81", "http://["])
def test_the_conversation_is_for_our_own_pages_only(
    client: Client, company: Company, path: str, origin: str
) -> None:
    """Also when the website is listed: its script may not speak for the panel."""
    body = json.dumps({"frames": [{"type": "hello", "data": {}}]})
    where = f"/widget/{path.format(company.key)}"
    refused = client.post(where, body, content_type="text/plain", headers={"Origin": origin})
    assert (refused.status_code, refused.json()["error"]) == (403, "origin")
    for own in ({}, {"Origin": "http://testserver"}):
        assert client.post(where, body, content_type="application/json", headers=own).status_code != 403
