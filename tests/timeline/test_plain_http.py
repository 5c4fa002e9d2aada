"""The conversation over plain HTTP, and the offline form: the same words as on the socket (docs/widget-protocol.md)."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from agents.models import Agent, Company
from chat import limits
from contactcenter.promises import sweep_promises
from conversations.actions import answer_conversation, send_reply, write_note
from conversations.models import Conversation, Entry
from tests.clock import Clock
from tests.factories import make_agent, make_company, new_id

FORM = {
    "id": "left-at-the-door",
    "name": "Anna Nowak",
    "email": "anna@example.com",
    "text": "Do you deliver on Sundays?",
    "page": {"url": "https://shop.example/tulips", "title": "Tulips"},
    "lang": "en",
}


@pytest.fixture(autouse=True)
def still_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a clock that stands still: a slow machine must not fill them up while the test runs."""
    monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=lambda: 1_000.0))


@pytest.fixture
def company(commits: None, clock: Clock) -> Company:
    return make_company(language="pl")


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", last_name="Kowalska")


class Http:
    """A visitor whose network lets nothing but HTTP through."""

    def __init__(self, client: Client, company: Company) -> None:
        self.client, self.key, self.token = client, company.key, None

    def exchange(self, *commands: tuple[str, Any], **hello: Any) -> list[dict[str, Any]]:
        frames = [{"type": "hello", "ref": "0", "data": {"token": self.token} | hello}]
        frames += [{"type": kind, "ref": str(n), "data": data} for n, (kind, data) in enumerate(commands, 1)]
        response = self.post("exchange", {"frames": frames})
        assert response.status_code == 200, response.content
        answers = response.json()["frames"]
        if answers[0]["type"] == "welcome":
            self.token = answers[0]["data"]["token"]
        return answers

    def post(self, what: str, body: Any) -> Any:
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.client.post(f"/widget/{self.key}/{what}", data, content_type="application/json")


@pytest.fixture
def http(client: Client, company: Company) -> Http:
    return Http(client, company)


def test_the_same_frames_come_back_as_on_the_socket(http: Http, ewa: Agent) -> None:
    welcome, stored, again, synced, pong = http.exchange(
        ("message.send", {"id": "first-message", "text": "Hello"}),
        ("message.send", {"id": "first-message", "text": "Hello"}),
        ("sync", {}),
        ("typing", {"on": True}),
        ("page", {"url": "https://shop.example/"}),
        ("ping", {"conversation": None, "seq": 0}),
    )

    assert welcome["type"] == "welcome" and welcome["data"]["entries"] == []
    assert stored["type"] == "message.stored" and stored["ref"] == "1"
    assert again["data"] == stored["data"]
    assert [entry["id"] for entry in synced["data"]["entries"]] == ["first-message"]
    assert pong == {"type": "pong", "ref": "6", "data": {"behind": True}}


def test_what_was_missed_comes_with_the_next_exchange_and_no_note_does(http: Http, ewa: Agent) -> None:
    stored = http.exchange(("message.send", {"id": "first-message", "text": "Hello"}))[1]["data"]
    conversation = answer_conversation(
        conversation=Conversation.objects.get(public_id=stored["conversation"]), by=ewa
    )
    write_note(conversation=conversation, by=ewa, client_id=new_id(), text="secret")
    send_reply(conversation=conversation, by=ewa, client_id=new_id(), text="Good morning!")

    (welcome,) = http.exchange(after=stored)

    assert [entry["text"] or entry["event"] for entry in welcome["data"]["entries"]] == [
        "answered",
        "Good morning!",
    ]
    assert "secret" not in str(welcome) and "Kowalska" not in str(welcome)
    assert welcome["data"]["conversation"]["status"] == "active"


def test_a_refused_hello_ends_the_exchange(http: Http) -> None:
    answers = http.exchange(("message.send", {"id": "first-message", "text": "Hello"}), token="forged")

    assert [answer["data"]["code"] for answer in answers] == ["bad_token"]
    assert Entry.objects.count() == 0


def test_errors_come_as_frames_and_the_rest_is_carried_out(http: Http) -> None:
    answers = http.exchange(
        ("message.send", {"id": "x", "text": "Hello"}),
        ("message.send", {"id": "an-empty-one", "text": " "}),
        ("shutdown", {}),
        ("message.send", {"id": "a-good-one", "text": "Hello"}),
    )

    assert [answer["data"].get("code") for answer in answers] == [
        None,
        "bad_id",
        "empty",
        "unknown_command",
        None,
    ]


@pytest.mark.parametrize(
    "body",
    [
        "", "hello", "null", "[]", "1", "{}", '{"frames":[]}', '{"frames":{}}', '{"frames":"x"}', b"\xff\xfe",
        "[" * 50_000, json.dumps({"frames": [{}] * 22}),
    ],
)  # fmt: skip
def test_a_body_that_is_no_exchange_is_answered_with_400(http: Http, body: Any) -> None:
    assert http.post("exchange", body).status_code == 400


@pytest.mark.parametrize(
    "frame", [None, 1, "x", [], {}, {"type": 1}, {"type": "sync"}, {"type": "hello", "data": []}]
)
def test_a_first_frame_that_is_no_hello_is_refused(http: Http, frame: Any) -> None:
    (answer,) = http.post("exchange", {"frames": [frame]}).json()["frames"]

    assert answer["data"]["code"] in {"bad_frame", "hello_first"}


def test_sizes_keys_and_methods(http: Http, client: Client) -> None:
    assert (
        http.post("exchange", {"frames": [{"type": "hello", "data": {"x": "x" * 262_144}}]}).status_code
        == 413
    )
    assert http.post("offline", FORM | {"text": "x" * 262_144}).status_code == 413
    assert client.get(f"/widget/{http.key}/exchange").status_code == 405
    assert client.post("/widget/nobody/exchange", {}, content_type="application/json").status_code == 404
    assert client.post("/widget/nobody/offline", {}, content_type="application/json").status_code == 404


def test_one_token_is_limited_and_another_is_not(http: Http, client: Client, company: Company) -> None:
    http.exchange(("message.send", {"id": "first-message", "text": "Hello"}))
    codes = []
    for batch in range(3):
        sends = [("message.send", {"id": f"flood-{batch}-{n:04d}", "text": "x"}) for n in range(20)]
        codes += [answer["data"].get("code", "stored") for answer in http.exchange(*sends)[1:]]

    assert codes.count("stored") == 19 and set(codes) == {"stored", "rate_limited"}
    calm = Http(client, company)
    assert (
        calm.exchange(("message.send", {"id": "calm-message", "text": "Hello"}))[1]["type"]
        == "message.stored"
    )


def test_one_address_that_asks_too_often_is_told_when_to_come_back(http: Http) -> None:
    answers = [http.post("exchange", {"frames": [{"type": "hello", "data": {}}]}) for _ in range(250)]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 10 and int(refused[-1]["Retry-After"]) >= 1
    assert {answer.status_code for answer in answers} == {200, 429}


# --- the offline form -------------------------------------------------------------------------------------------


def test_what_is_left_at_the_door_is_stored_and_mailed_to_the_company(http: Http, company: Company) -> None:
    answer = http.post("offline", FORM).json()
    sweep_promises()

    conversation = Conversation.objects.get()
    assert answer["stored"] is True
    assert (conversation.customer_name, conversation.customer_email) == ("Anna Nowak", "anna@example.com")
    assert conversation.answer_by_email and conversation.page_url == "https://shop.example/tulips"
    (letter,) = mail.outbox
    assert letter.to == [company.default_email] and letter.reply_to == ["anna@example.com"]
    assert FORM["text"] in letter.body and f"/conversations/{conversation.pk}/" in letter.body
    # The token that came back is the key to what was left.
    http.token = answer["token"]
    (welcome,) = http.exchange()
    assert [entry["text"] for entry in welcome["data"]["entries"]] == [FORM["text"]]


def test_left_twice_it_is_stored_and_mailed_once(http: Http) -> None:
    token = http.post("offline", FORM).json()["token"]
    assert http.post("offline", FORM | {"token": token}).json()["stored"] is True
    sweep_promises()

    assert Entry.objects.filter(client_id=FORM["id"]).count() == 1
    assert len(mail.outbox) == 1


def test_the_answer_goes_by_mail_too_and_a_note_does_not(http: Http, ewa: Agent, company: Company) -> None:
    http.post("offline", FORM)
    sweep_promises()
    mail.outbox.clear()
    conversation = answer_conversation(conversation=Conversation.objects.get(), by=ewa)
    write_note(conversation=conversation, by=ewa, client_id=new_id(), text="secret")
    reply = {"conversation": conversation, "by": ewa, "client_id": new_id(), "text": "Yes, until noon."}
    send_reply(**reply)
    send_reply(**reply)
    sweep_promises()

    (letter,) = mail.outbox
    assert letter.to == ["anna@example.com"] and letter.reply_to == [company.default_email]
    assert "Yes, until noon." in letter.body and "secret" not in letter.body and "Kowalska" not in letter.body


@pytest.mark.parametrize(
    ("lang", "email", "text"), [("en", "Enter an e-mail address", "Write your message"), ("pl", "@", ".")]
)
def test_a_form_that_is_filled_in_wrongly_is_answered_in_the_visitors_language(
    http: Http, lang: str, email: str, text: str
) -> None:
    response = http.post("offline", FORM | {"email": "not an address", "text": " ", "lang": lang})

    errors = response.json()["errors"]
    assert response.status_code == 422 and set(errors) == {"email", "text"}
    assert email in errors["email"] and text in errors["text"]
    assert Conversation.objects.count() == 0


def test_the_polish_answers_are_polish(http: Http) -> None:
    wrong = FORM | {"email": "", "text": ""}
    english = http.post("offline", wrong | {"lang": "en"}).json()["errors"]
    polish = http.post("offline", wrong | {"lang": "pl"}).json()["errors"]

    assert all(english[name] != polish[name] for name in ("email", "text"))
    # Without a language the company's own.
    assert http.post("offline", wrong | {"lang": None}).json()["errors"] == polish


@pytest.mark.parametrize(
    "email",
    [
        "a@b", "@example.com", "a b@example.com", "a@example.com\r\nBcc: x@example.com", 1, [], None,
        "a" * 250 + "@example.com",
    ],
)  # fmt: skip
def test_addresses_that_no_mail_server_takes_are_refused(http: Http, email: Any) -> None:
    assert "email" in http.post("offline", FORM | {"email": email}).json()["errors"]


def test_line_breaks_in_a_name_make_no_headers(http: Http) -> None:
    http.post("offline", FORM | {"name": "Anna\r\nBcc: everybody@example.com"})
    sweep_promises()

    (letter,) = mail.outbox
    assert letter.bcc == [] and "\n" not in letter.subject
