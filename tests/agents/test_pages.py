"""Pages for everybody: legal texts, errors, the style guide; and what all templates have in common."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client, override_settings

from agents.models import LegalText

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["terms", "privacy"])
def test_legal_texts_are_the_operators(client: Client, kind: str) -> None:
    assert "The operator of this installation has not written" in client.get(f"/{kind}/").text

    LegalText.objects.create(kind=kind, language="pl", text="Po polsku")
    assert "<p>Po polsku</p>" in client.get(f"/{kind}/").text

    LegalText.objects.create(kind=kind, language="en", text="One.\n\n<script>alert(1)</script>")
    text = client.get(f"/{kind}/").text
    assert "<p>One.</p>" in text
    assert "&lt;script&gt;alert(1)" in text


def test_sign_in_links_to_them(client: Client) -> None:
    text = client.get("/login/").text

    assert 'href="/terms/"' in text
    assert 'href="/privacy/"' in text


def test_unknown_addresses_get_a_page_of_the_product(client: Client) -> None:
    response = client.get("/nowhere/at/all/")

    assert response.status_code == 404
    assert "There is nothing here" in response.text


@pytest.mark.parametrize("name", ["400", "403", "404", "500"])
def test_error_pages_need_nothing(name: str) -> None:
    # As Django renders them when everything else has failed: without a request.
    assert "Contact Center" in render_to_string(f"{name}.html")


def test_style_guide_is_for_builders_only(client: Client) -> None:
    assert client.get("/styleguide/").status_code == 404

    with override_settings(DEBUG=True):
        response = client.get("/styleguide/")
    assert response.status_code == 200
    assert "Style guide" in response.text


def our_templates() -> list[Path]:
    found = (Path(settings.BASE_DIR) / "templates").rglob("*.html")
    # Mails are read by mail programs, which know inline styles only.
    return sorted(path for path in found if "mail" not in path.parent.name)


@pytest.mark.once
@pytest.mark.parametrize("path", our_templates(), ids=lambda path: path.name)
def test_templates_keep_to_the_content_security_policy(path: Path) -> None:
    """No inline styles, scripts or handlers: the policy would silently drop them. Mails have none."""
    text = path.read_text()

    assert not re.search(r"""\sstyle\s*=|<style|\son[a-z]+\s*=\s*["']|hx-on|href="javascript:""", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert " src=" in script or 'type="application/json"' in script


@pytest.mark.once
def test_every_icon_is_in_the_sprite() -> None:
    sprite = (Path(settings.BASE_DIR) / "static" / "icons.svg").read_text()
    known = set(re.findall(r'id="i-([a-z-]+)"', sprite))

    used = {name for path in our_templates() for name in re.findall(r'{% icon "([a-z-]+)"', path.read_text())}

    assert used <= known
