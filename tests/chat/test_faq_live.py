"""The chatbot in the running product: in a real browser, and with its worker killed."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from tests.live import DEPLOYED, Live, wait_for


def switch_on(live: Live) -> None:
    live.query("UPDATE agents_company SET bot_on = %s WHERE key = 'demo'", [True])


@pytest.mark.once
def test_a_visitor_reads_answers_chooses_questions_and_asks_for_people(
    live: Live, new_page: Callable[..., Any]
) -> None:
    """Nobody is there: the chatbot answers all the same."""
    switch_on(live)
    page = new_page(locale="pl-PL")
    page.goto(f"{live.url}/demo/")
    launcher = page.get_by_role("button", name="Zostaw wiadomość").or_(
        page.get_by_role("button", name="Otwórz czat")
    )
    launcher.click()
    panel = page.frame_locator("iframe")
    panel.get_by_text("Odpowiada automat").first.wait_for()
    field = panel.get_by_role("textbox", name="Wiadomość")

    def last_of_bot() -> Any:
        return panel.locator(".g:not(.me)").last

    field.fill("dzien dobry, ile trwa dostwa?")
    field.press("Enter")
    panel.get_by_role("button", name="Porozmawiaj z człowiekiem").wait_for()
    field.fill("czy wysyłka w sobotę")
    field.press("Enter")
    panel.get_by_role("button", name="Wysyłka do innych krajów").or_(
        panel.get_by_role("button", name="Czy wysyłacie za granicę?")
    ).click()
    panel.get_by_text("Tak, do wszystkich krajów UE.").wait_for()
    assert "Automat" in last_of_bot().inner_text()
    assert panel.locator(".me .m").last.inner_text() == "Czy wysyłacie za granicę?"

    page.reload()
    launcher.click()
    panel.get_by_text("Tak, do wszystkich krajów UE.").wait_for()
    panel.get_by_role("button", name="Porozmawiaj z człowiekiem").click()
    panel.get_by_text("Przekazuję tę rozmowę człowiekowi.").wait_for()
    assert panel.get_by_role("button", name="Porozmawiaj z człowiekiem").count() == 0
    assert panel.get_by_text("Chcę porozmawiać z człowiekiem.").count() == 1


def exchange(live: Live, *frames: dict[str, Any]) -> list[dict[str, Any]]:
    request = urllib.request.Request(
        f"{live.url}/widget/demo/exchange",
        json.dumps({"frames": frames}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        found: list[dict[str, Any]] = json.load(response)["frames"]
    return found


@pytest.mark.chaos
def test_a_worker_that_is_killed_before_the_answer_answers_once_when_it_is_back(start_live: Any) -> None:
    live = start_live()
    switch_on(live)
    hello = {"type": "hello", "data": {"token": None, "lang": "pl"}}
    hello["data"]["token"] = exchange(live, hello)[0]["data"]["token"]
    message = {"type": "message.send", "data": {"id": "asked-once", "text": "Ile trwa dostawa?"}}
    if DEPLOYED:
        # Nobody answers before it is back. Where one process does everything it dies with the answer under way.
        live.kill("worker")
    exchange(live, hello, message)
    if not DEPLOYED:
        live.kill("worker")
    live.restart("worker")
    exchange(live, hello, message)

    def texts() -> list[str]:
        return [entry["text"] for entry in exchange(live, hello)[0]["data"]["entries"]]

    wait_for(lambda: len(texts()) >= 2, 15, "no answer")
    answered = texts()
    assert len(answered) == 2 and answered[1].startswith("Paczki wysyłamy")
    assert live.query("SELECT count(*) FROM chat_botquestion") == [(1,)]
