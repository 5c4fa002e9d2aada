"""The chat asks for name and e-mail, politely or as a condition (WI4)."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agents.models import Agent, Company
from chat.identity import renew_secret, secret_of, signature
from chat.models import Visitor as VisitorRow
from conversations.models import Conversation, Entry
from tests.factories import make_agent, make_company, new_id

ANNA = {"name": "Anna", "email": "anna@example.com"}
NOTHING = {"name": "", "email": ""}


@pytest.fixture
def company(commits: None) -> Company:
    return make_company(ask_for_data=True)


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", online=True)


class Visitor:
    """A visitor's widget, over plain HTTP."""

    def __init__(self, company: Company, **hello: Any) -> None:
        self.key, self.hello, self.token = company.key, hello, None

    def exchange(self, *commands: tuple[str, Any]) -> list[dict[str, Any]]:
        frames = [{"type": "hello", "data": {"token": self.token} | self.hello}]
        frames += [{"type": kind, "ref": "r", "data": data} for kind, data in commands]
        body = json.dumps({"frames": frames})
        answers: list[dict[str, Any]] = (
            Client()
            .post(f"/widget/{self.key}/exchange", body, content_type="application/json")
            .json()["frames"]
        )
        self.token = answers[0]["data"]["token"]
        return answers

    def asked(self) -> dict[str, Any]:
        details: dict[str, Any] = self.exchange()[0]["data"]["details"]
        return details

    def say(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        self.exchange()
        return self.exchange((kind, data))[1]

    def write(self, text: str = "Good morning") -> dict[str, Any]:
        return self.say("message.send", {"id": new_id(), "text": text})


def insist(company: Company) -> None:
    Company.objects.filter(pk=company.pk).update(force_data=True)


def test_what_is_asked_after_the_first_message_reaches_the_agents(company: Company, ewa: Agent) -> None:
    visitor = Visitor(company)
    assert visitor.asked() == NOTHING | {"ask": True, "required": False}
    assert visitor.write()["type"] == "message.stored"

    answer = visitor.say("details", ANNA)

    assert (answer["type"], answer["ref"]) == ("details.stored", "r")
    assert answer["data"] == ANNA | {"ask": False, "required": False}
    conversation = Conversation.objects.get()
    assert (conversation.customer_name, conversation.customer_email) == ("Anna", "anna@example.com")
    # Known from now on, also in the next conversation.
    assert visitor.asked() == answer["data"]


def test_answers_can_be_put_right(company: Company, ewa: Agent) -> None:
    visitor = Visitor(company)
    visitor.write()
    visitor.say("details", ANNA)
    visitor.say("details", ANNA | {"email": "anna@firma.example"})

    conversation = Conversation.objects.get()
    assert conversation.customer_email == "anna@firma.example"
    assert conversation.entries.filter(event=Entry.Event.CUSTOMER_DATA).count() == 2


def test_the_same_answer_again_changes_nothing(company: Company, ewa: Agent) -> None:
    visitor = Visitor(company)
    visitor.write()
    for _ in range(3):
        visitor.say("details", ANNA)

    assert Conversation.objects.get().entries.filter(event=Entry.Event.CUSTOMER_DATA).count() == 1


def test_where_only_asked_one_of_the_two_is_enough_and_the_other_is_kept(company: Company) -> None:
    visitor = Visitor(company)
    visitor.write()
    assert visitor.say("details", {"name": "Anna"})["data"]["ask"] is True
    assert visitor.say("details", {"email": "anna@example.com"})["data"]["name"] == "Anna"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, "empty"),
        ({"name": " \x00 "}, "empty"),
        ({"name": ["Anna"], "email": 7}, "empty"),
        (ANNA | {"email": "anna@example"}, "bad_email"),
        (ANNA | {"email": "anna@example.com\nBcc: all@example.com"}, "bad_email"),
    ],
)
def test_no_other_answer_is_kept(company: Company, data: dict[str, Any], code: str) -> None:
    visitor = Visitor(company)
    visitor.write()
    answer = visitor.say("details", data)

    assert (answer["type"], answer["data"]["code"], answer["data"]["retry"]) == ("error", code, False)
    assert VisitorRow.objects.get().email == ""


def test_where_forced_nothing_begins_before_the_answer(company: Company, ewa: Agent) -> None:
    insist(company)
    visitor = Visitor(company)
    assert visitor.asked()["required"] is True

    for kind, more in (("message.send", {"text": "Hello"}), ("bot.people", {})):
        refused = visitor.say(kind, {"id": new_id()} | more)
        assert (refused["type"], refused["data"]["code"]) == ("error", "details_needed")
        assert refused["data"]["retry"] is False
    visitor.say("details", {"name": "Anna"})
    assert visitor.write()["data"]["code"] == "details_needed"
    assert not Conversation.objects.exists()

    visitor.say("details", ANNA)
    assert visitor.write()["type"] == "message.stored"
    conversation = Conversation.objects.get()
    assert (conversation.customer_name, conversation.customer_email) == ("Anna", "anna@example.com")
    # The agent is asked only now, and sees at once who it is.
    assert conversation.offers.get().agent == ewa


def test_where_forced_a_file_is_no_way_around(company: Company) -> None:
    insist(company)
    form = {
        "hello": json.dumps({"token": None}),
        "id": new_id(),
        "file": SimpleUploadedFile("note.txt", b"Hello", "text/plain"),
    }
    answer = Client().post(f"/widget/upload/{company.key}", form)

    assert answer.status_code == 400, answer.content[:500]
    assert answer.json()["error"] == "details_needed"
    assert not Conversation.objects.exists()


def test_a_conversation_that_began_before_the_switch_goes_on(company: Company) -> None:
    visitor = Visitor(company)
    visitor.write()
    insist(company)

    assert visitor.write("And one more thing")["type"] == "message.stored"


def test_the_offline_form_asks_what_it_asks(company: Company) -> None:
    insist(company)
    letter = {"id": new_id(), "email": "anna@example.com", "name": "", "text": "Call me", "token": None}
    answer = Client().post(f"/widget/{company.key}/offline", json.dumps(letter), "application/json")

    assert answer.json()["stored"] is True


def test_whom_the_page_has_introduced_is_not_asked(company: Company) -> None:
    insist(company)
    visitor = Visitor(company, known=ANNA)

    assert visitor.asked() == NOTHING | {"ask": False, "required": False}
    assert visitor.write()["type"] == "message.stored"
    # A claim of the page stays one.
    assert Conversation.objects.get().customer_email == ""
    assert Visitor(company, known=ANNA | {"email": "no address"}).asked()["required"] is True


def test_whose_identity_is_signed_is_not_asked(company: Company) -> None:
    insist(company)
    renew_secret(company=company)
    person = "anna@example.com"
    signed = {"id": person, "hash": signature(secret_of(company.pk), person)}
    visitor = Visitor(company, identity=signed, known={"name": "Anna"})

    assert visitor.asked()["required"] is False
    assert visitor.write()["type"] == "message.stored"


def test_details_of_one_browser_are_nothing_to_another(company: Company) -> None:
    Visitor(company).say("details", ANNA)

    assert Visitor(company).asked() == NOTHING | {"ask": True, "required": False}


def test_too_many_answers_at_once_are_refused(company: Company) -> None:
    visitor = Visitor(company)
    visitor.write()
    # Those that are refused count too, and take no time in which more would be allowed.
    answers = visitor.exchange(*[("details", {})] * 20)

    assert answers[-1]["data"]["code"] == "rate_limited"


def test_where_nothing_is_asked_nothing_is_asked(company: Company) -> None:
    Company.objects.update(ask_for_data=False)

    assert Visitor(company).asked() == NOTHING | {"ask": False, "required": False}


def test_a_name_does_not_turn_the_writing_around_it(company: Company) -> None:
    visitor = Visitor(company)
    assert visitor.say("details", {"name": "Anna\u202egnp\u2066"})["data"]["name"] == "Annagnp"


def test_whoever_left_an_address_in_the_offline_form_is_not_asked_politely(company: Company) -> None:
    visitor = Visitor(company)
    visitor.exchange()
    form = {"token": visitor.token, "id": new_id(), "email": "anna@example.com", "name": "", "text": "Hello"}
    Client().post(f"/widget/{company.key}/offline", json.dumps(form), content_type="application/json")
    assert visitor.asked() == {"name": "", "email": "anna@example.com", "ask": False, "required": False}
