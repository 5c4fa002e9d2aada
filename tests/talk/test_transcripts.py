"""The transcript of a conversation by e-mail (WI7), through a real mail server."""

from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from django.test import Client

from agents.models import Agent, Company
from chat.widget_colours import palette
from contactcenter.models import OutgoingMail
from contactcenter.promises import sweep_promises
from conversations.actions import send_reply, write_note
from conversations.models import Conversation, Entry
from tests.factories import new_id
from tests.mail_server import MailServer
from tests.talk.people import PICTURE, Guest, fetch

ADDRESS = "kasia@post.example"


@pytest.fixture
def answered(conversation: Conversation, ewa: Agent) -> Conversation:
    send_reply(conversation=conversation, by=ewa, client_id=new_id(), text="A new one leaves <today>")
    conversation.refresh_from_db()
    return conversation


def part(letter: EmailMessage, kind: str) -> str:
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_it_says_what_was_said_and_nothing_else(
    anna: Guest, answered: Conversation, ewa: Agent, company: Company, mail_server: MailServer
) -> None:
    anna.send("cup.png", PICTURE)
    write_note(conversation=answered, by=ewa, client_id=new_id(), text="A difficult one")

    assert anna.ask_for_transcript(ADDRESS).json() == {"sent": True}

    sweep_promises()
    (letter,) = mail_server.letters_to(ADDRESS)
    assert letter["Reply-To"] == "shop@florist.example"
    assert letter["Auto-Submitted"] is None
    text, html = part(letter, "plain"), part(letter, "html")
    for words in ("You: The cup came broken", "Ewa: A new one leaves <today>", "file cup.png"):
        assert words in text
    assert "A new one leaves &lt;today&gt;" in html
    assert palette(company.widget_colour)["light"]["fill"] in html
    assert "A difficult one" not in text + html and "Lis" not in text + html
    link = next(word for word in text.split() if "/attachments/" in word)
    assert fetch(Client(), urlsplit(link).path) == (200, PICTURE)
    assert Entry.objects.get(event=Entry.Event.TRANSCRIPT).text == ADDRESS


def test_polish_visitors_get_a_polish_letter(company: Company, ewa: Agent, mail_server: MailServer) -> None:
    kasia = Guest(company, "pl")
    kasia.write("Dzień dobry")
    conversation = Conversation.objects.select_related("company").get()
    send_reply(conversation=conversation, by=ewa, client_id=new_id(), text="Słucham")

    kasia.ask_for_transcript(ADDRESS)

    sweep_promises()
    (letter,) = mail_server.letters_to(ADDRESS)
    assert letter["Subject"].startswith("Zapis rozmowy z Florist")
    assert "Ty: Dzień dobry" in part(letter, "plain")
    assert "To jednorazowy e-mail, nie newsletter." in part(letter, "html")


def test_what_visitors_write_becomes_no_link_and_hides_nothing(anna: Guest, answered: Conversation) -> None:
    anna.write("Win now https://evil.example/ \u202egnp.exe\nBcc: all@example.com")

    anna.ask_for_transcript(ADDRESS)

    mail = OutgoingMail.objects.get()
    assert 'href="https://evil.example' not in mail.html and "\u202e" not in mail.html + mail.text
    assert "\nBcc:" not in mail.text


def test_nobody_answered_so_there_is_nothing_to_send(anna: Guest, conversation: Conversation) -> None:
    assert anna.ask_for_transcript(ADDRESS).status_code == 409
    assert not OutgoingMail.objects.exists()


@pytest.mark.once
@pytest.mark.parametrize(
    "address", ["", "kasia", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example"]
)
def test_one_address_and_nothing_but_an_address(anna: Guest, answered: Conversation, address: str) -> None:
    answer = anna.ask_for_transcript(address)
    assert answer.status_code == 422 and answer.json()["errors"]["email"]
    assert not OutgoingMail.objects.exists()


def test_a_visitor_asks_three_times_an_hour(anna: Guest, answered: Conversation) -> None:
    asked = [anna.ask_for_transcript(f"{n}@post.example").status_code for n in range(5)]
    assert asked == [200, 200, 200, 429, 429]
    assert OutgoingMail.objects.count() == 3


def test_a_mailbox_is_not_filled_by_many_visitors(company: Company, ewa: Agent) -> None:
    answers = []
    for number in range(5):
        guest = Guest(company)
        guest.write("Hello")
        conversation = Conversation.objects.select_related("company").order_by("-pk")[0]
        send_reply(conversation=conversation, by=ewa, client_id=new_id(), text="Good morning")
        answers.append(
            guest.ask_for_transcript("Victim@post.example" if number % 2 else "victim@post.example")
        )
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]


def test_of_ones_own_conversation_only(anna: Guest, answered: Conversation, company: Company) -> None:
    stranger = Guest(company)
    stranger.write("Hello")
    stranger.conversation = anna.conversation
    assert stranger.ask_for_transcript(ADDRESS).status_code == 404
    assert anna.ask_for_transcript(ADDRESS, token="forged").status_code == 400
    assert not OutgoingMail.objects.exists()
