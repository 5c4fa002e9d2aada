"""What a visitor's browser downloads, as the server really sends it."""

import gzip
import re

import pytest
from django.test import Client

from agents.models import Company
from chat.widget_colours import contrast, palette
from chat.widget_source import FOLDER, panel_files

LOADER_LIMIT = 4096
# With something to spare for long names and texts of companies.
PANEL_LIMIT = 20480 - 300
MORE_LIMIT = 12288

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return Company.objects.create(name="Garniec", key="garniec", widget_colour="#0b6e4f")


def fetch(client: Client, path: str) -> tuple[int, str]:
    """The bytes on the wire, and the text."""
    response = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 200, path
    assert response["Content-Encoding"] == "gzip", path
    return len(response.content), gzip.decompress(response.content).decode()


def test_the_loader_weighs_at_most_four_kilobytes(client: Client, company: Company) -> None:
    size, text = fetch(client, f"/widget/{company.key}.js")
    assert size <= LOADER_LIMIT
    assert "/*CONFIG*/" not in text


@pytest.mark.parametrize("language", ["pl", "en"])
def test_the_panel_weighs_at_most_twenty_kilobytes_in_all(
    client: Client, company: Company, language: str
) -> None:
    total, html = fetch(client, f"/widget/{company.key}/panel/?lang={language}")
    loaded = re.findall(r'(?:src|href)="(/[^"]+)"', html)
    assert len(loaded) == 2
    total += sum(fetch(client, path)[0] for path in loaded)
    assert total <= PANEL_LIMIT


@pytest.mark.parametrize("language", ["pl", "en"])
def test_what_is_needed_seldom_comes_later_and_lies_beside_the_panels_script(
    client: Client, company: Company, language: str
) -> None:
    _, html = fetch(client, f"/widget/{company.key}/panel/?lang={language}")
    address = re.findall(r'src="(/[^"]+)\.js"', html)[0]
    for name in ("more.js", "more.css"):
        assert name not in html
        response = client.get(f"{address}/{name}")
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    size, script = fetch(client, f"{address}/more.js")
    assert size <= MORE_LIMIT
    # What the panel knows it shares, so that nothing is there twice.
    lent = set(re.findall(r"m_\w+", re.findall(r"export default\(\{(.*)\}\)", script)[0]))
    assert lent == set(re.findall(r"m_\w+", fetch(client, f"{address}.js")[1].splitlines()[-1])) - {"m_parts"}
    assert not any(f"const {name}=" in script for name in lent)


def test_every_module_of_the_panel_is_in_one_of_its_scripts() -> None:
    files = panel_files("pl")
    for module in (FOLDER / "panel").glob("*.js"):
        assert f"const m_{module.stem}=" in files.script
    for module in (FOLDER / "more").glob("*.js"):
        assert f"const m_{module.stem}=" in files.more_script
    assert not re.search(r"^(import|export)\b", files.script, re.MULTILINE)
    assert "\nimport" not in files.more_script


def test_each_language_gets_its_own_words_alone() -> None:
    polish, english = panel_files("pl"), panel_files("en")
    assert "Napisz wiadomość…" in polish.script
    assert "Write a message…" not in polish.script
    assert "Write a message…" in english.script
    assert "Napisz wiadomość…" not in english.script


def test_the_loader_is_fetched_once_and_then_confirmed(client: Client, company: Company) -> None:
    first = client.get(f"/widget/{company.key}.js")
    assert first["Cache-Control"] == "public, max-age=300"
    assert first["Access-Control-Allow-Origin"] == "*"
    again = client.get(f"/widget/{company.key}.js", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_company_name_cannot_end_the_script(client: Client) -> None:
    Company.objects.create(name='</script>"\u2028', key="sharp")
    text = client.get("/widget/sharp.js").content.decode()
    assert "</script>" not in text
    assert "\u2028" not in text


def test_only_the_companys_websites_may_frame_its_panel(client: Client, company: Company) -> None:
    assert client.get("/widget/garniec/panel/")["Content-Security-Policy"].endswith("frame-ancestors *")
    company.allowed_origins = "https://garniec.example\nhttps://www.garniec.example"
    company.save()
    policy = client.get("/widget/garniec/panel/")["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self' https://garniec.example https://www.garniec.example")


@pytest.mark.parametrize("path", ["/widget/nobody.js", "/widget/nobody/panel/", "/widget/nobody/status"])
def test_an_unknown_key_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_every_company_colour_gives_readable_pairs() -> None:
    steps = range(0, 256, 36)
    colours = [f"#{red:02x}{green:02x}{blue:02x}" for red in steps for green in steps for blue in steps]
    papers = {"light": "#ffffff", "dark": "#17181c"}
    for colour in [*colours, "#ffffff", "#7318b6", "#f5c400", "#0b6e4f", "#ff5a36", "#1e90ff"]:
        for theme, tones in palette(colour).items():
            assert contrast(tones["fill"], tones["on"]) >= 4.5, (colour, theme)
            assert contrast(tones["hover"], tones["on"]) >= 4.5, (colour, theme)
            assert contrast(tones["ink"], papers[theme]) >= 4.5, (colour, theme)
            assert contrast(tones["ink"], tones["tint"]) >= 4.5, (colour, theme)
