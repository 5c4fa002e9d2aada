"""What the mails about visitors say, as a mail program reads them: through a real mail server, in both languages, and
with visitors who mean harm."""

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import cast

import pytest
from django.test import Client

from agents.models import Agent, Company
from contactcenter.promises import sweep_promises
from conversations.actions import close_conversation
from conversations.timeline import add_customer_message
from tests.clock import Clock
from tests.factories import come_online, heartbeat, make_agent, make_group, new_id
from tests.mail_server import MailServer
from tests.notices.conftest import Guest, Wait, go_offline, letters

PAGE = {"url": "https://garniec.example/bowls", "title": "Bowls and more"}


@pytest.fixture
def ewa(company: Company) -> Agent:
    return make_agent(company, "Ewa", last_name="Lis", language="pl")


def part(letter: EmailMessage, kind: str) -> str:
    body = letter.get_body((kind,))
    assert body is not None
    return cast(str, body.get_content())


def received(mail_server: MailServer, address: str) -> list[EmailMessage]:
    sweep_promises()
    return mail_server.letters_to(address)


@pytest.fixture
def evening(clock: Clock) -> Clock:
    """A Tuesday in May at 22:47 in Warsaw."""
    clock.move_to(datetime(2027, 5, 11, 20, 47, tzinfo=UTC))
    return clock


# --- the offline message ------------------------------------------------------------------------------------------


def test_an_offline_message_says_what_is_known_in_the_agents_own_language(
    evening: Clock, mail_server: MailServer, company: Company, ewa: Agent, wait: Wait
) -> None:
    john = make_agent(company, "John", language="en")
    guest = Guest(company, facts={"page": PAGE})
    close_conversation(conversation=guest.write("An old question"), by=ewa)
    evening.move(days=10)
    guest.fill_in_form("Czy mogę zamówić misę?\nTo prezent.", name="Katarzyna Wrona")
    wait(seconds=60)
    guest.write("Może być też inne szkliwo.")
    wait(minutes=2)

    (polish,) = received(mail_server, ewa.email)
    (english,) = received(mail_server, john.email)
    assert polish["Subject"] == "Wiadomość z czatu: Katarzyna Wrona"
    assert english["Subject"] == "Message from the chat: Katarzyna Wrona"
    assert (polish["To"], polish["Reply-To"], polish["Auto-Submitted"]) == (ewa.email, None, "auto-generated")
    for letter, words in (
        (
            polish,
            ["o 22:47 (piątek, 21 maja)", "Wcześniej", "1 rozmowa, wtorek, 11 maja", "nie dotrze do klienta"],
        ),
        (english, ["at 22:47 (Friday, 21 May)", "Earlier", "1 conversation, on Tuesday, 11 May"]),
    ):
        for kind in ("plain", "html"):
            text = part(letter, kind)
            for word in (
                *words,
                "To prezent.",
                "22:48",
                "anna@post.example",
                "Bowls and more",
                "https://garniec.example/bowls",
                f"/conversations/{guest.conversation.pk}/",
                "/settings/notifications/",
                "Garniec",
            ):
                assert word in text, (kind, word, text)
    assert "An old question" not in part(polish, "plain")


def test_a_nameless_visitor_has_a_number(evening: Clock, guest: Guest, ewa: Agent, wait: Wait) -> None:
    conversation = guest.write()
    wait(minutes=2)

    (letter,) = letters()
    assert letter.subject == f"Wiadomość z czatu: Gość {conversation.short_number}"
    assert "Nowa wiadomość z czatu" in letter.text


def test_the_link_opens_the_conversation(
    evening: Clock, guest: Guest, ewa: Agent, client: Client, wait: Wait, settings
) -> None:
    settings.BASE_URL = "https://app.example"
    guest.write("Is the bowl still there?")
    wait(minutes=2)

    (letter,) = letters()
    link = next(line for line in letter.text.splitlines() if "/conversations/" in line)
    assert f'href="{link}"' in letter.html
    client.force_login(ewa, backend="django.contrib.auth.backends.ModelBackend")
    assert "Is the bowl still there?" in client.get(link.removeprefix("https://app.example")).text


def test_a_mail_to_a_group_says_so(evening: Clock, company: Company, wait: Wait) -> None:
    make_agent(company, "Sela", groups=("Sprzedaż",), language="pl")
    Guest(company, group=make_group(company, "Sprzedaż").pk).write()
    wait(minutes=2)

    (letter,) = letters()
    assert "którzy obsługują grupę Sprzedaż" in letter.text


# --- the missed conversation --------------------------------------------------------------------------------------


def test_a_missed_conversation_says_who_was_asked_and_how_long_the_visitor_waited(
    evening: Clock, mail_server: MailServer, company: Company, ewa: Agent, wait: Wait
) -> None:
    come_online(ewa)
    guest = Guest(company, facts={"page": PAGE})
    guest.write("Dzień dobry, mam pytanie o fakturę.")
    guest.stay(evening, 110)
    heartbeat(ewa)
    guest.stay(evening, 10)
    guest.write("Halo?")
    guest.stay(evening, 90)
    wait(minutes=2)

    (letter,) = received(mail_server, ewa.email)
    assert letter["Subject"] == f"Nieodebrana rozmowa: Gość {guest.conversation.short_number}, 22:50"
    for kind in ("plain", "html"):
        text = part(letter, kind)
        for word in (
            "po 3\xa0min 30\xa0s",
            "Dzień dobry, mam pytanie o fakturę.",
            "Halo?",
            "nie podano",
            "wtorek, 11 maja, 22:50",
            "https://garniec.example/bowls",
            "Chrome, Android",
            "Ewa Lis",
            "Odpowiedź będzie na nią czekać",
            f"/conversations/{guest.conversation.pk}/",
        ):
            assert word in text, (kind, word, text)


# --- the company's default address ----------------------------------------------------------------------------------


def test_what_was_left_in_the_form_reaches_the_company_in_its_own_language(
    evening: Clock, mail_server: MailServer, company: Company
) -> None:
    Company.objects.filter(pk=company.pk).update(default_email="info@garniec.example", language="pl")
    Guest(company, facts={"page": PAGE}).fill_in_form("Proszę o telefon")
    letters()

    (letter,) = received(mail_server, "info@garniec.example")
    assert letter["Subject"] == "Wiadomość ze strony: Anna"
    assert letter["Reply-To"] == "anna@post.example"
    for kind in ("plain", "html"):
        text = part(letter, kind)
        assert "Proszę o telefon" in text and "trafi prosto na adres anna@post.example" in text


# --- visitors who mean harm -----------------------------------------------------------------------------------------

HOSTILE = '<script>alert(1)</script><a href="https://evil.example">here</a>\r\nBcc: everybody@evil.example'


def test_what_visitors_write_is_shown_and_never_obeyed(
    evening: Clock, mail_server: MailServer, company: Company, ewa: Agent, wait: Wait
) -> None:
    page = {"url": "javascript:alert(1)", "title": HOSTILE}
    guest = Guest(company, facts={"page": page})
    guest.fill_in_form(HOSTILE + "\n\n-- \nhttps://evil.example", name=HOSTILE)
    wait(minutes=2)

    (letter,) = received(mail_server, ewa.email)
    html, text = part(letter, "html"), part(letter, "plain")
    assert "<script>" not in html and 'href="https://evil' not in html and "javascript:" not in html
    assert "&lt;script&gt;" in html
    assert letter["Bcc"] is None and len(letter["Subject"]) < 100
    assert not [line for line in text.splitlines() if line.startswith(("Bcc", "https://evil"))]
    assert "<script>" in text, "a plain mail shows it as it is"


def test_long_words_and_many_words_are_cut(evening: Clock, company: Company, ewa: Agent, wait: Wait) -> None:
    guest = Guest(company)
    conversation = guest.write("a" * 9_000)
    for number in range(30):
        text = f"Message {number:02}"
        add_customer_message(conversation_id=conversation.pk, client_id=new_id(), text=text)
    wait(minutes=2)

    (letter,) = letters()
    assert "a" * 1_900 in letter.html and "a" * 2_001 not in letter.html
    assert "Message 18" in letter.text and "Message 19" not in letter.text
    assert "I jeszcze 11 wiadomości w rozmowie." in letter.text
    assert max(len(line) for line in letter.text.splitlines()) < 200


def test_writing_that_turns_the_line_around_is_taken_out(
    evening: Clock, company: Company, ewa: Agent, wait: Wait
) -> None:
    Guest(company).fill_in_form("gpj.\u202eexe", name="Anna\u202e\u2066 Nowak")
    wait(minutes=2)

    (letter,) = letters()
    assert letter.subject == "Wiadomość z czatu: Anna Nowak"
    assert "\u202e" not in letter.html + letter.text


def test_the_mails_of_both_kinds_have_text_first_and_one_button(
    evening: Clock, company: Company, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    """As templates/mails/layout.html has it, which mail programs show alike."""
    go_offline(ewa)
    Guest(company).write("Dzień dobry")
    wait(minutes=2)

    (letter,) = letters()
    assert letter.html.index("„Dzień dobry” Nikogo nie było online.") < letter.html.index("<h1")
    assert letter.html.count('class="bt"') == 1
