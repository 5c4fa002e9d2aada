"""Two contacts of one person become one, and nothing that was known is lost (CO1)."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from agents.models import Agent, Company
from contacts.custom_fields import add_field
from contacts.merging import merge_contacts
from contacts.models import Contact
from conversations.linking import link_conversation
from tasks.actions import create_task
from tests.contacts.test_contacts import text_of
from tests.factories import make_company, make_conversation

Save = Callable[..., Contact]


@pytest.fixture
def pair(save: Save, company: Company) -> tuple[Contact, Contact]:
    add_field(company=company, name="Customer number", key="number", on_contacts=True)
    add_field(company=company, name="Delivery", key="delivery", on_contacts=True)
    keep = save(
        "Tomasz",
        "Kaczmarek",
        emails=["t@mail.example"],
        phones=["+48512303118"],
        custom={"number": "K-1"},
        tags=("VIP",),
        note="Pays late.",
    )
    drop = save(
        "Tomek",
        "Kaczmarek",
        organisation="Café",
        emails=["tomek@mail.example", "t@mail.example"],
        phones=["+48512303118", "+48607214880"],
        custom={"number": "K-2", "delivery": "courier"},
        tags=("old",),
        note="Met at the fair.",
    )
    return keep, drop


def test_what_will_come_of_it_is_shown_before(pair: tuple[Contact, Contact], client: Client) -> None:
    keep, drop = pair

    page = text_of(client.get(f"/contacts/{keep.pk}/merge/?with={drop.pk}"))

    assert "First name: “Tomasz” stays, “Tomek” goes into the note" in page
    assert "Customer number: “K-1” stays, “K-2” goes into the note" in page
    assert "t@mail.example, tomek@mail.example" in page
    assert Contact.objects.filter(pk=drop.pk).exists()


def test_everything_is_kept(
    pair: tuple[Contact, Contact], client: Client, company: Company, ewa: Agent
) -> None:
    keep, drop = pair
    conversation = make_conversation(company)
    link_conversation(conversation=conversation, contact=drop, by=ewa)
    task = create_task(company=company, by=ewa, title="Call", contact=drop)

    client.post(f"/contacts/{keep.pk}/merge/", {"with": drop.pk})

    keep.refresh_from_db()
    assert not Contact.objects.filter(pk=drop.pk).exists()
    assert (keep.first_name, keep.organisation) == ("Tomasz", "Café")
    assert [email.address for email in keep.emails.all()] == ["t@mail.example", "tomek@mail.example"]
    assert [phone.number for phone in keep.phones.all()] == ["+48512303118", "+48607214880"]
    assert keep.custom == {"number": "K-1", "delivery": "courier"}
    assert {tag.name for tag in keep.tags.all()} == {"VIP", "old"}
    for kept in ("Pays late.", "Met at the fair.", "First name: Tomek", "Customer number: K-2"):
        assert kept in keep.note
    conversation.refresh_from_db()
    task.refresh_from_db()
    assert conversation.contact == task.contact == keep
    assert "Tomasz Kaczmarek" in text_of(client.get("/contacts/?q=tomek@mail"))


def test_who_has_the_same_number_is_suggested(pair: tuple[Contact, Contact], client: Client) -> None:
    keep, drop = pair

    page = client.get(f"/contacts/{keep.pk}/").content.decode()

    assert "Another contact has the same address or number:" in page
    assert f"/contacts/{keep.pk}/merge/?with={drop.pk}" in page


def test_the_other_one_is_found_by_searching(save: Save, client: Client) -> None:
    anna, beata = save("Anna"), save("Beata")

    page = client.get(
        f"/contacts/{anna.pk}/merge/?find=bea", headers={"HX-Request": "true", "HX-Target": "found"}
    ).content.decode()

    assert re.findall(r"with=(\d+)", page) == [str(beata.pk)]
    assert "<main" not in page


def test_the_same_or_a_stranger_cannot_be_merged(save: Save, client: Client, ewa: Agent) -> None:
    anna, foreign = save("Anna"), save("Eve", of=make_company("Baker"))

    assert client.post(f"/contacts/{anna.pk}/merge/", {"with": foreign.pk}).status_code == 404
    assert client.get(f"/contacts/{anna.pk}/merge/?with={foreign.pk}").status_code == 404
    assert client.post(f"/contacts/{anna.pk}/merge/", {"with": anna.pk}).status_code == 200
    with pytest.raises(ValueError, match="two contacts of one company"):
        merge_contacts(keep=anna, drop=foreign, by=ewa)
    assert Contact.objects.filter(pk__in=[anna.pk, foreign.pk]).count() == 2


def test_a_note_that_merging_made_too_long_can_be_saved_as_it_is(save: Save, client: Client) -> None:
    anna, ania = save("Anna", note="a" * 4_000), save("Ania", note="b" * 4_000)
    client.post(f"/contacts/{anna.pk}/merge/", {"with": ania.pk})
    anna.refresh_from_db()

    seen = anna.changed_at.isoformat()
    response = client.post(
        f"/contacts/{anna.pk}/edit/", {"first_name": "Anna", "note": anna.note, "seen": seen}
    )

    assert response.status_code == 302
