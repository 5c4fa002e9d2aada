"""People who are known already, and an import taken back."""

from collections.abc import Callable
from typing import Any

import pytest

from contacts.imports import steps
from contacts.models import Contact, ContactTag
from conversations.linking import link_conversation
from tests.clock import Clock
from tests.contacts.imports.conftest import Importer, Saved
from tests.factories import make_conversation

Save = Callable[..., Contact]
HEADER = "Imię,Nazwisko,Firma,E-mail,Telefon,Uwagi,Tagi\n"
# The second knows one address of Anna's, the third a number of the second's.
FILE = (
    f"{HEADER}"
    "Anna,Nowak,Lis,anna@mail.example,,new note,VIP\n"
    "Anna,Nowak,,ANNA@mail.example,+48607607607,,north\n"
    "Ania,,,,+48607607607,more,\n"
    "Jan,Rak,,jan@mail.example,,,\n"
    "Jan,Rak,Rak i syn,jan@mail.example,+48607000000,,\n"
)


@pytest.fixture
def anna(save: Save) -> Contact:
    return save(
        "Anna", "Kowalska", emails=["old@mail.example", "anna@mail.example"], note="old note", tags=("old",)
    )


def contact(saved: Callable[[], Saved], name: str) -> dict[str, Any]:
    return next(each for each in saved() if each["name"].startswith(name))


def test_known_people_are_skipped(importer: Importer, saved: Callable[[], Saved], anna: Contact) -> None:
    done = importer.run(FILE, "skip")

    # The third is new: nobody who was saved has that number.
    assert (done.created, done.updated, done.skipped) == (2, 0, 3)
    assert [each["name"] for each in saved()] == ["Anna Kowalska", "Ania", "Jan Rak"]
    assert contact(saved, "Anna K")["note"] == "old note"
    assert "Undo the import" in importer.page()
    # Of what changed nothing there is nothing to undo.
    importer.run(FILE, "skip")
    assert "Undo the import" not in importer.page()


def test_known_people_are_updated(importer: Importer, saved: Callable[[], Saved], anna: Contact) -> None:
    done = importer.run(FILE, "update")

    assert (done.created, done.updated, done.skipped) == (1, 4, 0)
    assert contact(saved, "Ania") == {
        "name": "Ania Nowak",
        "organisation": "Lis",
        "emails": ["old@mail.example", "anna@mail.example"],
        "phones": ["+48 607 607 607"],
        "note": "old note\n\nnew note\n\nmore",
        "tags": ["VIP", "north", "old"],
        "address": "",
        "custom": {},
    }
    assert contact(saved, "Jan")["organisation"] == "Rak i syn"
    assert contact(saved, "Jan")["phones"] == ["+48 607 000 000"]
    # Once more changes nothing.
    again = importer.run(FILE, "update")
    assert again.created == 0 and contact(saved, "Ania")["note"] == "old note\n\nnew note\n\nmore"


@pytest.mark.parametrize("is_saved", [True, False])
def test_who_does_not_fit_into_one_contact_becomes_another(
    importer: Importer,
    saved: Callable[[], Saved],
    save: Save,
    monkeypatch: pytest.MonkeyPatch,
    is_saved: bool,
) -> None:
    """Everybody of a company gives the number of its switchboard."""
    monkeypatch.setattr(steps, "BATCH", 15)
    if is_saved:
        save("Reception", phones=["+48607607607"])
    rows = "".join(f"Jan,N{n},,j{n}@mail.example,+48607607607,,\n" for n in range(40))
    done = importer.run(f"{HEADER}{rows}", "update")

    assert (done.state, done.created + done.updated, done.skipped) == ("imported", 40, 0)
    contacts = saved()
    assert [len(each["emails"]) for each in contacts] == [20] + [1] * 20
    assert {address for each in contacts for address in each["emails"]} == {
        f"j{n}@mail.example" for n in range(40)
    }
    importer.undo()
    assert [each["emails"] for each in saved()] == ([[]] if is_saved else [])


def test_known_people_are_added_all_the_same(
    importer: Importer, saved: Callable[[], Saved], anna: Contact
) -> None:
    assert importer.run(FILE, "add").created == 5
    assert len(saved()) == 6


def test_what_was_earlier_in_the_file_counts_across_batches(
    importer: Importer, saved: Callable[[], Saved], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contacts.imports.steps.BATCH", 1)

    assert importer.run(FILE, "update").created == 2
    assert contact(saved, "Ania")["tags"] == ["VIP", "north"]


def test_undoing_an_import_leaves_what_was_there_before(
    importer: Importer, saved: Callable[[], Saved], anna: Contact, clock: Clock
) -> None:
    before = saved()
    clock.move(seconds=60)
    importer.run(FILE, "update")
    clock.move(seconds=60)

    undone = importer.undo()

    assert undone.state == "undone" and (undone.taken_back, undone.stayed) == (2, 0)
    assert saved() == before
    assert [tag.name for tag in ContactTag.objects.all()] == ["old"]
    page = importer.page()
    assert "2 contacts were taken back" in page
    # The file can be imported again.
    assert importer.run(FILE, "update").created == 1


def test_undoing_says_how_many_stay_and_leaves_them(
    importer: Importer, saved: Callable[[], Saved], company: Any, ewa: Any, clock: Clock
) -> None:
    importer.run("".join([HEADER, *(f"A{n},Nowak,,a{n}@mail.example,,,\n" for n in range(6))]))
    clock.move(seconds=60)
    changed, used, deleted, *_rest = Contact.objects.order_by("pk")
    importer.client.post(
        f"/contacts/{changed.pk}/edit/",
        {"first_name": "Changed", "last_name": "Nowak", "seen": changed.changed_at.isoformat()},
    )
    link_conversation(conversation=make_conversation(company, led_by=ewa), contact=used, by=ewa)
    importer.client.post(f"/contacts/{deleted.pk}/delete/")

    asked = importer.client.get(f"{importer.path}undo/").content.decode()
    assert "3 contacts that are as the import made them" in asked and "2 contacts stay" in asked

    undone = importer.undo()
    assert (undone.taken_back, undone.stayed) == (3, 2)
    assert [each["name"] for each in saved()] == ["Changed Nowak", "A1 Nowak"]


def test_what_somebody_changed_after_an_update_stays_changed(
    importer: Importer, saved: Callable[[], Saved], anna: Contact, clock: Clock
) -> None:
    clock.move(seconds=60)
    importer.run(f"{HEADER}Anna,Nowak,,anna@mail.example,,,\n", "update")
    clock.move(seconds=60)
    anna.refresh_from_db()
    importer.client.post(
        f"/contacts/{anna.pk}/edit/", {"first_name": "Zofia", "seen": anna.changed_at.isoformat()}
    )

    assert importer.undo().stayed == 1
    assert saved()[0]["name"].startswith("Zofia")


def test_imports_are_undone_one_by_one(importer: Importer, saved: Callable[[], Saved], clock: Clock) -> None:
    first = Importer(importer.client)
    first.run(f"{HEADER}Anna,Nowak,,anna@mail.example,,,\n")
    clock.move(seconds=60)
    second = Importer(importer.client)
    second.run(f"{HEADER}Anna,Nowak,Lis,anna@mail.example,,,\n", "update")

    clock.move(seconds=60)
    second.undo()
    assert saved()[0]["organisation"] == ""
    first.undo()
    assert saved() == []
