"""Texts that want to be more than texts, wherever they are shown; and visitors who write faster than people can."""

import email
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from email import policy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from chat.limits import MESSAGES as MESSAGE_LIMIT
from tests.live import Live, wait_for
from tests.widget.client import ChatClient, SocketWay
from tests.widget.payloads import HOSTILE
from tests.widget.website import Website, frame_of

MESSAGES = 10_000
# Nobody else has to send twice: the widget waits longer than this. Machines of tests are busy.
PROMPTLY = 8.0


def post(product: Live, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(product.url + path, json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


# --- Texts


class Elements(HTMLParser):
    """The elements of a document, and all their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        for name, value in attrs:
            if name in {"href", "src", "action"}:
                assert not (value or "").strip().lower().startswith(("javascript:", "data:", "vbscript:")), (
                    value
                )


FACTS = {
    "known": {"name": HOSTILE[2], "email": HOSTILE[0], HOSTILE[3]: HOSTILE[1], "plan": HOSTILE[31]},
    "identity": {"id": HOSTILE[30], "hash": HOSTILE[0]},
    "page": {"url": f"https://shop.example/?{HOSTILE[2]}", "title": HOSTILE[2], "referrer": HOSTILE[15]},
    "lang": "pl",
}
IN_THE_PANEL = {"p", "a", "div", "span", "svg", "use", "img", "button", "small", "time"}
HANDLERS = "[onerror], [onload], [onfocus], [ontoggle], [onmouseover]"
FOREIGN = "main script, main iframe, main object, main base, main meta"
# A visitor may say 20 in ten seconds.
AT_ONCE = 20


@pytest.fixture
def wary_page(new_page: Callable[..., Any]) -> Callable[[], Any]:
    """A page in which no text may have run, or made the browser ask somebody for something. (`new_page` fails the test
    for errors and for what the security policy refused.)"""

    def open_page() -> Any:
        page = new_page()
        page.add_init_script("window.pwned = () => { throw new Error('a text has run') }")
        page.on("dialog", lambda dialog: pytest.fail("a text opened a dialog"))
        page.on(
            "request", lambda request: "evil" not in request.url.split("?")[0] or pytest.fail(request.url)
        )
        return page

    return open_page


@pytest.mark.once
def test_hostile_texts_are_shown_as_texts_everywhere(
    product: Live, website: Website, wary_page: Callable[[], Any]
) -> None:
    agent = wary_page()
    agent.goto(f"{product.url}/login/")
    agent.locator("[name=username]").fill("adam@demo.example")
    agent.locator("[name=password]").fill("demo-password")
    agent.locator("[name=password]").press("Enter")
    agent.wait_for_url(f"{product.url}/")
    for start in range(0, len(HOSTILE), AT_ONCE):
        texts = HOSTILE[start : start + AT_ONCE]
        client = ChatClient(f"127.0.0.1:{product.port}", "demo", SocketWay)
        client.hello(**FACTS)
        for text in texts:
            client.write(text)
            client.go_to(f"javascript:{text}", text)
        client.go_to(f"https://shop.example/{texts[0]}", texts[0])
        as_written = [text.replace("\r\n", "\n").strip() for text in texts]
        client.wait_for(lambda each, texts=texts: len(each.texts()) == len(texts))
        client.close()
        assert client.texts() == as_written
        look_into_the_panel(wary_page(), website, client.token, len(texts))
        look_into_the_workspace(agent, product, texts[0])


def look_into_the_panel(page: Any, website: Website, token: str | None, count: int) -> None:
    page.add_init_script(f"if (window !== top) localStorage.setItem('cc:demo:token', {json.dumps(token)})")
    page.goto(website.show())
    page.get_by_role("button", name="Otwórz czat").click()
    panel = page.frame_locator("iframe")
    panel.locator(".me .m").nth(count - 1).wait_for()
    names = "[...document.querySelectorAll('#rows *')].map((each) => each.localName)"
    assert set(frame_of(page).evaluate(names)) <= IN_THE_PANEL
    for link in panel.locator(".m a").all():
        assert link.get_attribute("href").startswith(("http://", "https://"))
        assert set(link.get_attribute("rel").split()) >= {"noopener", "noreferrer"}


def look_into_the_workspace(page: Any, product: Live, text: str) -> None:
    found = product.query("SELECT max(conversation_id) FROM conversations_entry WHERE text = %s", [text])
    conversation = found[0][0]
    for path in ("/", f"/conversations/{conversation}/", "/history/", f"/history/{conversation}/"):
        assert page.goto(product.url + path).status == 200, path
        page.wait_for_load_state("load")
        assert page.locator(FOREIGN).count() == 0, path
        assert page.locator(HANDLERS).count() == 0, path


def test_hostile_letters_stay_texts_in_mails(product: Live) -> None:
    folder = Path(product.installation.folder) / "mails"
    # In different languages and names, so that each letter is somebody's own; ten in ten minutes from one address.
    letters = [HOSTILE[i : i + 10] for i in range(0, 40, 10)]
    for number, texts in enumerate(letters):
        body = {
            "id": f"hostile-letter-{number}",
            "email": "anna@post.example",
            "name": texts[2],
            "text": "\n".join(texts),
            "page": {"url": f"https://shop.example/{texts[0]}", "title": texts[3]},
        }
        assert post(product, "/widget/demo/offline", body)[0] == 200
    mails = wait_for(lambda: (found := sorted(folder.glob("*"))) and len(found) >= len(letters) and found, 20)
    looked_at = 0
    for path in mails:
        for text in path.read_bytes().split(b"-" * 79):
            message = email.message_from_bytes(text.strip(), policy=policy.default)
            assert "victim" not in str(message["bcc"] or "") + str(message["to"] or "")
            assert "\n" not in str(message["subject"] or "")
            html = message.get_body(("html",)) if message["subject"] else None
            if html is not None:
                looked_at += 1
                seen = Elements(html.get_content())
                assert not seen.tags & {
                    "script",
                    "iframe",
                    "object",
                    "svg",
                    "form",
                    "base",
                    "img",
                    "math",
                    "video",
                }
                assert not {name for name in seen.attributes if name.startswith("on")}
    assert looked_at >= len(letters)


@pytest.mark.parametrize(
    ("letter", "wrong"),
    [
        ({"email": "x" * 300 + "@x.example"}, "email"), ({"email": "a@b\r\nBcc: c@d.example"}, "email"),
        ({"email": ["a@b.example"]}, "email"), ({"text": "x" * 10_001}, "text"), ({"text": "\x00 \n"}, "text"),
        ({"text": {"a": 1}}, "text"),
    ],
)  # fmt: skip
def test_a_bad_letter_is_refused_with_a_reason_beside_the_field(
    product: Live, letter: dict[str, Any], wrong: str
) -> None:
    body = {"id": "bad-letter-1", "email": "anna@post.example", "text": "Dzień dobry", "lang": "pl"} | letter
    status, answer = post(product, "/widget/demo/offline", body)
    assert status in {422, 429}  # an address may send ten in ten minutes
    if status == 422:
        assert list(answer["errors"]) == [wrong] and len(answer["errors"][wrong]) > 5


# --- Floods


class Bystander:
    """Somebody else who writes all the while; how long each word took to be acknowledged."""

    def __init__(self, product: Live) -> None:
        self._client = ChatClient(f"127.0.0.1:{product.port}", "demo", SocketWay)
        self._client.hello()
        self._over = threading.Event()
        self.seconds: list[float] = []
        self._thread = threading.Thread(target=self._write)

    def _write(self) -> None:
        while not self._over.wait(0.55):  # 20 in 10 seconds
            began = time.monotonic()
            self._client.write("Spokojnie")
            self.seconds.append(time.monotonic() - began)

    def __enter__(self) -> "Bystander":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._client.close()


def stored(product: Live, name: str) -> int:
    return product.query("SELECT count(*) FROM conversations_entry WHERE client_id LIKE %s", [f"{name}-%"])[
        0
    ][0]


def most_stored_since(started: float) -> float:
    """A burst, and what one visitor may send on top of it in the time that has passed."""
    _, (burst, seconds) = MESSAGE_LIMIT
    return burst + burst / seconds * (time.monotonic() - started) + 1


def test_ten_thousand_messages_at_once_over_a_socket(product: Live) -> None:
    started = time.monotonic()
    answers: list[dict[str, Any]] = []
    with Bystander(product) as other:
        for _ in range(3):  # shown the door, it comes back at once
            with connect(f"ws://127.0.0.1:{product.port}/ws/widget/demo/", close_timeout=0.5) as socket:
                hello = {"type": "hello", "data": {"token": answers[0]["data"]["token"] if answers else None}}
                socket.send(json.dumps(hello))
                answers.append(json.loads(socket.recv()))
                try:
                    for number in range(MESSAGES // 3):
                        data = {"id": f"socketflood-{number}", "text": "x"}
                        socket.send(json.dumps({"type": "message.send", "data": data}))
                    while True:
                        answers.append(json.loads(socket.recv(timeout=5)))
                except ConnectionClosed as closed:
                    assert closed.rcvd is not None and closed.rcvd.code == 4429
        time.sleep(1.2)  # and one more word of the other's
    errors = [answer["data"] for answer in answers if answer["type"] == "error"]
    assert errors and {error["code"] for error in errors} == {"rate_limited"}
    assert all(error["retry"] and error["after"] > 0 and error["message"] for error in errors)
    assert stored(product, "socketflood") <= most_stored_since(started)
    assert other.seconds and max(other.seconds) < PROMPTLY, other.seconds


def test_ten_thousand_messages_at_once_over_plain_http(product: Live) -> None:
    started = time.monotonic()
    token: str | None = None
    statuses: list[int] = []
    codes: set[str] = set()
    with Bystander(product) as other:
        for exchange in range(MESSAGES // 20):
            sends = [
                {"type": "message.send", "data": {"id": f"httpflood-{exchange}-{number}", "text": "x"}}
                for number in range(20)
            ]
            hello = {"type": "hello", "data": {"token": token}}
            status, answer = post(product, "/widget/demo/exchange", {"frames": [hello, *sends]})
            statuses.append(status)
            for frame in answer.get("frames", []):
                token = frame["data"].get("token", token)
                if frame["type"] == "error":
                    codes.add(frame["data"]["code"])
        time.sleep(1.2)
    assert codes == {"rate_limited"}
    assert set(statuses) == {200, 429} and statuses.count(429) > 100
    assert stored(product, "httpflood") <= most_stored_since(started)
    assert other.seconds and max(other.seconds) < PROMPTLY, other.seconds
