"""What a page says of its visitor, and the signature that proves who it is (WI11)."""

import json
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from agents.models import Agent, Company
from chat.identity import renew_secret, secret_of, signature
from chat.models import IdentityKey, Introduction
from conversations.actions import close_conversation
from conversations.models import Conversation
from tests.factories import make_agent, make_company, new_id

KNOWN = {"name": "Anna Nowak", "email": "anna@post.example", "plan": "Gold", "orders": 7}


@pytest.fixture
def company(commits: None) -> Company:
    company = make_company(language="en")
    renew_secret(company=company)
    return company


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", language="en", access=Agent.Access.FULL)


class Browser:
    """A visitor's browser, with a token of its own."""

    def __init__(self, company: Company) -> None:
        self.key, self.token = company.key, None

    def hello(self, *commands: tuple[str, Any], **facts: Any) -> dict[str, Any]:
        frames = [{"type": "hello", "data": {"token": self.token} | facts}]
        frames += [{"type": kind, "data": data} for kind, data in commands]
        answer = Client().post(
            f"/widget/{self.key}/exchange", json.dumps({"frames": frames}), content_type="application/json"
        )
        assert answer.status_code == 200
        welcome: dict[str, Any] = answer.json()["frames"][0]["data"]
        self.token = welcome["token"]
        return welcome

    def write(self, text: str, **facts: Any) -> Conversation:
        self.hello(("message.send", {"id": new_id(), "text": text}), **facts)
        return Conversation.objects.latest("pk")

    def reads(self, **facts: Any) -> list[str]:
        return [entry["text"] for entry in self.hello(**facts)["entries"] if entry["kind"] == "message"]


def signed(company: Company, person: str) -> dict[str, Any]:
    return {"identity": {"id": person, "hash": signature(secret_of(company.pk), person)}}


def test_a_signed_visitor_finds_their_conversation_in_another_browser(company: Company) -> None:
    Browser(company).write("Where is my parcel?", **signed(company, "anna-7"))
    assert Browser(company).reads(**signed(company, "anna-7")) == ["Where is my parcel?"]
    assert Browser(company).reads(**signed(company, "jan-8")) == []


@pytest.mark.parametrize(
    "forged",
    [None, "", 7, "0" * 64, "zażółć", ["x"], {}],
    ids=["none", "empty", "number", "wrong", "no ASCII", "list", "object"],
)
def test_a_claim_opens_nobodys_history(company: Company, forged: Any) -> None:
    Browser(company).write("Where is my parcel?", known=KNOWN, **signed(company, "anna-7"))
    thief = Browser(company)
    identity = {"id": "anna-7", "hash": forged}
    assert thief.reads(known=KNOWN, identity=identity) == []
    conversation = thief.write("It is me", known=KNOWN, identity=identity)
    assert Conversation.objects.count() == 2
    said = Introduction.objects.get(conversation=conversation)
    assert (said.person, said.is_proven, said.email) == ("anna-7", False, "anna@post.example")
    assert (conversation.customer_name, conversation.customer_email) == ("", "")


def test_another_companys_signature_proves_nothing(company: Company) -> None:
    other = make_company()
    renew_secret(company=other)
    Browser(company).write("Mine", **signed(company, "anna-7"))
    assert Browser(company).reads(**signed(other, "anna-7")) == []
    assert Browser(other).reads(**signed(other, "anna-7")) == []


def test_without_a_secret_nothing_is_proven(company: Company) -> None:
    IdentityKey.objects.all().delete()
    identity = {"id": "anna-7", "hash": signature("", "anna-7")}
    Browser(company).write("Mine", identity=identity)
    assert Browser(company).reads(identity=identity) == []


def test_an_id_that_was_not_signed_as_it_stands_proves_nothing(company: Company) -> None:
    Browser(company).write("Mine", **signed(company, "anna 7"))
    proof = signed(company, "anna 7")["identity"]["hash"]
    assert Browser(company).reads(identity={"id": " anna  7 ", "hash": proof}) == []


def test_signing_in_takes_the_conversation_along(company: Company) -> None:
    browser = Browser(company)
    browser.write("Do you deliver?")
    assert browser.reads(**signed(company, "anna-7")) == ["Do you deliver?"]
    assert browser.write("To Opole?", **signed(company, "anna-7")).pk == Conversation.objects.get().pk
    assert Browser(company).reads(**signed(company, "anna-7")) == ["Do you deliver?", "To Opole?"]
    # Signed out: whoever sits there next sees nothing of it.
    assert browser.reads() == []


def test_signing_in_leaves_what_has_ended_and_what_would_be_a_second_one(
    company: Company, ewa: Agent
) -> None:
    browser, phone = Browser(company), Browser(company)
    close_conversation(conversation=browser.write("An old matter"), by=ewa)
    assert browser.reads(**signed(company, "anna-7")) == []
    phone.write("From the phone", **signed(company, "anna-7"))
    browser.write("Not signed in")
    assert browser.reads(**signed(company, "anna-7")) == ["From the phone"]
    assert browser.reads() == ["Not signed in"]


def test_two_people_in_one_browser_stay_apart(company: Company) -> None:
    browser = Browser(company)
    browser.write("Of Anna", **signed(company, "anna-7"))
    assert browser.reads(**signed(company, "jan-8")) == []
    browser.write("Of Jan", **signed(company, "jan-8"))
    assert browser.reads(**signed(company, "anna-7")) == ["Of Anna"]


def test_a_proven_person_has_a_name_and_an_address_only_when_that_was_signed(company: Company) -> None:
    by_number = Browser(company).write("One", known=KNOWN, **signed(company, "anna-7"))
    assert (by_number.customer_name, by_number.customer_email) == ("Anna Nowak", "")
    by_address = Browser(company).write("Two", known=KNOWN, **signed(company, "real@post.example"))
    assert by_address.customer_email == "real@post.example"


@pytest.mark.parametrize(
    ("facts", "said"),
    [({}, "Not verified"), (None, "Verified: the website has signed")],
    ids=["claimed", "signed"],
)
def test_agents_see_what_is_claimed_and_what_is_proven(
    company: Company, ewa: Agent, facts: dict[str, Any] | None, said: str
) -> None:
    facts = signed(company, "anna-7") if facts is None else facts
    conversation = Browser(company).write("Hello", known=KNOWN | {"x": "<script>alert(1)</script>"}, **facts)
    client = Client()
    client.force_login(ewa)
    shown = client.get(f"/conversations/{conversation.pk}/context/").content.decode()
    assert said in shown and "Gold" in shown and "anna@post.example" in shown
    assert "<script>alert" not in shown


def test_hostile_data_is_cut(company: Company) -> None:
    known = {f"field {number}": "x" * 500 for number in range(100)} | {
        "k" * 500: "v",
        "list": [1],
        "": "empty",
    }
    conversation = Browser(company).write("Hello", known=known, identity={"id": "i" * 500, "hash": "x"})
    said = Introduction.objects.get(conversation=conversation)
    assert len(said.fields) == 20 and len(said.person) == 120
    assert all(len(value) == 200 for value in said.fields.values())
    for nonsense in (7, "text", [1], None, {"id": {"a": 1}}):
        assert Browser(company).hello(known=nonsense, identity=nonsense)["token"]


def test_the_offline_form_knows_a_signed_visitor_too(company: Company) -> None:
    letter = {"id": new_id(), "email": "anna@post.example", "name": "Anna", "text": "Call me"}
    letter |= signed(company, "anna-7")
    answer = Client().post(f"/widget/{company.key}/offline", letter, content_type="application/json")
    assert answer.status_code == 200
    assert Browser(company).reads(**signed(company, "anna-7")) == ["Call me"]


def test_who_never_wrote_leaves_nothing(company: Company) -> None:
    Browser(company).hello(known=KNOWN, **signed(company, "anna-7"))
    assert not Introduction.objects.exists()


def test_the_secret_is_stored_encrypted_and_survives_a_change_of_keys(
    company: Company, settings: Any
) -> None:
    secret, stored = secret_of(company.pk), IdentityKey.objects.get().secret
    assert secret and secret not in stored
    settings.ENCRYPTION_KEYS = ["a-newer-key", *settings.ENCRYPTION_KEYS]
    call_command("rotate_keys", verbosity=0)
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
    assert secret_of(company.pk) == secret


def test_full_access_makes_and_replaces_the_secret(company: Company, ewa: Agent) -> None:
    client, before = Client(), secret_of(company.pk)
    client.force_login(ewa)
    assert before in client.get("/settings/chat/").content.decode()
    shown = client.post("/settings/chat/identity/", headers={"HX-Request": "true"}).content.decode()
    after = secret_of(company.pk)
    assert after != before and after in shown and before not in shown
