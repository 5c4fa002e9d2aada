"""What the widget says by itself (WI9): one text for each language, after some seconds."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Company
from chat.models import Trigger
from conversations.models import Conversation
from tests.factories import make_agent, make_company, new_id

POLISH = {"language": "pl", "text": "W czym mogę pomóc?", "delay": "15"}


@pytest.fixture
def company(commits: None) -> Company:
    return make_company(language="pl")


@pytest.fixture
def owner(company: Company) -> Client:
    agent = make_agent(company, "Adam", access=Agent.Access.FULL, language="en")
    screen = Client()
    screen.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return screen


def add(owner: Client, **changes: str) -> Any:
    return owner.post("/settings/triggers/add/", POLISH | changes)


def waits(company: Company) -> dict[str, int]:
    """After how many seconds the company's widgets speak, by the language of the page."""
    script = Client().get(f"/widget/{company.key}/later.js").text
    found = re.search(r"const config = (\{.*\});", script)
    assert found
    seconds: dict[str, int] = json.loads(found[1])["wait"]
    return seconds


def told(company: Company, language: str) -> dict[str, Any] | None:
    """What the panel would say."""
    page = Client().get(f"/widget/{company.key}/panel/?lang={language}").text
    found = re.search(r'<script id="config" type="application/json">(.*?)</script>', page)
    assert found
    trigger: dict[str, Any] | None = json.loads(found[1])["trigger"]
    return trigger


def visit(company: Company, *commands: tuple[str, dict[str, Any]], token: str | None = None) -> Any:
    frames = [{"type": "hello", "data": {"token": token}}]
    frames += [{"type": kind, "data": data} for kind, data in commands]
    body = json.dumps({"frames": frames})
    return Client().post(f"/widget/{company.key}/exchange", body, "application/json").json()["frames"]


def timeline(frames: Any) -> list[tuple[str, str]]:
    return [(entry["by"], entry["text"]) for entry in frames[0]["data"]["entries"]]


def test_a_trigger_is_written_and_reaches_the_pages_of_its_language(owner: Client, company: Company) -> None:
    assert add(owner).status_code == 302

    assert waits(company) == {"pl": 15}
    trigger = told(company, "pl")
    assert trigger and trigger["text"] == "W czym mogę pomóc?"
    assert told(company, "en") is None
    assert "W czym mogę pomóc?" in owner.get("/settings/triggers/").text


@pytest.mark.parametrize(
    "changes",
    [
        {"text": ""},
        {"text": "x" * 251},
        {"delay": "0"},
        {"delay": "3601"},
        {"delay": "soon"},
        {"language": "de"},
    ],
)
def test_what_is_out_of_bounds_is_refused(owner: Client, company: Company, changes: dict[str, str]) -> None:
    assert add(owner, **changes).status_code == 422
    assert not Trigger.objects.exists()


def test_there_is_one_for_each_language(owner: Client, company: Company) -> None:
    assert add(owner, text="x" * 250).status_code == 302
    assert add(owner).status_code == 422
    assert add(owner, language="en").status_code == 302

    english = Trigger.objects.get(language="en")
    assert owner.post(f"/settings/triggers/{english.pk}/", POLISH).status_code == 422
    changed = owner.post(f"/settings/triggers/{english.pk}/", POLISH | {"language": "en", "delay": "40"})
    assert changed.status_code == 302
    assert waits(company) == {"pl": 15, "en": 40}


def test_a_deletion_is_taken_back(owner: Client, company: Company) -> None:
    add(owner)
    trigger = Trigger.objects.get()
    answer = owner.post(
        f"/settings/triggers/{trigger.pk}/delete/",
        headers={"HX-Request": "true", "HX-Target": "triggers"},
    )
    undo = json.loads(answer["HX-Trigger"])["toast"]["undo"]

    assert waits(company) == {}
    owner.post(undo)
    assert waits(company) == {"pl": 15}


def test_what_has_been_replaced_does_not_come_back(owner: Client, company: Company) -> None:
    add(owner)
    before = Trigger.objects.get()
    owner.post(f"/settings/triggers/{before.pk}/delete/")
    add(owner, text="Dzień dobry!")
    owner.post(f"/settings/triggers/{before.pk}/restore/")

    trigger = told(company, "pl")
    assert trigger and trigger["text"] == "Dzień dobry!"


def test_switched_off_none_is_said(owner: Client, company: Company) -> None:
    add(owner)
    owner.post("/settings/triggers/switch/", {"triggers_open": "on"})
    assert (waits(company), told(company, "pl")) == ({}, None)

    owner.post("/settings/triggers/switch/", {"triggers_on": "on"})
    trigger = told(company, "pl")
    assert trigger and trigger["opens"] is False


def test_what_was_said_stands_before_the_answer_to_it(owner: Client, company: Company) -> None:
    add(owner)
    trigger = Trigger.objects.get()
    token = visit(company)[0]["data"]["token"]
    sent = {"id": new_id(), "text": "Szukam kubka", "trigger": trigger.pk}
    stored = visit(company, ("message.send", sent), token=token)[1]["data"]

    assert stored["prev"] == stored["seq"] - 1
    assert timeline(visit(company, token=token)) == [
        ("system", "W czym mogę pomóc?"),
        ("visitor", "Szukam kubka"),
    ]
    conversation = Conversation.objects.get()
    assert (conversation.preview, conversation.preview_by) == ("Szukam kubka", "customer")
    # Sent again, and with the next message, it is said no more.
    visit(company, ("message.send", sent), token=token)
    visit(company, ("message.send", sent | {"id": new_id(), "text": "Niebieskiego"}), token=token)
    assert len(timeline(visit(company, token=token))) == 3


@pytest.mark.parametrize("claimed", ["W czym mogę pomóc?", -1, 10**30, True, {"id": 1}, "other"])
def test_nobody_lets_the_company_say_what_it_did_not(
    owner: Client, company: Company, claimed: object
) -> None:
    other = Trigger.objects.create(company=make_company("Baker"), language="pl", text="Bułki?")
    token = visit(company)[0]["data"]["token"]
    sent = {"id": new_id(), "text": "Hej", "trigger": other.pk if claimed == "other" else claimed}
    visit(company, ("message.send", sent), token=token)

    assert timeline(visit(company, token=token)) == [("visitor", "Hej")]
