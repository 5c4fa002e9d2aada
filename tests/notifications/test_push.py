"""Web Push, when no tab is open (NO5). The push service is real, https on this machine: it sees what any would see."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import find
from django.core.management import call_command
from django.test import Client
from py_vapid import Vapid02

from agents import push
from agents.actions import change_password, update_agent
from agents.models import Agent, Company, PushSubscription
from agents.presence import release_lease
from agents.views.notifications import SUBSCRIPTIONS
from contactcenter.models import Promise, Session
from contactcenter.promises import sweep_promises
from conversations.models import Conversation, Offer
from tests.clock import Clock
from tests.factories import (
    PASSWORD,
    come_online,
    device_of,
    heartbeat,
    make_agent,
    make_company,
    make_conversation,
)
from tests.notifications.browsers import Browser
from tests.notifications.conftest import sign_in
from tests.notifications.servers import PushService

pytestmark = pytest.mark.django_db

ADDRESS = "/settings/notifications/push/"
Subscribe = Callable[[Client], Browser]


def close_tab(agent: Agent) -> None:
    release_lease(agent_id=agent.pk, device=device_of(agent))


@pytest.fixture
def away(ewa: Agent, client: Client, push_service: PushService, subscribe: Subscribe) -> Browser:
    """The browser of Ewa, who wants to be told in it and has closed her last tab."""
    browser = subscribe(client)
    close_tab(ewa)
    return browser


def keep_promises() -> None:
    while sweep_promises():
        pass


def offer_of(conversation: Conversation) -> Offer:
    return Offer.objects.get(conversation=conversation, outcome=Offer.Outcome.OPEN)


# --- an offer -------------------------------------------------------------------------------------------------------


def test_an_offer_reaches_who_closed_the_last_tab_and_is_answered_in_time(
    client: Client, company: Company, ewa: Agent, push_service: PushService, clock: Clock, away: Browser
) -> None:
    clock.move(seconds=60)
    conversation = make_conversation(company, text="My tulips are purple")
    keep_promises()

    (pushed,) = push_service.got
    told = away.read(pushed.body)
    offer = offer_of(conversation)
    assert told == {
        "tag": f"offer-{offer.pk}",
        "title": "New conversation",
        "body": "Chat",
        "lang": "en",
        "conversation": conversation.pk,
        "offer": offer.pk,
    }
    # The tap on it opens the conversation, where it can be answered.
    clock.move(seconds=20)
    page = client.get(f"/conversations/{told['conversation']}/").text
    assert "My tulips are purple" in page
    client.post(f"/conversations/{told['conversation']}/answer/", headers={"HX-Request": "true"})
    offer.refresh_from_db()
    conversation.refresh_from_db()
    assert (offer.outcome, conversation.assignee) == (Offer.Outcome.ACCEPTED, ewa)


@pytest.mark.usefixtures("away")
def test_what_the_push_service_sees(company: Company, push_service: PushService) -> None:
    """Who sends it, for how long it is worth anything, and nothing of what it says."""
    make_conversation(company, text="My tulips are purple")
    keep_promises()

    (pushed,) = push_service.got
    headers = pushed.headers
    assert headers["Content-Encoding"] == "aes128gcm"
    assert headers["TTL"] == "30"
    assert headers["Urgency"] == "high"
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,32}", headers["Topic"])
    assert b"conversation" not in pushed.body and b"tulips" not in pushed.body
    assert Vapid02.verify(headers["Authorization"])
    assert f"k={push.public_key()}" in headers["Authorization"]


def test_an_open_tab_tells_by_itself(
    client: Client, company: Company, push_service: PushService, subscribe: Subscribe
) -> None:
    subscribe(client)
    make_conversation(company)

    assert not Promise.objects.filter(kind="push.offer").exists()
    keep_promises()
    assert push_service.got == []


def test_a_tab_that_has_fallen_silent_does_not(
    client: Client, company: Company, push_service: PushService, subscribe: Subscribe, clock: Clock
) -> None:
    """A phone in a pocket, a killed server: nobody said that the tab was closed."""
    subscribe(client)
    clock.move(seconds=40)
    make_conversation(company)
    keep_promises()

    assert len(push_service.got) == 1


@pytest.mark.usefixtures("away")
def test_who_comes_back_in_the_meantime_is_not_pushed(
    company: Company, ewa: Agent, push_service: PushService, clock: Clock
) -> None:
    make_conversation(company)
    clock.move(seconds=2)
    heartbeat(ewa)
    keep_promises()

    assert push_service.got == []


@pytest.mark.parametrize("status", ["break", "offline"])
def test_on_a_break_nothing_is_pushed(
    client: Client, company: Company, ewa: Agent, push_service: PushService, subscribe: Subscribe, status: str
) -> None:
    """ST1."""
    subscribe(client)
    client.post("/status/", {"status": status})
    close_tab(ewa)
    make_conversation(company)
    keep_promises()

    assert push_service.got == []


@pytest.mark.usefixtures("away")
def test_after_the_grace_nothing_is_pushed(company: Company, push_service: PushService, clock: Clock) -> None:
    clock.move(minutes=2, seconds=1)
    make_conversation(company)
    keep_promises()

    assert push_service.got == []


def test_each_browser_is_told_in_the_language_of_its_agent(
    client: Client, company: Company, push_service: PushService, subscribe: Subscribe
) -> None:
    ewa = Agent.objects.get(first_name="Ewa")
    ewa.language = "pl"
    ewa.save()
    laptop, phone = subscribe(client), subscribe(sign_in(ewa))
    close_tab(ewa)
    make_conversation(company)
    keep_promises()

    told = {pushed.path.rpartition("/")[2]: pushed for pushed in push_service.got}
    assert laptop.read(told["browser-0"].body)["title"] == "Nowa rozmowa"
    assert phone.read(told["browser-1"].body)["lang"] == "pl"


def test_a_colleague_is_not_told(
    client: Client, company: Company, push_service: PushService, subscribe: Subscribe
) -> None:
    """Jan waits longest, but Ewa's tab is open: whoever sees it first is asked first."""
    jan = make_agent(company, "Jan", online=True)
    subscribe(sign_in(jan))
    close_tab(jan)
    conversation = make_conversation(company)
    keep_promises()

    assert offer_of(conversation).agent.first_name == "Ewa"
    assert push_service.got == []


# --- a push service that does not take it ---------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.usefixtures("away")
def test_a_browser_that_is_gone_is_forgotten(
    company: Company, push_service: PushService, status: int
) -> None:
    push_service.answers = [status]
    make_conversation(company)
    keep_promises()

    assert not PushSubscription.objects.exists()
    assert not Promise.objects.filter(kind="push.offer").exists()


@pytest.mark.usefixtures("away")
def test_a_push_service_in_trouble_is_asked_again_while_the_offer_is_open(
    company: Company, push_service: PushService, clock: Clock
) -> None:
    push_service.answers = [503, 429]
    make_conversation(company)
    for _ in range(10):
        keep_promises()
        clock.move(seconds=2)

    assert len(push_service.got) == 3
    assert [int(pushed.headers["TTL"]) for pushed in push_service.got] == sorted(
        (int(pushed.headers["TTL"]) for pushed in push_service.got), reverse=True
    )
    assert len({pushed.headers["Topic"] for pushed in push_service.got}) == 1


@pytest.mark.usefixtures("away")
def test_nobody_is_asked_about_an_offer_that_is_over(
    company: Company, push_service: PushService, clock: Clock
) -> None:
    push_service.answers = [503] * 50
    make_conversation(company)
    keep_promises()
    asked = len(push_service.got)
    clock.move(seconds=31)
    keep_promises()

    assert len(push_service.got) == asked
    assert not Promise.objects.filter(kind="push.offer").exists()
    assert PushSubscription.objects.exists()


# --- whose browser it is --------------------------------------------------------------------------------------------


def test_signing_out_ends_it_in_that_browser_only(client: Client, ewa: Agent, subscribe: Subscribe) -> None:
    phone = sign_in(ewa)
    subscribe(client)
    kept = subscribe(phone)

    client.post("/logout/")

    assert list(PushSubscription.objects.values_list("endpoint", flat=True)) == [kept.endpoint]


def test_a_new_password_ends_it_everywhere(
    client: Client, company: Company, ewa: Agent, push_service: PushService, subscribe: Subscribe
) -> None:
    subscribe(client)
    change_password(agent=ewa, password="another long password")
    close_tab(ewa)
    make_conversation(company)
    keep_promises()

    assert push_service.got == []
    assert not PushSubscription.objects.exists()


def test_a_session_that_does_not_hold_any_more_is_not_told(
    client: Client, company: Company, ewa: Agent, push_service: PushService, subscribe: Subscribe
) -> None:
    """`manage.py changepassword` deletes no session; it makes them worthless."""
    subscribe(client)
    ewa.set_password("another long password")
    ewa.save()
    close_tab(ewa)
    make_conversation(company)
    keep_promises()

    assert push_service.got == []
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(("remember", "told"), [({"remember": "on"}, 1), ({}, 0)], ids=["stays", "goes"])
def test_a_session_that_goes_with_its_browser_is_not_told_when_its_pages_are_silent(
    company: Company,
    ewa: Agent,
    push_service: PushService,
    subscribe: Subscribe,
    clock: Clock,
    remember: dict[str, str],
    told: int,
) -> None:
    """Ewa closed the browser of a shared computer, and went on elsewhere."""
    shared = Client()
    shared.post("/login/", {"username": ewa.email, "password": PASSWORD} | remember)
    subscribe(shared)
    close_tab(ewa)
    clock.move(minutes=8)
    come_online(ewa, "phone")
    release_lease(agent_id=ewa.pk, device=device_of(ewa, "phone"))
    make_conversation(company)
    keep_promises()

    assert len(push_service.got) == PushSubscription.objects.count() == told


@pytest.mark.usefixtures("away")
def test_a_push_is_no_sign_of_life_of_a_session(
    company: Company, ewa: Agent, push_service: PushService, clock: Clock
) -> None:
    clock.move(minutes=6)
    come_online(ewa, "phone")
    release_lease(agent_id=ewa.pk, device=device_of(ewa, "phone"))
    make_conversation(company)
    keep_promises()

    assert len(push_service.got) == 1
    assert Session.objects.get(owner_id=ewa.pk).seen_at == clock.now - timedelta(minutes=6)


def test_who_may_not_sign_in_any_more_is_not_told(
    client: Client, ewa: Agent, push_service: PushService, subscribe: Subscribe
) -> None:
    browser = subscribe(client)
    client.post(
        "/settings/notifications/test/", {"endpoint": browser.endpoint}, content_type="application/json"
    )
    ewa.is_active = False
    update_agent(agent=ewa)
    keep_promises()

    assert push_service.got == []
    assert not PushSubscription.objects.exists()


def test_the_next_person_in_the_same_browser_takes_it_over(
    client: Client, company: Company, subscribe: Subscribe
) -> None:
    browser = subscribe(client)
    jan = make_agent(company, "Jan")

    response = sign_in(jan).post(ADDRESS, browser.subscription(), content_type="application/json")

    assert response.status_code == 204
    assert PushSubscription.objects.get().agent == jan


def test_knowing_the_address_of_a_browser_does_not_make_it_ones_own(
    client: Client, ewa: Agent, push_service: PushService, subscribe: Subscribe
) -> None:
    browser = subscribe(client)
    stranger = sign_in(make_agent(make_company("Baker"), "Eve"))
    forged = Browser(browser.endpoint).subscription()

    assert stranger.post(ADDRESS, forged, content_type="application/json").status_code == 422
    answer = stranger.delete(ADDRESS, {"endpoint": browser.endpoint}, content_type="application/json")
    assert answer.status_code == 404
    tested = {"endpoint": browser.endpoint}
    answer = stranger.post("/settings/notifications/test/", tested, content_type="application/json")
    assert answer.status_code == 404
    assert PushSubscription.objects.get().agent == ewa


def test_switching_it_off(client: Client, subscribe: Subscribe) -> None:
    browser = subscribe(client)

    response = client.delete(ADDRESS, {"endpoint": browser.endpoint}, content_type="application/json")

    assert response.status_code == 204
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "http://push.example/"},
        {"endpoint": "https://127.0.0.1/push"},
        {"endpoint": "https://169.254.169.254/latest/"},
        {"endpoint": "https://[::1]/"},
        {"endpoint": "https://user:password@localhost/"},
        {"endpoint": "https://localhost/"},
        {"endpoint": "javascript:alert(1)"},
        {"endpoint": 17},
        {"endpoint": "https://localhost/\u0000"},
        {"endpoint": "https://localhost/" + "a" * 2000},
        {"keys": {}},
        {"keys": "none"},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": {"p256dh": "ł" * 87, "auth": "ł" * 22}},
    ],
)
def test_what_is_no_subscription_is_refused(
    client: Client, push_service: PushService, change: dict[str, object]
) -> None:
    whole = Browser(push_service.address("me")).subscription() | change

    response = client.post(ADDRESS, whole, content_type="application/json")

    assert response.status_code == 422
    assert response.json()["error"]
    assert not PushSubscription.objects.exists()


def test_what_is_no_json_is_refused(client: Client) -> None:
    for body in ("", "[]", "{", "[" * 100_000):
        assert client.post(ADDRESS, body, content_type="application/json").status_code == 422


def test_new_browsers_are_counted_and_those_that_come_back_are_not(
    client: Client, push_service: PushService, subscribe: Subscribe
) -> None:
    browser = subscribe(client)
    again = partial(client.post, ADDRESS, content_type="application/json")

    for _ in range(SUBSCRIPTIONS.times):
        assert again(browser.subscription()).status_code == 204
    new = [Browser(push_service.address(f"new-{number}")) for number in range(SUBSCRIPTIONS.times)]
    answers = [again(one.subscription()).status_code for one in new]

    assert answers == [204] * (SUBSCRIPTIONS.times - 1) + [429]


def test_the_oldest_of_too_many_browsers_goes(client: Client, ewa: Agent, subscribe: Subscribe) -> None:
    browsers = [subscribe(client) for _ in range(push.MAX_BROWSERS + 1)]

    endpoints = set(PushSubscription.objects.values_list("endpoint", flat=True))
    assert endpoints == {browser.endpoint for browser in browsers[1:]}


# --- trying it, and the installation ----------------------------------------------------------------------------------


def test_a_test_push_goes_to_the_browser_that_asked(
    client: Client, ewa: Agent, push_service: PushService, subscribe: Subscribe
) -> None:
    browser = subscribe(client)
    subscribe(sign_in(ewa))

    asked = {"endpoint": browser.endpoint}
    response = client.post("/settings/notifications/test/", asked, content_type="application/json")
    keep_promises()

    assert response.status_code == 202
    (pushed,) = push_service.got
    assert browser.read(pushed.body)["tag"] == "test"


def test_without_a_key_a_deployment_pushes_nothing_and_says_so(
    client: Client, company: Company, ewa: Agent, push_service: PushService, subscribe: Subscribe, settings
) -> None:
    subscribe(client)
    settings.EMBEDDED, settings.VAPID_PRIVATE_KEY = False, ""
    close_tab(ewa)
    make_conversation(company)
    keep_promises()

    assert push_service.got == []
    assert 'data-vapid-key=""' in client.get("/settings/notifications/").text
    browser = Browser(push_service.address("late"))
    assert client.post(ADDRESS, browser.subscription(), content_type="application/json").status_code == 422


def test_a_newcomers_machine_makes_a_key_once_and_keeps_it(settings, tmp_path: Path) -> None:
    settings.EMBEDDED, settings.VAPID_PRIVATE_KEY, settings.DATA_DIR = True, "", tmp_path

    key = push.public_key()

    assert key and push.public_key() == key
    assert [(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == [("vapid_key", 0o600)]


def test_the_command_prints_a_key_that_works(settings, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("vapid_keys")

    public, private = capsys.readouterr().out.strip().split("\n")
    settings.VAPID_PRIVATE_KEY = private.removeprefix("VAPID_PRIVATE_KEY=")
    assert push.public_key() == public.rpartition(" ")[2]


def test_the_service_worker_is_asked_for_anew_each_time() -> None:
    response = Client().get("/sw.js")

    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache"
    assert "showNotification" in response.text


def test_the_manifest_names_what_is_there() -> None:
    manifest = json.loads(Path(find("manifest.webmanifest")).read_text())
    assert all(find(icon["src"]) for icon in manifest["icons"])


@pytest.mark.usefixtures("away")
def test_coming_online_somewhere_else_counts_as_an_open_tab(
    company: Company, ewa: Agent, push_service: PushService
) -> None:
    come_online(ewa, "desktop")
    make_conversation(company)
    keep_promises()

    assert push_service.got == []
