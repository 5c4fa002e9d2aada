"""Bad lines, sleeping laptops and impatient visitors, in a real browser: nothing is lost, doubled or reordered."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.live import Live, wait_for
from tests.proxy import Line
from tests.widget.desk import Desk
from tests.widget.website import Website, open_chat, send, write

pytestmark = pytest.mark.once


@pytest.fixture
def line(product: Live) -> Iterator[Line]:
    """The line between the visitor and the product."""
    line = Line(product.port)
    yield line
    line.close()


@pytest.fixture
def website(line: Line) -> Iterator[Website]:
    """Whose visitors come over that line."""
    site = Website(line.url)
    site.show("<p>Sklep</p>")
    yield site
    site.stop()


@pytest.fixture(scope="module")
def ewa(product: Live) -> Desk:
    return Desk(product, "ewa@demo.example")


def own_words(panel: Any) -> list[str]:
    return panel.locator(".me .m").all_inner_texts()


def stored(product: Live, like: str) -> list[str]:
    rows = product.query("SELECT text FROM conversations_entry WHERE text LIKE %s ORDER BY id", [like])
    return [text for (text,) in rows]


def everything_sent(panel: Any) -> None:
    panel.get_by_text("Wysłano").wait_for()
    wait_for(lambda: panel.locator(".m.wait").count() == 0, 10, "something still waits")


def test_words_typed_without_a_connection_survive_a_reload(
    website: Website, product: Live, new_page: Callable[..., Any]
) -> None:
    page = new_page()
    page.goto(website.url)
    panel = write(page, "Słowo 0")
    page.context.set_offline(True)
    for number in range(1, 4):
        send(panel, f"Słowo {number}")
    panel.get_by_text("3 wiadomości czekają na połączenie").wait_for()
    page.context.set_offline(False)
    page.reload()
    page.get_by_role("button", name="czat").click()
    everything_sent(panel)
    assert own_words(panel) == [f"Słowo {number}" for number in range(4)]
    assert stored(product, "Słowo%") == [f"Słowo {number}" for number in range(4)]


def test_what_is_written_while_the_server_is_away_goes_out_by_itself(
    website: Website, product: Live, line: Line, new_page: Callable[..., Any]
) -> None:
    page = new_page()
    page.goto(website.url)
    panel = write(page, "Przerwa 0")
    line.go_away()
    panel.get_by_role("status").get_by_text("Brak połączenia").wait_for()
    for number in range(1, 4):
        send(panel, f"Przerwa {number}")
    panel.get_by_text("3 wiadomości czekają na połączenie").wait_for()
    line.come_back()
    everything_sent(panel)
    assert own_words(panel) == stored(product, "Przerwa%") == [f"Przerwa {number}" for number in range(4)]


def test_a_line_that_drops_while_words_are_on_their_way(
    website: Website, product: Live, line: Line, new_page: Callable[..., Any]
) -> None:
    page = new_page()
    page.goto(website.url)
    panel = write(page, "Zryw 0")
    for number in range(1, 7):
        send(panel, f"Zryw {number}")
        if number % 2:
            line.cut()
    everything_sent(panel)
    assert own_words(panel) == stored(product, "Zryw%") == [f"Zryw {number}" for number in range(7)]


def test_an_answer_that_comes_while_the_line_is_down_is_there_afterwards(
    website: Website, line: Line, ewa: Desk, new_page: Callable[..., Any]
) -> None:
    page = new_page()
    page.goto(website.url)
    panel = write(page, "Kto odpowie?")
    conversation = ewa.answer("Kto odpowie?")
    panel.get_by_text("Ewa dołącza do rozmowy").wait_for()
    line.go_away()
    ewa.write(conversation, "Ja, w przerwie")
    panel.get_by_role("status").get_by_text("Brak połączenia").wait_for()
    line.come_back()
    panel.locator("#rows").get_by_text("Ja, w przerwie").wait_for()
    assert panel.locator(".m").all_inner_texts() == ["Kto odpowie?", "Ja, w przerwie"]


def test_a_proxy_that_lets_no_socket_through(
    website: Website, product: Live, line: Line, ewa: Desk, new_page: Callable[..., Any]
) -> None:
    line.refuse_sockets()
    page = new_page()
    page.goto(website.url)
    panel = write(page, "Pieszo 0")
    for number in range(1, 4):
        send(panel, f"Pieszo {number}")
    everything_sent(panel)
    ewa.write(ewa.answer("Pieszo 3"), "Dobiegło")
    panel.get_by_text("Dobiegło").wait_for()
    assert own_words(panel) == stored(product, "Pieszo%") == [f"Pieszo {number}" for number in range(4)]


def test_a_laptop_that_slept_for_two_hours(
    website: Website, product: Live, line: Line, ewa: Desk, new_page: Callable[..., Any]
) -> None:
    page = new_page()
    page.clock.install()
    page.goto(website.url)
    page.get_by_role("button", name="Otwórz czat").wait_for()
    panel = write(page, "Zaraz wracam")
    conversation = ewa.answer("Zaraz wracam")
    page.clock.run_for(1000)
    panel.get_by_text("Ewa dołącza do rozmowy").wait_for()

    line.hold()  # as if open, with nobody at this end
    send(panel, "Napisane przed snem")
    ewa.write(conversation, "Napisane w nocy")
    page.clock.fast_forward("02:00:00")
    line.let_go()
    line.cut()  # whatever stood between has forgotten this connection
    page.clock.run_for(8000)

    panel.locator("#rows").get_by_text("Napisane w nocy").wait_for()
    panel.locator(".m.wait").wait_for(state="detached")
    words = panel.locator(".m").all_inner_texts()
    assert sorted(words) == ["Napisane przed snem", "Napisane w nocy", "Zaraz wracam"]
    assert stored(product, "Napisane%") == words[1:]


def test_two_tabs_say_the_same(
    website: Website, product: Live, ewa: Desk, new_page: Callable[..., Any]
) -> None:
    first = new_page()
    first.goto(website.url)
    one = write(first, "Karta 0")
    second = first.context.new_page()
    second.goto(website.url)
    other = open_chat(second)
    for number in range(1, 7):
        send((one, other)[number % 2], f"Karta {number}")
    ewa.write(ewa.answer("Karta 0"), "Do obu kart")
    for panel in (one, other):
        panel.locator("#rows").get_by_text("Do obu kart").wait_for()
        everything_sent(panel)
        wait_for(lambda panel=panel: len(own_words(panel)) == 7, 5)
    assert own_words(one) == own_words(other) == stored(product, "Karta%")
    # What one tab has shown is read in the other.
    second.get_by_role("button", name="Zamknij czat").first.click()
    assert second.get_by_role("button", name="Otwórz czat, Garniec, online", exact=True).is_visible()


def test_two_tabs_that_write_their_first_words_at_once_begin_one_conversation(
    website: Website, product: Live, new_page: Callable[..., Any]
) -> None:
    first = new_page()
    first.goto(website.url)
    second = first.context.new_page()
    second.goto(website.url)
    panels = [open_chat(first), open_chat(second)]
    for panel in panels:
        panel.get_by_role("textbox", name="Wiadomość").fill("Naraz!")
    for panel in panels:
        panel.get_by_role("textbox", name="Wiadomość").press("Enter")
    for panel in panels:
        wait_for(lambda panel=panel: len(own_words(panel)) == 2, 10, "not both words in both tabs")
        everything_sent(panel)
    rows = product.query("SELECT DISTINCT conversation_id FROM conversations_entry WHERE text = 'Naraz!'")
    assert len(rows) == 1


@pytest.mark.parametrize("sockets", [True, False], ids=["socket", "plain HTTP"])
def test_a_reload_in_the_middle_of_sending(
    website: Website, product: Live, line: Line, new_page: Callable[..., Any], sockets: bool
) -> None:
    name = "Gniazdem" if sockets else "Pieszo w środku"
    if not sockets:
        line.refuse_sockets()
    page = new_page()
    page.goto(website.url)
    panel = write(page, f"{name} 0")
    for number in range(1, 4):
        send(panel, f"{name} {number}")
        page.reload()
        page.get_by_role("button", name="czat").first.click()
        panel.get_by_role("textbox", name="Wiadomość").wait_for()
    everything_sent(panel)
    wait_for(lambda: len(own_words(panel)) == 4, 10, lambda: f"shown: {own_words(panel)}")
    assert own_words(panel) == stored(product, f"{name}%") == [f"{name} {number}" for number in range(4)]


def test_a_page_that_is_left_for_another_while_a_message_goes(
    website: Website, product: Live, line: Line, new_page: Callable[..., Any]
) -> None:
    website.show("<p>Koszyk</p>", path="/koszyk")
    page = new_page()
    page.goto(website.url)
    panel = write(page, "Zostaję 0")
    line.hold()
    send(panel, "Wychodzę 1")
    page.goto("about:blank")
    line.let_go()
    page.goto(f"{website.url}koszyk")
    page.get_by_role("button", name="czat").first.click()
    everything_sent(panel)
    wait_for(lambda: own_words(panel) == ["Zostaję 0", "Wychodzę 1"], 5, lambda: f"shown: {own_words(panel)}")
    assert stored(product, "Wychodzę%") == ["Wychodzę 1"]


def test_a_draft_outlives_a_reload(website: Website, new_page: Callable[..., Any]) -> None:
    page = new_page()
    page.goto(website.url)
    panel = open_chat(page)
    panel.get_by_role("textbox", name="Wiadomość").fill("Jeszcze nie gotowe")
    page.reload()
    panel = open_chat(page)
    assert panel.get_by_role("textbox", name="Wiadomość").input_value() == "Jeszcze nie gotowe"
