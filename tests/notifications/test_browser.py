"""How an agent's browser rings and notifies: what it would play and show is noted by what stands in for its loudspeaker
and its desktop; everything between is real."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.push import make_key
from tests.browser.test_workspace import Visitor, sign_in
from tests.live import Live, wait_for
from tests.notifications.browsers import Browser
from tests.notifications.servers import PushService

# What browsers decide is the same on every deployment; test_push.py sends pushes on both.
pytestmark = pytest.mark.once

NewPage = Callable[..., Any]

# Notes what would be heard and seen, and lets a test hide the page, which headless browsers never do.
OBSERVER = """
(() => {
  const tones = [];
  const start = OscillatorNode.prototype.start;
  const stop = OscillatorNode.prototype.stop;
  OscillatorNode.prototype.start = function (when = 0) {
    tones.push(this);
    this.noted = { from: when, to: Infinity };
    start.call(this, when);
  };
  OscillatorNode.prototype.stop = function (when = 0) {
    this.noted.to = Math.max(when, this.context.currentTime);
    stop.call(this, when);
  };
  window.seconds = () => Math.max(0, ...tones.map((tone) => tone.noted.to - tone.context.currentTime));
  window.tonesMade = () => tones.length;

  window.notified = [];
  class Noted extends EventTarget {
    static permission = "granted";
    static requestPermission = async () => "granted";
    constructor(title, options) {
      super();
      Object.assign(this, { title, ...options, open: true });
      window.notified.push(this);
    }
    close() { this.open = false; }
  }
  if (!window.realNotifications) window.Notification = Noted;
  window.shown = () => window.notified.filter((n) => n.open).map(({ title, body, tag }) => ({ title, body, tag }));

  let hidden = false;
  Object.defineProperty(document, "hidden", { get: () => hidden });
  window.hide = (now) => {
    hidden = now;
    document.dispatchEvent(new Event("visibilitychange"));
  };
})();
"""


@pytest.fixture(autouse=True)
def nobody_waits(request: pytest.FixtureRequest) -> None:
    if "live" in request.fixturenames:
        quiet(request.getfixturevalue("live"))


def quiet(live: Live) -> None:
    """What waits in the demo company would ring too."""
    live.query(
        "UPDATE conversations_conversation SET status = 'ignored', waiting_since = NULL WHERE status = 'new'"
    )


@pytest.fixture
def ewa(live: Live, new_page: NewPage) -> Any:
    """Ewa's workspace; only she is online, and she has touched the page."""
    page = new_page(locale="en-GB")
    page.context.add_init_script(OBSERVER)
    sign_in(page, live)
    touch(page)
    return page


@pytest.fixture
def visitor(live: Live) -> Visitor:
    return Visitor(live)


def touch(page: Any) -> None:
    page.mouse.click(700, 5)
    page.wait_for_function("document.querySelector('[data-cc-banner=sound]').hidden")


def another_tab(page: Any) -> Any:
    tab = page.context.new_page()
    tab.goto(page.url)
    tab.locator("#me [data-presence=online]").wait_for()
    touch(tab)
    return tab


def seconds(*tabs: Any) -> list[float]:
    """For how long each tab will go on sounding."""
    return [round(tab.evaluate("seconds()"), 1) for tab in tabs]


def shown(*tabs: Any) -> list[dict[str, str]]:
    return [notification for tab in tabs for notification in tab.evaluate("shown()")]


def choose_ringtone(live: Live, ringtone: str) -> None:
    live.query("UPDATE agents_agent SET ringtone = %s WHERE email = 'ewa@demo.example'", [ringtone])


def test_an_offer_rings_in_one_tab_until_it_is_answered_in_another(
    live: Live, ewa: Any, visitor: Visitor
) -> None:
    other = another_tab(ewa)

    visitor.write("Is the oak in stock?")
    wait_for(lambda: any(seconds(ewa, other)), 10)
    ewa.wait_for_timeout(500)

    ringing, silent = sorted(seconds(ewa, other), reverse=True)
    assert 15 < ringing <= 30
    assert silent == 0
    (notification,) = shown(ewa, other)
    assert notification["title"] == "New conversation: Chat"

    quiet_tab = other if seconds(ewa)[0] else ewa
    quiet_tab.locator(".offer", has_text="oak").get_by_role("button", name="Answer").click()
    wait_for(lambda: not any(seconds(ewa, other)), 5)
    wait_for(lambda: shown(ewa, other) == [], 5)


def test_when_the_ringing_tab_is_closed_another_takes_over(live: Live, ewa: Any, visitor: Visitor) -> None:
    other = another_tab(ewa)
    visitor.write("Is the oak in stock?")
    wait_for(lambda: any(seconds(ewa)), 10)

    ewa.close()

    wait_for(lambda: any(seconds(other)), 5)


def test_the_short_ringtone_is_over_soon(live: Live, ewa: Any, visitor: Visitor) -> None:
    choose_ringtone(live, "short")
    ewa.reload()
    touch(ewa)
    visitor.write("Is the oak in stock?")
    wait_for(lambda: ewa.evaluate("tonesMade()") == 8, 10)

    assert seconds(ewa)[0] < 4
    ewa.locator(".offer", has_text="oak").wait_for()


def test_on_a_break_it_falls_silent_and_nothing_is_shown(live: Live, ewa: Any, visitor: Visitor) -> None:
    """ST1."""
    visitor.write("Is the oak in stock?")
    wait_for(lambda: any(seconds(ewa)), 10)

    ewa.evaluate("document.querySelector('#status-choice [value=break]').click()")
    wait_for(lambda: seconds(ewa) == [0] and shown(ewa) == [], 5)

    made = ewa.evaluate("[tonesMade(), notified.length]")
    Visitor(live).write("And the maple?")
    ewa.wait_for_timeout(1500)
    assert live.query("SELECT 1 FROM conversations_conversation WHERE preview = 'And the maple?'")
    assert ewa.evaluate("[tonesMade(), notified.length]") == made


def test_a_message_is_told_when_nobody_looks(live: Live, ewa: Any, visitor: Visitor) -> None:
    visitor.write("Is the oak in stock?")
    ewa.locator(".offer", has_text="oak").get_by_role("button", name="Answer").click()
    ewa.locator("#timeline .bubble", has_text="oak").wait_for()
    wait_for(lambda: shown(ewa) == [], 5)
    made = ewa.evaluate("tonesMade()")

    visitor.write("In front of everybody's eyes")
    ewa.locator("#timeline .bubble", has_text="eyes").wait_for()
    ewa.wait_for_timeout(500)
    assert (shown(ewa), ewa.evaluate("tonesMade()")) == ([], made)

    ewa.wait_for_timeout(3000)
    ewa.evaluate("hide(true)")
    visitor.write("Hello?")
    wait_for(lambda: shown(ewa), 5)
    (notification,) = shown(ewa)
    assert notification["title"].endswith(" wrote")
    assert notification["body"] == "Chat"
    assert ewa.evaluate("tonesMade()") == made + 1

    ewa.evaluate("hide(false)")
    wait_for(lambda: shown(ewa) == [], 5)

    # On a break it waits until she is back (ST1).
    ewa.evaluate("document.querySelector('#status-choice [value=break]').click()")
    ewa.locator("#me [data-presence=break]").wait_for()
    ewa.wait_for_timeout(3000)
    ewa.evaluate("hide(true)")
    visitor.write("Are you there?")
    ewa.locator("#timeline .bubble", has_text="Are you there?").wait_for()
    ewa.wait_for_timeout(800)
    assert (shown(ewa), ewa.evaluate("tonesMade()")) == ([], made + 1)


def test_a_visible_tab_speaks_for_the_hidden_ones(live: Live, ewa: Any, visitor: Visitor) -> None:
    visitor.write("Is the oak in stock?")
    ewa.locator(".offer", has_text="oak").get_by_role("button", name="Answer").click()
    ewa.locator("#timeline .bubble", has_text="oak").wait_for()
    other = another_tab(ewa)
    wait_for(lambda: shown(ewa, other) == [], 5)
    ewa.evaluate("hide(true)")

    visitor.write("Hello?")
    other.locator("#timeline .bubble", has_text="Hello?").wait_for()
    ewa.wait_for_timeout(800)

    assert shown(ewa, other) == []


def test_a_click_on_the_notification_opens_the_conversation(live: Live, ewa: Any, visitor: Visitor) -> None:
    ewa.goto(f"{live.url}/history/")
    touch(ewa)
    visitor.write("Is the oak in stock?")
    wait_for(lambda: shown(ewa), 10)

    ewa.evaluate("notified.at(-1).dispatchEvent(new Event('click'))")

    ewa.wait_for_url(f"{live.url}/conversations/*/")
    ewa.locator("#timeline .bubble", has_text="oak").wait_for()


def test_an_untouched_page_asks_for_a_click(live: Live, ewa: Any) -> None:
    ewa.reload()
    banner = ewa.get_by_text("Click anywhere to allow the sound.")
    banner.wait_for()

    ewa.mouse.click(700, 5)

    banner.wait_for(state="hidden")


def test_the_settings_page_says_what_this_browser_can_and_lets_one_try(live: Live, ewa: Any) -> None:
    ewa.goto(f"{live.url}/settings/notifications/")
    sound = ewa.locator("[data-cc-check=sound]")
    sound.get_by_text("After a click").wait_for()

    ewa.get_by_role("button", name="Listen: Long").click()
    sound.get_by_text("Allowed").wait_for()
    wait_for(lambda: 3 < seconds(ewa)[0] < 8, 5)
    ewa.get_by_role("button", name="Listen: Short").click()
    wait_for(lambda: 0 < seconds(ewa)[0] < 3, 5)
    ewa.get_by_role("button", name="Listen: Short").click()
    wait_for(lambda: seconds(ewa) == [0], 5)

    ewa.get_by_role("button", name="Show a test notification").click()
    assert shown(ewa)[0]["title"] == "This is how it looks"

    ewa.get_by_role("radio", name="Short").check()
    ewa.get_by_role("status").get_by_text("Saved").wait_for()
    ewa.reload()
    assert ewa.get_by_role("radio", name="Short").is_checked()
    assert ewa.locator("#counters").get_attribute("data-ringtone") == "short"


def test_permission_is_asked_for_by_a_button_only(live: Live, new_page: NewPage) -> None:
    page = new_page(locale="en-GB")
    page.context.add_init_script(
        "Notification.requestPermission = async () => { window.askedFor = (window.askedFor ?? 0) + 1; }"
    )
    sign_in(page, live)
    page.wait_for_timeout(500)
    assert page.evaluate("window.askedFor") is None

    page.goto(f"{live.url}/settings/notifications/")
    notifications = page.locator("[data-cc-check=notifications]")
    state = notifications.get_attribute("data-state")
    if state == "default":
        notifications.get_by_role("button", name="Allow").click()
        assert page.evaluate("window.askedFor") == 1
    else:
        notifications.get_by_text("only you can change that").wait_for()


# --- push -------------------------------------------------------------------------------------------------------------

# A browser's push manager whose push service is the test's.
PUSH_MANAGER = """
(() => {
  const made = %s;
  const subscription = () => localStorage.getItem("subscribed") && {
    endpoint: made.endpoint, toJSON: () => made, options: {},
    unsubscribe: async () => { localStorage.removeItem("subscribed"); return true; },
  };
  PushManager.prototype.getSubscription = async () => subscription() || null;
  PushManager.prototype.subscribe = async (options) => {
    if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error("wrong key");
    localStorage.setItem("subscribed", "yes");
    return subscription();
  };
})();
"""


@pytest.fixture
def push_service(tmp_path: Path) -> Iterator[PushService]:
    service = PushService(tmp_path)
    yield service
    service.stop()


class Delivery:
    """Brings to the service worker what came to the push service, as a browser does."""

    def __init__(self, page: Any, origin: str) -> None:
        self.session = page.context.new_cdp_session(page)
        self.registrations: list[dict[str, Any]] = []
        self.session.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda told: self.registrations.extend(told["registrations"]),
        )
        self.session.send("ServiceWorker.enable")
        self.origin = origin

    def bring(self, page: Any, message: dict[str, Any]) -> None:
        wait_for(lambda: page.wait_for_timeout(50) or self.registrations, 5)
        self.session.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": self.origin,
                "registrationId": self.registrations[-1]["registrationId"],
                "data": json.dumps(message),
            },
        )


def test_with_no_tab_open_a_push_leads_to_the_answer_in_time(
    start_live: Callable[..., Live], new_page: NewPage, push_service: PushService
) -> None:
    """The last tab is closed; a customer writes; the browser shows it; the tap opens the workspace, which answers."""
    environment = {
        "EGRESS_ALLOW": push_service.host,
        "SSL_CERT_FILE": str(push_service.files.certificate),
        "VAPID_PRIVATE_KEY": make_key()[0],
    }
    live = start_live(environment=environment)
    quiet(live)
    browser = Browser(push_service.address("phone"))
    page = new_page(locale="en-GB")
    page.context.grant_permissions(["notifications"], origin=live.url)
    page.context.add_init_script(PUSH_MANAGER % json.dumps(browser.subscription()))
    sign_in(page, live)
    page.goto(f"{live.url}/settings/notifications/")
    page.get_by_label("When no tab is open").check()
    page.get_by_role("button", name="Send a test push").click()
    wait_for(lambda: page.wait_for_timeout(50) or push_service.got, 10)

    delivery = Delivery(page, live.url)
    delivery.bring(page, browser.read(push_service.got.pop().body))
    page.get_by_text("It arrived. Push works in this browser.").wait_for()

    # Some other page of the browser stays, but none of the workspace.
    page.goto("about:blank")
    wait_for(lambda: live.query("SELECT 1 FROM agents_device WHERE is_connected") == [], 10)
    Visitor(live).write("Is the oak in stock?")
    wait_for(lambda: push_service.got, 10)
    told = browser.read(push_service.got.pop().body)
    # In the language that Ewa came in by.
    assert (told["title"], told["body"]) == ("New conversation", "Chat")
    assert "oak" not in json.dumps(told)

    tab = page.context.new_page()
    tab.goto(f"{live.url}/conversations/{told['conversation']}/")
    tab.locator(".offer", has_text="oak").get_by_role("button", name="Answer").click()
    outcome = "SELECT outcome FROM conversations_offer WHERE id = %s"
    wait_for(lambda: live.query(outcome, [told["offer"]]) == [("accepted",)], 10)
    assert "Traceback (most recent call last)" not in live.log()


def test_the_service_worker_shows_what_is_pushed_and_the_page_takes_it_away(
    live: Live, new_page: NewPage
) -> None:
    page = new_page(locale="en-GB")
    page.context.grant_permissions(["notifications"], origin=live.url)
    sign_in(page, live)
    page.evaluate(
        "navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => 1)"
    )
    told = {
        "tag": "offer-1",
        "title": "New conversation",
        "body": "Chat",
        "lang": "en",
        "conversation": 1,
        "offer": 1,
    }

    Delivery(page, live.url).bring(page, told)

    notifications = """navigator.serviceWorker.ready
        .then((worker) => worker.getNotifications())
        .then((all) => all.map((notification) => notification.title))"""
    wait_for(lambda: page.wait_for_timeout(50) or page.evaluate(notifications) == ["New conversation"], 5)
    # It is over: the workspace opens and nothing rings there.
    page.reload()
    wait_for(lambda: page.wait_for_timeout(50) or page.evaluate(notifications) == [], 5)
