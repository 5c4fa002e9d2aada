"""General settings of a company (SE1)."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from agents.forms.company import is_nip
from agents.models import Agent, Company
from agents.opening import save_hours
from contactcenter.models import Promise
from tests.factories import make_agent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def adam(company: Company, client: Client) -> Agent:
    agent = make_agent(company, "Adam", access=Agent.Access.FULL, language="en")
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return agent


FACTS = {
    "name": "Florist",
    "website": "florist.example",
    "default_email": "hello@florist.example",
    "language": "pl",
    "time_zone": "Europe/Warsaw",
    "legal_name": "Florist sp. z o.o.",
    "tax_number": "PL 123-456-32-18",
    "street": "Kwiatowa",
    "building": "7",
    "postal_code": "00 950",
    "city": "Warszawa",
    "country": "PL",
}


def test_what_is_saved_is_tidy(client: Client, adam: Agent, company: Company) -> None:
    response = client.post("/settings/", FACTS, follow=True)

    assert response.status_code == 200
    company.refresh_from_db()
    tidy = {"website": "https://florist.example", "tax_number": "1234563218", "postal_code": "00-950"}
    assert {name: getattr(company, name) for name in FACTS} == FACTS | tidy


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "This field is required."),
        ("default_email", "", "This field is required."),
        ("default_email", "hello", "such as anna@example.com"),
        ("website", "javascript:alert(1)", "such as https://shop.example"),
        ("website", "ftp://shop.example", "such as https://shop.example"),
        ("website", "https://", "such as https://shop.example"),
        ("tax_number", "1234563219", "not a NIP"),
        ("tax_number", "123", "not a NIP"),
        ("postal_code", "0-9500", "looks like 00-950"),
        ("postal_code", "SW1A 1AA", "looks like 00-950"),
        ("country", "XX", "not one of the available choices"),
        ("time_zone", "Europe/Nowhere", "not one of the available choices"),
        ("time_zone", "../../etc/passwd", "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_saved(
    client: Client, adam: Agent, company: Company, field: str, value: str, message: str
) -> None:
    response = client.post("/settings/", FACTS | {field: value})

    assert response.status_code == 422
    assert response.text.count(message) == 1
    company.refresh_from_db()
    assert company.street == ""


def test_other_countries_have_other_numbers(client: Client, adam: Agent, company: Company) -> None:
    british = {"country": "GB", "tax_number": "gb 123 4567 89", "postal_code": "sw1a 1aa"}

    client.post("/settings/", FACTS | british)

    company.refresh_from_db()
    assert (company.country, company.tax_number, company.postal_code) == ("GB", "GB123456789", "SW1A 1AA")


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("1234563218", True),
        ("1234563217", False),
        ("0000000000", True),
        ("123456321", False),
        ("12345632180", False),
        ("١٢٣٤٥٦٣٢١٨", False),
        # Its check digit would be ten: there is no such number.
        ("1000000050", False),
    ],
)
def test_nip(number: str, valid: bool) -> None:
    assert is_nip(number) is valid


def test_another_time_zone_wakes_the_working_hours(client: Client, adam: Agent, company: Company) -> None:
    intervals = [(weekday, 8 * 60, 16 * 60) for weekday in range(7)]
    save_hours(company=company, keeps_hours=True, time_zone="Europe/Warsaw", intervals=intervals)
    here = Promise.objects.get(kind="hours.turn").due_at
    client.post("/settings/", FACTS)
    assert Promise.objects.get(kind="hours.turn").due_at == here

    client.post("/settings/", FACTS | {"time_zone": "Asia/Kathmandu"})

    assert Promise.objects.get(kind="hours.turn").due_at != here


def test_a_time_zone_of_old_can_stay(client: Client, adam: Agent, company: Company) -> None:
    Company.objects.filter(pk=company.pk).update(time_zone="Poland")

    assert client.post("/settings/", FACTS | {"time_zone": "Poland"}).status_code == 302


def test_the_plan_is_shown(client: Client, adam: Agent, company: Company) -> None:
    assert "Agents: 2 of 10" in client.get("/settings/").text

    Company.objects.filter(pk=company.pk).update(agent_limit=None)
    assert "Agents: 2, as many as you like" in client.get("/settings/").text


def test_the_snippet_is_the_companys(client: Client, adam: Agent, company: Company) -> None:
    line = f"&lt;script src=&quot;http://testserver/widget/{company.key}.js&quot; async&gt;&lt;/script&gt;"

    assert line in client.get("/settings/").text


def a_logo() -> SimpleUploadedFile:
    target = BytesIO()
    Image.new("RGBA", (800, 200), (0, 80, 60, 128)).save(target, "PNG")
    return SimpleUploadedFile("logo.png", target.getvalue(), "image/png")


def test_a_logo_comes_and_goes(client: Client, adam: Agent, company: Company) -> None:
    response = client.post("/settings/logo/", {"picture": a_logo()}, follow=True)

    company.refresh_from_db()
    assert company.logo_address and company.logo_address in response.text
    assert company.logo_address in Client().get(f"/widget/{company.key}/panel/").text

    response = client.post("/settings/logo/remove/", follow=True)
    assert "No logo yet" in response.text


def test_an_svg_is_no_logo(client: Client, adam: Agent, company: Company) -> None:
    svg = SimpleUploadedFile("logo.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png")

    response = client.post("/settings/logo/", {"picture": svg})

    assert response.status_code == 422
    assert "not a picture we can read" in response.text
    company.refresh_from_db()
    assert company.logo == ""


def test_operators_take_hostile_pictures_away(
    client: Client, adam: Agent, company: Company, admin_client: Client
) -> None:
    client.post("/settings/logo/", {"picture": a_logo()})
    client.post("/profile/photo/", {"picture": a_logo()})

    for path, pk in (("company", company.pk), ("agent", adam.pk)):
        assert "/pictures/" in admin_client.get(f"/admin/agents/{path}/{pk}/change/").text
        admin_client.post(
            f"/admin/agents/{path}/", {"action": "remove_picture", "_selected_action": [str(pk)]}
        )

    company.refresh_from_db()
    adam.refresh_from_db()
    assert (company.logo, adam.avatar) == ("", "")
