"""Files that agents send from the composer (WI7)."""

from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Company
from contactcenter.models import OutgoingMail
from conversations.actions import close_conversation
from conversations.models import Attachment, Conversation, Entry
from files.models import StoredFile
from files.store import store_file
from tests.factories import make_company, new_id
from tests.talk.people import PDF, PICTURE, Guest, fetch, file


def send(desk: Client, conversation: Conversation, **form: Any) -> Any:
    return desk.post(f"/conversations/{conversation.pk}/files/", {"id": new_id(), "kind": "reply"} | form)


def test_an_agents_file_answers_and_reaches_the_visitor(
    desk: Client, anna: Guest, conversation: Conversation, ewa: Agent
) -> None:
    told = send(desk, conversation, file=file("label.pdf", PDF)).json()

    assert (told["by"], told["text"], told["file"]["type"]) == ("agent", "label.pdf", "application/pdf")
    conversation.refresh_from_db()
    assert conversation.assignee == ewa
    shown = anna.look()["entries"][-1]
    assert (shown["name"], shown["file"]["name"]) == ("Ewa", "label.pdf")
    assert fetch(Client(), shown["file"]["url"]) == (200, PDF)
    page = desk.get(f"/conversations/{conversation.pk}/").content.decode()
    assert '<span class="file__name" title="label.pdf">label.pdf</span>' in page


def test_a_file_with_a_note_stays_among_agents(desk: Client, anna: Guest, conversation: Conversation) -> None:
    send(desk, conversation, kind="note", file=file("label.pdf", PDF))

    assert Entry.objects.get(kind="note").data["file"]["name"] == "label.pdf"
    assert [entry["text"] for entry in anna.look()["entries"]] == ["The cup came broken"]


def test_the_same_id_again_is_harmless(desk: Client, conversation: Conversation) -> None:
    form = {"id": new_id()}
    first = send(desk, conversation, **form, file=file("label.pdf", PDF)).json()
    again = send(desk, conversation, **form, file=file("label.pdf", PDF)).json()

    assert first == again
    assert StoredFile.objects.count() == Attachment.objects.count() == 1


def test_a_stored_file_is_sent_as_it_lies(
    desk: Client, anna: Guest, conversation: Conversation, company: Company
) -> None:
    shelf = store_file(company=company, name="price list.pdf", content=file("price list.pdf", PDF))

    send(desk, conversation, stored=shelf.pk)

    assert StoredFile.objects.count() == 1
    assert anna.look()["entries"][-1]["file"]["name"] == "price list.pdf"


def test_another_companys_file_is_not_found(desk: Client, conversation: Conversation) -> None:
    theirs = store_file(company=make_company("Other"), name="secret.pdf", content=file("secret.pdf", PDF))
    assert send(desk, conversation, stored=theirs.pk).status_code == 404


@pytest.mark.once
@pytest.mark.parametrize("form", [{}, {"file": file("empty.pdf", b"")}, {"stored": "x"}, {"kind": "shout"}])
def test_what_makes_no_sense_is_refused_with_a_reason(
    desk: Client, conversation: Conversation, form: dict[str, Any]
) -> None:
    answer = send(desk, conversation, **form)
    assert answer.status_code == 422 and answer.json()["message"]
    assert not StoredFile.objects.exists()


def test_an_ended_conversation_takes_no_file_and_keeps_none(
    desk: Client, conversation: Conversation, ewa: Agent
) -> None:
    close_conversation(conversation=conversation, by=ewa)
    answer = send(desk, conversation, file=file("label.pdf", PDF))
    assert answer.status_code == 409
    assert not StoredFile.objects.exists()


def test_who_is_answered_by_mail_gets_a_link(desk: Client, conversation: Conversation) -> None:
    Conversation.objects.update(answer_by_email=True, customer_email="anna@post.example")

    send(desk, conversation, file=file("cup.png", PICTURE))

    (mail,) = OutgoingMail.objects.filter(to="anna@post.example")
    path = next(word for word in mail.text.split() if "/attachments/" in word).partition("/attachments/")[2]
    assert fetch(Client(), f"/attachments/{path}") == (200, PICTURE)
