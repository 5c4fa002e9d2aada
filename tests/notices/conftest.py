"""A visitor of a website, the people who should have been there, and the mails that these get."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from agents.models import Agent, Company
from agents.presence import change_status
from contactcenter.promises import sweep_promises
from conversations.actions import answer_conversation
from conversations.models import Conversation
from tests.clock import Clock
from tests.factories import make_agent, make_company, new_id


@dataclass
class Guest:
    """A visitor whose browser talks over plain HTTP: each frame is written down as a socket's would be."""

    company: Company
    group: int | None = None
    token: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def say(self, *frames: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
        hello = {"token": self.token, "group": self.group} | self.facts
        body = {"frames": [{"type": kind, "data": data} for kind, data in (("hello", hello), *frames)]}
        answer = Client().post(
            f"/widget/{self.company.key}/exchange",
            body,
            content_type="application/json",
            headers={"user-agent": "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Safari/537.36"},
        )
        assert answer.status_code == 200, answer.content
        told: list[dict[str, Any]] = answer.json()["frames"]
        assert not [frame for frame in told if frame["type"] == "error"], told
        self.token = told[0]["data"]["token"]
        return told

    def write(self, text: str = "Is anybody there?") -> Conversation:
        self.say(("message.send", {"id": new_id(), "text": text}))
        return self.conversation

    def fill_in_form(self, text: str = "Call me", **fields: Any) -> Conversation:
        letter = {
            "id": new_id(),
            "email": "anna@post.example",
            "name": "Anna",
            "text": text,
            "token": self.token,
        }
        answer = Client().post(
            f"/widget/{self.company.key}/offline",
            letter | {"group": self.group} | self.facts | fields,
            content_type="application/json",
        )
        assert answer.status_code == 200, answer.content
        self.token = answer.json()["token"]
        return self.conversation

    @property
    def conversation(self) -> Conversation:
        return Conversation.objects.latest("pk")

    def stay(self, clock: Clock, seconds: int, every: int = 10) -> None:
        """The page stays open: its panel pings."""
        for _ in range(0, seconds, every):
            clock.move(seconds=every)
            self.say(("ping", {}))
            sweep_promises()


@pytest.fixture
def company(clock: Clock, commits: None) -> Company:
    """Its founder gets no mails here, so that tests can name everybody who does."""
    company = make_company("Garniec", language="en")
    Company.objects.filter(pk=company.pk).update(default_email="")
    company.agents.update(mails_offline=False, mails_missed=False)
    return company


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", last_name="Lis")


@pytest.fixture
def jan(company: Company) -> Agent:
    return make_agent(company, "Jan", last_name="Maj")


@pytest.fixture
def guest(company: Company) -> Guest:
    return Guest(company)


Wait = Callable[..., None]


@pytest.fixture
def wait(clock: Clock) -> Wait:
    """Time passes, with the sweep coming by; nobody touches anything."""

    def pass_time(*, seconds: int = 0, minutes: int = 0, every: int = 5) -> None:
        for _ in range(0, seconds + 60 * minutes, every):
            clock.move(seconds=every)
            sweep_promises()

    return pass_time


@dataclass(frozen=True)
class Letter:
    """A mail as it left."""

    to: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]
    reply_to: list[str]


def letters() -> list[Letter]:
    """All that has left so far, and what was about to."""
    sweep_promises()
    return [
        Letter(
            mail.to[0],
            mail.subject,
            str(mail.body),
            str(mail.alternatives[0][0]),
            mail.extra_headers,
            list(mail.reply_to),
        )
        for mail in outbox()
    ]


def outbox() -> list[EmailMultiAlternatives]:
    return cast(list[EmailMultiAlternatives], django_mail.outbox)


def addressed() -> list[str]:
    """Who was written to."""
    return sorted(letter.to for letter in letters())


def go_offline(agent: Agent) -> None:
    change_status(agent=agent, status=Agent.Status.OFFLINE)


def signed_in(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return client


def answer(conversation: Conversation, by: Agent) -> None:
    answer_conversation(conversation=conversation, by=by)
