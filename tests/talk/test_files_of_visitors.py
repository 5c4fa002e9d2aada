"""Files that visitors send (WI7)."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Company
from chat.uploads import MAX_BYTES
from contactcenter.events import EntryAdded, VisitorEntry
from contactcenter.models import Promise
from contactcenter.promises import sweep_promises
from conversations.attachments import store_attachment
from conversations.models import Attachment, Conversation, Entry
from files.models import StoredFile
from files.store import store_file
from files.uses import uses_of
from tests.clock import Clock
from tests.factories import make_agent, make_company, new_id
from tests.published import Published
from tests.talk.people import PDF, PICTURE, PROGRAM, Guest, close, fetch, file


def stored_files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_file_becomes_a_message_that_both_sides_see_at_once(
    anna: Guest, conversation: Conversation, published: Published
) -> None:
    stored = anna.send("cup.png", PICTURE).json()["stored"]

    entry = Entry.objects.get(seq=stored["seq"], conversation=conversation)
    assert (entry.text, entry.by, entry.data["file"]["type"]) == ("cup.png", "customer", "image/png")
    (told,) = published.of(EntryAdded)
    assert told.file == entry.data["file"] | {"name": "cup.png", "size": len(PICTURE)}
    (shown,) = published.of(VisitorEntry)
    assert shown.file and (shown.file["name"], shown.file["size"]) == ("cup.png", len(PICTURE))
    assert "id" not in shown.file
    assert anna.look()["entries"][-1]["file"] == shown.file


def test_the_first_message_may_be_a_file(anna: Guest, company: Company) -> None:
    anna.send("terms.pdf", PDF)

    conversation = Conversation.objects.get()
    assert conversation.preview == "terms.pdf" and conversation.status == Conversation.Status.NEW
    welcome = anna.look()
    assert welcome["conversation"]["id"] == anna.conversation
    assert [entry["text"] for entry in welcome["entries"]] == ["terms.pdf"]


def test_visitors_get_it_by_a_signed_address_that_ends(
    anna: Guest, conversation: Conversation, clock: Clock
) -> None:
    anna.send("cup.png", PICTURE)
    url = anna.look()["entries"][-1]["file"]["url"]

    answer = Client().get(url)

    assert answer["Content-Type"] == "image/png"
    close(answer)
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    number, _dot, rest = url.removeprefix("/attachments/").partition("-")
    assert Client().get(f"/attachments/{int(number) + 1}-{rest}").status_code == 404
    clock.move(days=3)
    assert Client().get(url).status_code == 404
    renewed = anna.look()["entries"][-1]["file"]["url"]
    assert fetch(Client(), renewed) == (200, PICTURE)


def test_agents_get_it_under_the_conversation_and_nobody_elses(
    anna: Guest, conversation: Conversation, desk: Client, company: Company
) -> None:
    anna.send("cup.png", PICTURE)
    number = StoredFile.objects.get().pk
    path = f"/conversations/{conversation.pk}/files/{number}/"

    assert fetch(desk, path) == (200, PICTURE)
    page = desk.get(f"/conversations/{conversation.pk}/").content.decode()
    assert f'<img src="{path}" alt="cup.png"' in page
    other = make_company("Other")
    stranger = Client()
    stranger.force_login(make_agent(other, "Olga"))
    assert stranger.get(path).status_code == 404
    guest = Guest(company)
    guest.write("Another conversation")
    elsewhere = Conversation.objects.exclude(pk=conversation.pk).get()
    assert desk.get(f"/conversations/{elsewhere.pk}/files/{number}/").status_code == 404


def test_sending_it_again_stores_nothing_anew(anna: Guest, conversation: Conversation, media: Path) -> None:
    client_id = new_id()
    first = anna.send("cup.png", PICTURE, client_id).json()

    again = anna.send("cup.png", PICTURE, client_id).json()

    assert first == again
    assert StoredFile.objects.count() == Attachment.objects.count() == len(stored_files(media)) == 1


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.png", b"", "empty"),
        ("photo.jpg", PROGRAM, "does not match its name"),
        ("photo.jpg", PDF, "does not match its name"),
        ("setup.exe", PROGRAM, "cannot be sent"),
        ("page.html", b"<!doctype html><script>alert(1)</script>", "cannot be sent"),
        ("notes.txt", b"<html><body onload=alert(1)>", "cannot be sent"),
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "cannot be sent"),
        ("script.js", b"alert(1)", "cannot be sent"),
        ("all.zip", b"PK\x03\x04" + b"x" * 100, "cannot be sent"),
        ("huge.pdf", PDF + b"x" * MAX_BYTES, "larger than 10 MB"),
    ],
)
def test_what_is_no_harmless_file_is_refused_with_a_reason(
    anna: Guest, conversation: Conversation, media: Path, name: str, content: bytes, why: str
) -> None:
    answer = anna.send(name, content)

    assert answer.status_code in {413, 422}
    assert why in answer.json()["message"]
    assert not StoredFile.objects.exists() and not stored_files(media)
    assert conversation.entries.count() == 2


def test_reasons_speak_the_visitors_language(company: Company) -> None:
    answer = Guest(company, "pl").send("pusty.png", b"")
    assert answer.json()["message"] == "Plik jest pusty."


@pytest.mark.once
@pytest.mark.parametrize("name", ["umowa.docx", "notatka.txt", "dane.csv", "nagranie.mp3"])
def test_documents_text_and_sound_are_taken(anna: Guest, name: str) -> None:
    content = {"umowa.docx": b"PK\x03\x04word", "nagranie.mp3": b"ID3" + b"\x00" * 90}.get(
        name, b"a;b\n1;2\n"
    )
    assert anna.send(name, content).status_code == 200


def test_a_name_is_something_to_read(anna: Guest) -> None:
    anna.send("../../etc/<b>pass\u202egnp.pdf", PDF)
    assert StoredFile.objects.get().name == "_b_passgnp.pdf"


def test_a_full_storage_is_a_polite_refusal(
    anna: Guest, conversation: Conversation, company: Company
) -> None:
    company.storage_limit = 100
    company.save()

    answer = anna.send("cup.png", PICTURE)

    assert answer.status_code == 422 and "cannot be taken right now" in answer.json()["message"]
    assert not StoredFile.objects.exists()


def test_a_visitor_sends_twenty_files_in_an_hour(anna: Guest, company: Company) -> None:
    answers = [anna.send(f"{n}.pdf", PDF).status_code for n in range(22)]

    assert answers == [200] * 20 + [429] * 2
    refused = anna.send("one more.pdf", PDF)
    assert refused["Retry-After"] and "later" in refused.json()["message"]
    assert Guest(company).send("mine.pdf", PDF).status_code == 200


def test_foreign_and_forged_tokens_open_nothing(anna: Guest, conversation: Conversation) -> None:
    other = Guest(make_company("Other"))
    other.write("Hello")

    for token in (other.token, "forged.token", 7, ""):
        answer = anna.send("cup.png", PICTURE, token=token)
        assert (answer.status_code, answer.json()["error"]) == (400, "bad_token")
    assert not StoredFile.objects.exists()


@pytest.mark.once
@pytest.mark.parametrize(
    "form",
    [
        {},
        {"hello": "{}", "id": "12345678"},
        {"hello": "[", "id": "12345678", "file": file("cup.png", PICTURE)},
        {"hello": "[]", "id": "12345678", "file": file("cup.png", PICTURE)},
        {"hello": "{}", "id": "../up", "file": file("cup.png", PICTURE)},
        {"hello": "{}", "id": "12345678", "file": "no file"},
    ],
)
def test_broken_forms_are_refused(anna: Guest, form: dict[str, Any]) -> None:
    assert anna.client.post(f"/widget/upload/{anna.key}", form).status_code == 400


def test_a_message_that_never_came_leaves_no_file(
    company: Company, conversation: Conversation, anna: Guest, clock: Clock, media: Path
) -> None:
    anna.send("sent.png", PICTURE)
    store_attachment(company=company, name="lost.png", content=file("lost.png", PICTURE), max_bytes=MAX_BYTES)
    # Of another room, which looks after its own.
    store_file(company=company, name="list.csv", content=file("list.csv", b"a;b"), is_attachment=True)

    clock.move(hours=1, minutes=1)
    sweep_promises()
    assert {each.name for each in StoredFile.objects.of(company.pk)} == {"sent.png", "list.csv"}
    clock.move(hours=1)
    sweep_promises()
    sweep_promises()

    assert len(stored_files(media)) == 2
    assert not Promise.objects.filter(kind="attachment.sweep").exists()


def test_the_chatbot_hands_a_file_to_people(anna: Guest, conversation: Conversation) -> None:
    Conversation.objects.update(status=Conversation.Status.BOT)
    Company.objects.update(bot_on=True)

    anna.send("cup.png", PICTURE)
    sweep_promises()

    conversation.refresh_from_db()
    assert conversation.status != Conversation.Status.BOT
    assert "handed over" in anna.look()["entries"][-1]["text"]


def test_files_know_where_they_were_sent(
    anna: Guest, conversation: Conversation, company: Company, ewa: Agent
) -> None:
    anna.send("cup.png", PICTURE)
    number = StoredFile.objects.get().pk
    (use,) = uses_of(company.pk, [number])[number]
    assert use.path == f"/conversations/{conversation.pk}/"
