"""Whether the code works on the company's website (WI12), and how it gets there (DA1)."""

import http.server
import re
import threading
import time
import zlib
from base64 import a85decode
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from agents.models import Agent, Company
from agents.particulars import update_company
from chat.guides.systems import SYSTEMS
from chat.installation import MOST_ORIGINS, State, installation_of, without_comments
from chat.models import WidgetSighting
from contactcenter.models import Promise
from contactcenter.promises import sweep_promises
from tests.clock import Clock
from tests.factories import make_agent, make_company, make_conversation

SHOP = "https://florist.example"
WORKS = "The code works on your website"
NOT_FOUND = "The code was not found"
NOT_REACHED = "The website could not be reached"


class Website:
    """A company's website: what it answers under each path, and what was asked for."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, str]] = {}
        self.asked: list[str] = []
        website = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                website.asked.append(self.path)
                status, text = website.pages.get(self.path, (404, "Nothing here"))
                self.send_response(status)
                if status in {301, 302}:
                    self.send_header("Location", text)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *args: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.address = f"http://{self.host}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def shows(self, html: str, path: str = "/", status: int = 200) -> None:
        self.pages[path] = status, html

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def website(settings: Any) -> Iterator[Website]:
    website = Website()
    settings.EGRESS_ALLOW = [website.host]
    yield website
    website.stop()


@pytest.fixture
def company(commits: None, clock: Clock) -> Company:
    return make_company(language="en", website=SHOP)


@pytest.fixture
def adam(company: Company, client: Client) -> Agent:
    agent = make_agent(company, "Adam", access=Agent.Access.FULL, language="en")
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return agent


def load(company: Company, origin: str) -> None:
    """A page of `origin` loads the widget, and its launcher asks whether somebody is there."""
    assert Client(headers={"Origin": origin}).get(f"/widget/{company.key}/status").status_code == 200


def check(client: Client) -> str:
    """“Check now”, and what the page shows afterwards."""
    response = client.post("/installation/check/", headers={"HX-Request": "true"})
    assert response.status_code == 200
    sweep_promises()
    return shown(client)


def shown(client: Client) -> str:
    return client.get("/installation/").content.decode()


def sightings(company: Company) -> list[str]:
    return sorted(WidgetSighting.objects.filter(company=company).values_list("origin", flat=True))


# --- by real loads ----------------------------------------------------------------------------------------------


def test_the_first_page_that_loads_it_shows_that_it_works(
    company: Company, adam: Agent, client: Client
) -> None:
    assert "Waiting for the first visit to florist.example" in shown(client)

    load(company, SHOP)

    assert WORKS in shown(client)
    # On the settings' page as well, which shows the same.
    assert WORKS in client.get("/settings/").content.decode()


@pytest.mark.parametrize(
    "origin", ["https://www.florist.example", "http://florist.example", "https://florist.example:443"]
)
def test_the_website_is_the_same_with_or_without_www(
    company: Company, adam: Agent, client: Client, origin: str
) -> None:
    load(company, origin)
    assert WORKS in shown(client)


def test_another_website_is_named_but_proves_nothing(company: Company, adam: Agent, client: Client) -> None:
    load(company, "https://test.florist.example")

    page = shown(client)
    assert WORKS not in page
    assert "https://test.florist.example" in page


def test_what_was_seen_a_week_ago_proves_nothing(company: Company, clock: Clock) -> None:
    load(company, SHOP)
    clock.move(seconds=7 * 86_400 + 1)
    assert installation_of(company).state == State.UNKNOWN


def test_a_busy_website_is_written_down_once_an_hour(company: Company, clock: Clock) -> None:
    clock.move(seconds=3600 - time.time() % 3600)  # to the full hour
    load(company, SHOP)
    first = WidgetSighting.objects.get().seen_at

    clock.move(seconds=3500)
    for _visitor in range(5):
        load(company, SHOP)
    assert WidgetSighting.objects.get().seen_at == first

    clock.move(seconds=101)
    load(company, SHOP)
    assert WidgetSighting.objects.get().seen_at > first


def test_strangers_fill_no_table_and_push_the_website_out_of_none(company: Company, clock: Clock) -> None:
    clock.move(seconds=3600 - time.time() % 3600)
    load(company, SHOP)
    for number in range(MOST_ORIGINS + 5):
        load(company, f"https://stranger{number}.example")
        load(company, f"https://another{number}.example")  # in the same hour: not written
        clock.move(seconds=3600)

    kept = sightings(company)
    assert SHOP in kept
    assert len(kept) == MOST_ORIGINS + 1
    assert not any("another" in origin for origin in kept)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "javascript:alert(1)",
        "https://",
        "https://a.example/<script>",
        "ftp://a.example",
        "https://" + "a" * 300,
        "http://testserver",
    ],
)
def test_what_is_no_website_is_not_written(company: Company, origin: str) -> None:
    load(company, origin)
    assert sightings(company) == []


def test_only_allowed_websites_count_when_there_is_a_list(commits: None) -> None:
    company = make_company(website=SHOP, allowed_origins="https://shop.example")
    assert Client(headers={"Origin": SHOP}).get(f"/widget/{company.key}/status").status_code == 403
    load(company, "https://shop.example")
    assert sightings(company) == ["https://shop.example"]


def test_a_cache_that_is_away_stops_no_widget(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(cache, "add", fail)
    load(company, SHOP)


# --- by looking -------------------------------------------------------------------------------------------------


@pytest.fixture
def moved(company: Company, website: Website, adam: Agent) -> Company:
    """The company's website is one that can be asked from here."""
    company = update_company(company=company, website=website.address)
    Promise.objects.all().delete()
    return company


def page_with(company: Company) -> str:
    return f"<html><body><h1>Roses</h1>{company.snippet}</body></html>"


def test_the_code_is_found(moved: Company, website: Website, client: Client) -> None:
    website.shows(page_with(moved))
    page = check(client)

    assert "The code is on your website" in page
    assert website.asked == ["/"]
    # Once somebody has opened the page, it works.
    load(moved, website.address)
    assert WORKS in shown(client)


def test_the_page_waits_while_the_website_is_looked_at(
    moved: Company, website: Website, client: Client
) -> None:
    website.shows(page_with(moved))
    waiting = client.post("/installation/check/", headers={"HX-Request": "true"}).content.decode()

    assert "Looking at" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert website.asked == []  # whoever pressed the button does not wait for somebody else's server


def test_a_check_that_never_comes_back_is_not_waited_for(
    moved: Company, client: Client, clock: Clock
) -> None:
    client.post("/installation/check/")
    clock.move(seconds=91)
    assert "Not checked yet" in shown(client)


@pytest.mark.parametrize(
    "html",
    ["<body>Roses</body>", "<body><!-- {code} --></body>", "<body><!-- {code}</body>",
     '<script src="https://cc.example/widget/somebody-else.js" async></script>'],
    ids=["nothing", "in a comment", "in a comment without an end", "somebody else's"],
)  # fmt: skip
def test_the_code_is_missing(moved: Company, website: Website, client: Client, html: str) -> None:
    website.shows(html.replace("{code}", moved.snippet))
    page = check(client)

    assert NOT_FOUND in page
    for hint in ("&lt;/body&gt;", "cache", "tag manager"):
        assert hint in page


def test_a_tag_manager_shows_it_with_the_next_visitor(
    moved: Company, website: Website, client: Client, clock: Clock
) -> None:
    website.shows("<body>Roses</body>")
    load(moved, website.address)
    clock.move(seconds=60)
    assert NOT_FOUND in check(client)

    clock.move(seconds=60)
    load(moved, website.address)
    assert WORKS in shown(client)


def test_a_website_that_has_moved_is_followed(moved: Company, website: Website, client: Client) -> None:
    website.shows("/pl/", status=301)
    website.shows(page_with(moved), path="/pl/")

    assert "The code is on your website" in check(client)
    assert website.asked == ["/", "/pl/"]


def test_a_redirect_leads_to_nothing_that_is_not_open(
    moved: Company, website: Website, client: Client
) -> None:
    """Into the operator's own network, for one."""
    website.shows("http://127.0.0.1:1/", status=302)

    page = check(client)
    assert NOT_REACHED in page
    assert "only public websites with https" in page


def test_redirects_without_an_end_have_one(moved: Company, website: Website, client: Client) -> None:
    website.shows("/", status=302)

    assert "from one address to the next" in check(client)
    assert len(website.asked) == 5


@pytest.mark.parametrize(
    ("status", "why"),
    [(500, "answered with an error"), (401, "asks for a password"), (403, "keeps robots away")],
)
def test_a_website_that_answers_with_an_error(
    moved: Company, website: Website, client: Client, status: int, why: str
) -> None:
    website.shows("no", status=status)
    page = check(client)
    assert NOT_REACHED in page
    assert why in page


def test_a_website_that_is_away(moved: Company, website: Website, client: Client) -> None:
    website.stop()
    assert "Nobody answered" in check(client)


def test_a_website_inside_the_house_is_not_asked(
    moved: Company, website: Website, client: Client, settings: Any
) -> None:
    settings.EGRESS_ALLOW = []
    page = check(client)
    assert NOT_REACHED in page
    assert website.asked == []


def test_without_an_address_there_is_nothing_to_look_at(
    company: Company, adam: Agent, client: Client
) -> None:
    update_company(company=company, website="")

    assert "No website address yet" in check(client)
    assert not Promise.objects.filter(kind="website.check").exists()


def test_another_address_is_looked_at_by_itself(
    company: Company, adam: Agent, website: Website, client: Client
) -> None:
    website.shows(page_with(company))
    update_company(company=company, website=website.address)
    sweep_promises()

    assert "The code is on your website" in shown(client)
    # Saving the page again with the same address asks nothing.
    update_company(company=company, website=website.address, name="Roses")
    sweep_promises()
    assert website.asked == ["/"]


def test_who_presses_again_and_again_is_slowed_down(moved: Company, website: Website, client: Client) -> None:
    website.shows("Roses")
    for _time in range(6):
        check(client)
    response = client.post("/installation/check/", headers={"HX-Request": "true"})
    sweep_promises()

    assert "ten minutes" in response.headers["HX-Trigger"]
    assert len(website.asked) == 6


def test_without_javascript_the_button_leads_back(moved: Company, client: Client) -> None:
    assert client.post("/installation/check/").headers["Location"] == "/settings/"


def test_comments_are_left_out_in_one_pass() -> None:
    assert without_comments(b"a<!-- b -->c<!-- d --><!---->e") == b"ace"
    assert without_comments(b"a<!-- b") == b"a"
    assert without_comments(b"<!--" * 250_000) == b""


# --- the start screen and the guides ------------------------------------------------------------------------------


def test_the_start_screen_has_the_code_the_guides_and_tips(
    company: Company, adam: Agent, client: Client
) -> None:
    page = client.get("/").content.decode()

    assert page.count(f"widget/{company.key}.js") == 2  # to read, and for the button that copies
    for slug in SYSTEMS:
        assert f'href="/guides/{slug}.en.pdf"' in page
    assert "Tips" in page
    assert 'id="installation"' in page


def test_after_the_first_conversation_it_is_gone(company: Company, adam: Agent, client: Client) -> None:
    make_conversation(company)
    page = client.get("/").content.decode()
    assert 'id="installation"' not in page
    assert "Tips" not in page


def text_of(pdf: bytes) -> str:
    """What is drawn, of letters without accents: those stand in a PDF as they are."""
    streams = (part.strip() for part in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL))
    drawn = (zlib.decompress(a85decode(b"<~" + part, adobe=True)) for part in streams if part.endswith(b"~>"))
    return "".join(re.findall(r"\(((?:\\.|[^()\\])*)\) Tj", b" ".join(drawn).decode("latin-1")))


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("system", list(SYSTEMS))
def test_each_guide_is_a_pdf_of_one_or_two_pages(
    company: Company, adam: Agent, client: Client, system: str, language: str
) -> None:
    response = client.get(f"/guides/{system}.{language}.pdf")
    pdf = response.content

    assert response.headers["Content-Type"] == "application/pdf"
    assert pdf.startswith(b"%PDF-")
    assert 1 <= len(re.findall(rb"/Type /Page\b", pdf)) <= 2
    assert f"/Lang ({language})".encode() in pdf


def test_a_guide_contains_the_companys_own_code(company: Company, adam: Agent, client: Client) -> None:
    assert company.snippet in text_of(client.get("/guides/html.en.pdf").content)


def test_a_guide_speaks_the_language_of_its_address(adam: Agent, client: Client) -> None:
    assert "Krok po kroku" in text_of(client.get("/guides/shopify.pl.pdf").content)
    assert "Step by step" in text_of(client.get("/guides/shopify.en.pdf").content)


@pytest.mark.parametrize("name", ["typo3.pl", "wordpress.de"])
def test_other_guides_do_not_exist(company: Company, adam: Agent, client: Client, name: str) -> None:
    assert client.get(f"/guides/{name}.pdf").status_code == 404


def test_a_companys_name_is_text_whatever_it_contains(adam: Agent, company: Company, client: Client) -> None:
    company.name = "<b>Roses & <font"
    company.save()
    assert client.get("/guides/html.pl.pdf").status_code == 200
