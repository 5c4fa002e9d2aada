"""An agent's workspace in a real browser, with a visitor who writes over the documented HTTP protocol."""

import json
import re
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.live import Live, wait_for

NewPage = Callable[..., Any]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


class Visitor:
    """Somebody on the website, known by the token of the first welcome."""

    def __init__(self, live: Live) -> None:
        self.address = f"{live.url}/widget/demo/exchange"
        self.token: str | None = None

    def exchange(self, *frames: dict[str, Any]) -> list[dict[str, Any]]:
        hello = {"type": "hello", "data": {"token": self.token, "page": {"url": "https://shop.example/cart"}}}
        body = json.dumps({"frames": [hello, *frames]}).encode()
        request = urllib.request.Request(self.address, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as response:
            answers = json.load(response)["frames"]
        assert not [frame for frame in answers if frame["type"] == "error"], answers
        self.token = answers[0]["data"]["token"]
        return answers

    def write(self, text: str) -> None:
        self.exchange({"type": "message.send", "data": {"id": uuid.uuid4().hex, "text": text}})

    def heard(self) -> list[str]:
        """What agents have written to them."""
        return [
            entry["text"]
            for entry in self.exchange()[0]["data"]["entries"]
            if entry["by"] == "agent" and entry["kind"] == "message"
        ]


@pytest.fixture(autouse=True)
def nobody_waits(live: Live) -> None:
    """What waits in the demo company would ring too, sooner or later, as fast as the machine is."""
    live.query(
        "UPDATE conversations_conversation SET status = 'ignored', waiting_since = NULL WHERE status = 'new'"
    )


@pytest.fixture
def visitor(live: Live) -> Visitor:
    return Visitor(live)


def sign_in(page: Any, live: Live, who: str = "ewa", *, online: bool = True) -> Any:
    page.goto(f"{live.url}/login/")
    page.locator("[name=username]").fill(f"{who}@demo.example")
    page.locator("[name=password]").fill("demo-password")
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(f"{live.url}/")
    if page.locator("html").get_attribute("lang") == "pl":
        page.evaluate("document.querySelector('#language-menu [value=en]').click()")
        page.locator("html[lang=en]").wait_for(state="attached")
    page.wait_for_load_state("load")
    if online and page.locator("#me [data-presence]").get_attribute("data-presence") != "online":
        page.evaluate("document.querySelector('#status-choice [value=online]').click()")
        page.locator("#me [data-presence=online]").wait_for()
    return page


@pytest.fixture
def ewa(live: Live, new_page: NewPage) -> Any:
    """Ewa's workspace; only she is online."""
    return sign_in(new_page(locale="en-GB"), live)


def answer(page: Any, text: str) -> None:
    """Answer the offer of the visitor who wrote this."""
    page.locator(".offer", has_text=text).get_by_role("button", name="Answer").click()
    page.locator("#timeline .bubble", has_text=text).wait_for()


def send(page: Any, text: str) -> None:
    page.locator("#composer-text").fill(text)
    page.locator("#composer-text").press("Control+Enter")


def bubbles(page: Any) -> list[str]:
    return [text.strip() for text in page.locator("#timeline .bubble").all_inner_texts()]


def wait_until(condition: Callable[[], bool]) -> None:
    wait_for(condition, 10, lambda: "it never came true")


def course(page: Any) -> str:
    """The timeline as it stands in the page."""
    return str(page.locator("#timeline").evaluate("list => list.outerHTML"))


def assert_as_after_a_reload(page: Any) -> None:
    live_course = course(page)
    page.reload()
    page.locator("#timeline .tl__day").first.wait_for()
    assert re.sub(r">\s+<", "><", live_course) == re.sub(r">\s+<", "><", course(page))


def test_a_visitor_and_an_agent_talk(ewa: Any, visitor: Visitor) -> None:
    visitor.write("Is the oak in stock?")
    ewa.locator(".offer", has_text="Is the oak in stock?").wait_for()
    assert ewa.locator("#announcer").inner_text().startswith("New conversation: Chat")

    answer(ewa, "oak")
    assert ewa.locator(".offer", has_text="oak").count() == 0
    send(ewa, "It is, <b>all</b> of it:\nhttps://shop.example/oak.")
    ewa.locator("#timeline .entry--agent", has_text="It is").wait_for()

    assert ewa.locator("#composer-text").input_value() == ""
    assert ewa.locator("#timeline .entry--agent a").get_attribute("href") == "https://shop.example/oak"
    assert visitor.heard() == ["It is, <b>all</b> of it:\nhttps://shop.example/oak."]
    visitor.write("Wonderful")
    ewa.locator("#timeline .bubble", has_text="Wonderful").wait_for()
    ewa.locator("#list .conv[aria-current=true]", has_text="Wonderful").wait_for()


def test_the_page_looks_as_after_a_reload_whatever_happened(ewa: Any, visitor: Visitor) -> None:
    visitor.write("First")
    visitor.write("Second, https://shop.example/a and ł")
    answer(ewa, "Second")
    visitor.write("Third")
    send(ewa, "Answer one")
    send(ewa, "Answer two")
    ewa.locator("#timeline .bubble", has_text="Answer two").wait_for()
    ewa.get_by_text("Note", exact=True).click()
    send(ewa, "Only for us\nwith two lines")
    ewa.locator("#timeline .entry--note").wait_for()
    visitor.write("Fourth")
    ewa.locator("#timeline .bubble", has_text="Fourth").wait_for()
    ewa.locator("#context").get_by_role("button", name="Add a tag").click()
    ewa.locator("#dialog").get_by_label("Tag").fill("dostawa")
    ewa.locator("#dialog").get_by_role("button", name="Add").click()
    ewa.locator("#timeline .entry--event", has_text="dostawa").wait_for()
    ewa.locator("#context .tag", has_text="dostawa").wait_for()

    ewa.wait_for_timeout(1500)
    assert_as_after_a_reload(ewa)
    assert visitor.heard() == ["Answer one", "Answer two"]


@pytest.mark.once
def test_a_page_before_which_nobody_sits_reads_nothing(live: Live, ewa: Any, visitor: Visitor) -> None:
    """The e-mail about an offline message asks whether somebody had it before their eyes (NO2)."""

    def unread() -> bool:
        (row,) = live.query(
            "SELECT last_seq - opened_seq FROM conversations_conversation ORDER BY id DESC LIMIT 1"
        )
        return bool(row[0])

    ewa.clock.install()
    visitor.write("Is my parcel on its way?")
    answer(ewa, "Is my parcel on its way?")
    visitor.write("It is late")
    wait_until(lambda: bubbles(ewa)[-1] == "It is late" and not unread())

    ewa.clock.fast_forward(61_000)
    visitor.write("Hello?")
    wait_until(lambda: bubbles(ewa)[-1] == "Hello?")
    ewa.clock.run_for(2_000)
    assert unread()

    ewa.mouse.move(300, 300)
    wait_until(lambda: not unread())


def test_what_happened_without_a_connection_is_there_afterwards(ewa: Any, visitor: Visitor) -> None:
    visitor.write("Before")
    answer(ewa, "Before")
    ewa.context.set_offline(True)
    ewa.evaluate("WebSocket.prototype.send = () => {}")  # an open socket would outlive the emulated network
    visitor.write("Meanwhile")
    send(ewa, "Written offline")
    ewa.locator("#unsent", has_text="Not sent yet").wait_for()
    ewa.locator("[data-cc-banner=connection]").wait_for()
    ewa.context.set_offline(False)
    ewa.reload()

    ewa.locator("#timeline .bubble", has_text="Written offline").wait_for()
    wait_until(lambda: bubbles(ewa) == ["Before", "Meanwhile", "Written offline"])
    assert ewa.locator("#unsent > li").count() == 0
    assert visitor.heard() == ["Written offline"]


def test_a_lost_confirmation_sends_again_and_stores_once(ewa: Any, visitor: Visitor) -> None:
    visitor.write("Hello")
    answer(ewa, "Hello")
    lost: list[str] = []

    def lose_first(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.post_data)
        route.fetch()
        route.abort()

    ewa.route("**/messages/", lose_first)
    send(ewa, "Once only")

    wait_until(lambda: ewa.locator("#unsent > li").count() == 0)
    ewa.locator("#timeline .bubble", has_text="Once only").wait_for()
    assert lost
    assert bubbles(ewa) == ["Hello", "Once only"]
    assert visitor.heard() == ["Once only"]


def test_two_tabs_show_the_same(live: Live, ewa: Any, visitor: Visitor) -> None:
    visitor.write("Good morning")
    answer(ewa, "Good morning")
    other = ewa.context.new_page()
    other.goto(ewa.url)
    send(ewa, "From the first tab")
    other.locator("#timeline .bubble", has_text="From the first tab").wait_for()
    send(other, "From the second tab")
    ewa.locator("#timeline .bubble", has_text="From the second tab").wait_for()

    ewa.get_by_role("button", name="Close the conversation").click()

    other.locator("#foot").get_by_role("button", name="Reopen").wait_for()
    ewa.locator("#timeline .entry--event", has_text="closes the conversation").wait_for()
    other.locator("#timeline .entry--event", has_text="closes the conversation").wait_for()
    assert_as_after_a_reload(ewa)
    assert_as_after_a_reload(other)
    other.locator("#foot").get_by_role("button", name="Reopen").click()
    ewa.locator("#composer").wait_for()


def test_the_widget_calls_nobody_online_who_has_left(live: Live, ewa: Any, new_page: NewPage) -> None:
    shop = new_page(locale="pl-PL")
    shop.goto(f"{live.url}/demo/")
    shop.get_by_role("button", name="Otwórz czat").click()
    panel = shop.frame_locator("iframe")
    panel.get_by_role("textbox", name="Wiadomość").fill("Czy klon jest w magazynie?")
    panel.get_by_role("textbox", name="Wiadomość").press("Enter")
    answer(ewa, "klon")
    panel.locator("#subtitle", has_text="Online").wait_for()

    ewa.evaluate("document.querySelector('#status-choice [value=offline]').click()")
    panel.locator("#subtitle", has_text="Odpiszemy, gdy wrócimy").wait_for()
    assert panel.locator("#face .on").count() == 0


@pytest.mark.once
def test_drafts_and_typing(live: Live, ewa: Any, visitor: Visitor) -> None:
    visitor.write("Hello")
    answer(ewa, "Hello")
    visitor.exchange({"type": "typing", "data": {"on": True}})
    ewa.locator("#typing:not([hidden])").wait_for()
    ewa.locator("#composer-text").fill("Half a sen")

    ewa.locator("#tab-all").click()
    ewa.locator("#tab-all[aria-current=page]").wait_for()
    others = ewa.locator("#list .conv:not([aria-current])")
    others.first.click()
    ewa.locator("#conversation-title:focus").wait_for()
    assert ewa.locator("#composer-text").count() == 0 or ewa.locator("#composer-text").input_value() == ""
    ewa.go_back()

    ewa.locator("#timeline .bubble", has_text="Hello").wait_for()
    wait_until(lambda: ewa.locator("#composer-text").input_value() == "Half a sen")


@pytest.mark.once
def test_after_answer_one_writes(live: Live, ewa: Any, visitor: Visitor) -> None:
    visitor.write("Is the ash in stock?")
    answer(ewa, "ash")
    ewa.locator("#composer-text:focus").wait_for()
    ewa.keyboard.type("t, p and r are only letters here")

    assert ewa.locator("#composer-text").input_value() == "t, p and r are only letters here"
    assert ewa.locator("dialog[open]").count() == 0


@pytest.mark.once
def test_offers_of_one_moment_are_all_announced(live: Live, new_page: NewPage) -> None:
    live.query("UPDATE conversations_conversation SET status = 'new' WHERE status = 'ignored'")
    ewa = sign_in(new_page(locale="en-GB"), live, online=False)
    ewa.evaluate("document.querySelector('#status-choice [value=online]').click()")
    ewa.locator(".offer").nth(1).wait_for()

    names = [text.strip() for text in ewa.locator(".offer__name").all_inner_texts()]
    said = ewa.locator("#announcer").inner_text()
    assert len(names) > 1
    assert [name for name in names if name not in said] == []


@pytest.mark.once
def test_another_language_keeps_the_open_conversation(live: Live, ewa: Any, visitor: Visitor) -> None:
    visitor.write("Is the yew in stock?")
    answer(ewa, "yew")
    address = ewa.url
    ewa.locator("#composer-text").fill("Half a sen")
    ewa.evaluate("document.querySelector('#language-menu [value=pl]').click()")
    ewa.locator("html[lang=pl]").wait_for(state="attached")

    assert ewa.url == address
    wait_until(lambda: ewa.locator("#composer-text").input_value() == "Half a sen")


@pytest.mark.once
def test_the_keyboard_is_enough(live: Live, ewa: Any, visitor: Visitor) -> None:
    visitor.write("The first")
    Visitor(live).write("The second")
    ewa.goto(f"{live.url}/?tab=new")
    ewa.locator("#list .conv", has_text="The second").wait_for()
    opened = ewa.locator("#list .conv[aria-current=true]")
    seen: list[str | None] = []
    for key in ("j", "j", "k"):
        ewa.keyboard.press(key)
        if seen:
            ewa.locator(f"#list .conv:not([data-conversation='{seen[-1]}'])[aria-current=true]").wait_for()
        seen.append(opened.get_attribute("data-conversation"))
        ewa.locator(f"#conversation[data-conversation='{seen[-1]}'] #conversation-title:focus").wait_for()
    assert seen[0] == seen[2] != seen[1]

    ewa.keyboard.press("r")
    ewa.keyboard.type("jk? are only letters here")
    assert ewa.locator("#composer-text").input_value() == "jk? are only letters here"
    ewa.keyboard.press("Control+Enter")
    ewa.locator("#timeline .entry--agent", has_text="only letters").wait_for()
    ewa.locator("#conversation-title").focus()

    ewa.keyboard.press("p")
    ewa.locator("#dialog").get_by_role("button", name="Adam").wait_for()
    ewa.locator("#dialog .menu__item:focus").wait_for()
    ewa.keyboard.press("Escape")
    ewa.keyboard.press("t")
    ewa.locator("#dialog").get_by_label("Tag").fill("pytanie")
    ewa.keyboard.press("Enter")
    ewa.locator("#context .tag", has_text="pytanie").wait_for()
    ewa.locator("#dialog").wait_for(state="hidden")
    ewa.locator("#conversation-title").focus()
    ewa.keyboard.press("?")
    ewa.locator("#shortcuts[open]").wait_for()
    ewa.keyboard.press("Escape")
    ewa.keyboard.press("/")
    ewa.wait_for_url("**/history/")


def test_whoever_is_slower_learns_who_was_quicker(
    live: Live, ewa: Any, new_page: NewPage, visitor: Visitor
) -> None:
    visitor.write("Who is there?")
    ewa.locator(".offer").wait_for()
    jan = sign_in(new_page(locale="en-GB"), live, "jan", online=False)
    jan.goto(f"{live.url}/?tab=new")
    jan.route("**/conversations/list/**", lambda route: route.abort())
    jan.locator("#list .conv", has_text="Who is there?").click()
    button = jan.locator("#conversation-header").get_by_role("button", name="Answer")
    button.wait_for()
    jan.route("**/header/**", lambda route: route.abort())
    answer(ewa, "Who is there?")
    button.click()

    jan.locator(".toast", has_text="was quicker").wait_for()
    assert jan.locator("#timeline").count() == 1


def test_an_offer_passes_and_goes_away(live: Live, ewa: Any, visitor: Visitor) -> None:
    visitor.write("Nobody hurries")
    ewa.locator(".offer").wait_for()

    live.clock.move(seconds=31)

    ewa.locator(".offer", has_text="Nobody hurries").wait_for(state="detached", timeout=15_000)
    ewa.locator("#tab-new .count").wait_for()


@pytest.mark.once
def test_a_phone_shows_one_pane_at_a_time(live: Live, new_page: NewPage, visitor: Visitor) -> None:
    phone = sign_in(new_page(locale="en-GB", **PHONE), live)
    visitor.write("From my phone to yours")
    answer(phone, "From my phone to yours")

    assert not phone.locator("#list h1").is_visible()
    phone.locator(".to-context").click()
    phone.locator("#context h2").first.wait_for()
    phone.get_by_role("link", name="Close the details").click()
    phone.get_by_role("link", name="Back to the list").click()
    phone.locator("#list h1").wait_for()
    assert not phone.locator("#conversation").is_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.once
def test_history_finds_and_opens(live: Live, ewa: Any, visitor: Visitor) -> None:
    visitor.write("Zażółć gęślą jaźń w Łodzi")
    answer(ewa, "Zażółć gęślą jaźń w Łodzi")
    ewa.goto(f"{live.url}/history/")
    ewa.get_by_label("Search all conversations").fill("zazolc lodz")

    hit = ewa.locator(".hit", has_text="Zażółć")
    hit.wait_for()
    ewa.wait_for_url("**/history/?q=zazolc**")
    assert ewa.locator(".hit").count() == 1
    assert hit.locator("mark").all_inner_texts() == ["Zażółć", "Łodzi"]
    hit.click()
    ewa.locator("#detail .bubble", has_text="Zażółć").wait_for()
    ewa.get_by_label("Search all conversations").fill("nothing like this")
    ewa.get_by_role("heading", name="Nothing found for “nothing like this”").wait_for()
    ewa.locator(".empty").get_by_role("link", name="Clear filters").click()
    ewa.locator(".hit").first.wait_for()
