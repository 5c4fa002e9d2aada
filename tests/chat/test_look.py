"""How the chat looks (WI2): set on a page with a preview that is made of the widget itself."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Company
from chat.models import Trigger
from tests.factories import make_agent, make_company

LOOK = {
    "widget_colour": "#7318b6",
    "widget_position": "bl",
    "widget_offset_x": "150",
    "widget_offset_y": "0",
    "greeting_pl": "Cześć",
    "greeting_en": "",
}

pytestmark = pytest.mark.once


@pytest.fixture
def company(db: None) -> Company:
    return make_company()


@pytest.fixture
def adam(company: Company, client: Client) -> Agent:
    agent = make_agent(company, "Adam", access=Agent.Access.FULL, language="en")
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return agent


def config_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script id="config" type="application/json">(.*?)</script>', page)
    assert found
    config: dict[str, Any] = json.loads(found[1])
    return config


def test_the_look_reaches_the_widget(client: Client, adam: Agent, company: Company) -> None:
    assert client.post("/settings/widget/", LOOK).status_code == 302

    loader = Client().get(f"/widget/{company.key}.js").content.decode()
    assert '"position":"bl"' in loader.replace(" ", "")
    assert "150px" in loader
    assert config_of(Client().get(f"/widget/{company.key}/panel/?lang=pl").text)["greeting"] == "Cześć"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("widget_colour", "red"),
        ("widget_colour", "#7318b6;}"),
        ("widget_position", "middle"),
        ("widget_offset_x", "-1"),
        ("widget_offset_y", "40000"),
        ("greeting_pl", "x" * 81),
    ],
)
def test_no_other_look(client: Client, adam: Agent, company: Company, field: str, value: str) -> None:
    response = client.post("/settings/widget/", LOOK | {field: value})

    assert response.status_code == 422
    company.refresh_from_db()
    assert company.widget_position == "br"


def test_a_colour_that_is_being_chosen_is_painted_and_judged(client: Client, adam: Agent) -> None:
    answer = client.get("/settings/widget/colours/", {"colour": "#f5c400"})

    assert set(answer.json()["colours"]) == {"light", "dark"}
    assert re.search(r"\d\.\d : 1", answer.json()["said"])
    assert client.get("/settings/widget/colours/", {"colour": "yellow"}).status_code == 422


def test_the_preview_is_the_panel_itself_and_finds_no_conversation(
    client: Client, adam: Agent, company: Company
) -> None:
    online, offline = (
        client.get(f"/settings/widget/panel/?lang=pl&show={show}") for show in ("online", "offline")
    )
    visitors = Client().get(f"/widget/{company.key}/panel/?lang=pl").text

    def body(page: str) -> str:
        return page[page.index("<body>") :]

    assert body(online.text) == body(visitors)
    assert config_of(online.text)["availability"]["agents"]
    assert config_of(offline.text)["availability"] == {"online": False, "agents": []}
    assert config_of(online.text)["key"] != company.key
    assert "frame-ancestors 'self'" in online["Content-Security-Policy"]


def test_only_our_own_page_may_frame_the_preview(client: Client, adam: Agent) -> None:
    page = client.get("/settings/widget/preview/")

    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in page["Content-Security-Policy"]


def test_the_preview_says_the_companys_trigger(client: Client, adam: Agent, company: Company) -> None:
    Trigger.objects.create(company=company, language="pl", text="W czym pomóc?")

    assert config_of(client.get("/settings/widget/panel/?lang=pl").text)["trigger"]["text"] == "W czym pomóc?"
    assert config_of(client.get("/settings/widget/panel/?lang=en").text)["trigger"]["text"].startswith("Good")
