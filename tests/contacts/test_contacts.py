"""One contact: creating, changing, deleting it, and having it back (CO1)."""

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from agents.models import Agent, Company
from contactcenter.promises import sweep_promises
from contacts.actions import Gone, save_contact
from contacts.custom_fields import add_field, delete_field
from contacts.deletion import KEPT, delete_contacts, undo_deletion
from contacts.merging import merge_contacts
from contacts.models import Contact, ContactTag, Deletion
from contacts.rows import Facts, facts_of
from conversations.linking import link_conversation
from tasks.actions import create_task
from tests.clock import Clock
from tests.factories import make_agent, make_company, make_conversation

Save = Callable[..., Contact]


def text_of(response: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", response.content.decode())).split())


def test_a_contact_with_everything_that_can_be_said_of_one(
    client: Client, company: Company, ewa: Agent
) -> None:
    response = client.post(
        "/contacts/new/",
        {
            "first_name": "  Łucja ",
            "last_name": "Żak",
            "organisation": "Kawiarnia",
            "address": "ul. Długa 12, Łódź",
            "email": ["Lucja@Mail.example", "", "biuro@mail.example", "lucja@mail.example"],
            "phone": ["607 214 880", "+44 20 7946 0958"],
            "tags": "VIP, vip, hurt",
            "note": "Line one\r\nline two",
        },
        follow=True,
    )

    contact = Contact.objects.get(company=company)
    assert [email.address for email in contact.emails.all()] == ["lucja@mail.example", "biuro@mail.example"]
    assert [phone.number for phone in contact.phones.all()] == ["+48607214880", "+442079460958"]
    assert (contact.first_name, contact.created_by) == ("Łucja", ewa)
    page = text_of(response)
    for shown in (
        "Łucja Żak",
        "+48 607 214 880",
        "hurt vip",
        "Line one line two",
        "by Ewa",
        "Contact saved.",
    ):
        assert shown in page


def test_what_is_wrong_is_said_beside_it_and_nothing_is_lost(client: Client) -> None:
    response = client.post(
        "/contacts/new/",
        {"last_name": "Żak", "email": ["ok@mail.example", "not one"], "phone": ["4,86E+10", "12"]},
    )

    assert response.status_code == 422
    page = text_of(response)
    assert "This is not an e-mail address" in page
    assert "A spreadsheet has shortened this number" in page
    assert "The number is too short." in page
    # Once for all of them, and the cursor waits in the first.
    assert page.count("3 addresses or numbers are not right.") == page.count("not right") == 1
    assert re.findall(r'value="([^"]*)"[^>]* autofocus', response.content.decode()) == ["not one"]
    for kept in ("Żak", "ok@mail.example", "not one", "4,86E+10"):
        assert f'value="{kept}"' in response.content.decode()
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    "nothing", [{}, {"first_name": " \u200b\u202e\0 "}, {"note": "only a note"}, {"email": ["", " "]}]
)
def test_a_contact_says_at_least_who_or_how_to_reach_them(client: Client, nothing: dict[str, Any]) -> None:
    response = client.post("/contacts/new/", nothing)

    assert response.status_code == 422
    assert "Enter at least a name" in text_of(response)


@pytest.mark.parametrize(
    "data",
    [
        {"first_name": "A" * 81},
        {"note": "A" * 5_001},
        {"address": "A" * 301},
        {"tags": "A" * 41},
        {"tags": ", ".join(f"tag {n}" for n in range(31))},
        {"email": [f"a{n}@mail.example" for n in range(21)]},
        {"phone": ["6" * 100_000]},
        {"email": ["a" * 300 + "@mail.example"]},
    ],
)
def test_too_much_is_refused_with_the_form(client: Client, data: dict[str, Any]) -> None:
    assert client.post("/contacts/new/", {"last_name": "Nowak"} | data).status_code == 422


def test_characters_that_nobody_sees_are_not_kept(client: Client, company: Company) -> None:
    data = {"first_name": "An\u200bna\0", "last_name": "\u202ekawoN", "email": ["anna\u200b@mail.example"]}

    client.post("/contacts/new/", data)

    contact = Contact.objects.get(company=company)
    assert (contact.first_name, contact.last_name) == ("Anna", "kawoN")
    assert contact.emails.get().address == "anna@mail.example"


def form_of(client: Client, contact: Contact) -> dict[str, Any]:
    page = client.get(f"/contacts/{contact.pk}/edit/").content.decode()
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen
    return {"first_name": contact.first_name, "last_name": contact.last_name, "seen": html.unescape(seen[1])}


def test_of_two_tabs_the_later_one_is_told_what_the_earlier_one_saved(save: Save, client: Client) -> None:
    contact = save("Anna", "Nowak")
    first, second = form_of(client, contact), form_of(client, contact)

    client.post(f"/contacts/{contact.pk}/edit/", first | {"last_name": "Kowalska", "phone": ["607 214 880"]})
    refused = client.post(f"/contacts/{contact.pk}/edit/", second | {"organisation": "Florist"})

    assert refused.status_code == 409
    page = text_of(refused)
    assert "Somebody saved this contact while you were writing" in page
    assert "Surname Kowalska Organisation – Phone +48 607 214 880" in page
    contact.refresh_from_db()
    assert contact.organisation == ""
    # Having seen that, saving again means it.
    seen = re.search(r'name="seen" value="([^"]*)"', refused.content.decode())
    assert seen
    client.post(
        f"/contacts/{contact.pk}/edit/", second | {"organisation": "Florist", "seen": html.unescape(seen[1])}
    )
    contact.refresh_from_db()
    assert (contact.last_name, contact.organisation) == ("Nowak", "Florist")


def test_saving_the_same_twice_is_saving_it(save: Save, client: Client) -> None:
    contact = save("Anna", "Nowak")
    form = form_of(client, contact) | {"last_name": "Kowalska"}

    for _press in range(2):
        response = client.post(f"/contacts/{contact.pk}/edit/", form)
        assert (response.status_code, response["Location"]) == (302, f"/contacts/{contact.pk}/")


def test_a_new_contact_is_offered_the_tags_there_are(save: Save, client: Client) -> None:
    save("Anna", tags=("VIP",))
    assert '<option value="VIP">' in client.get("/contacts/new/").content.decode()


def test_what_keeps_a_letter_and_its_accent_apart_goes_first(save: Save, client: Client) -> None:
    client.post("/contacts/new/", {"first_name": "Rene\u200b\u0301"})
    assert Contact.objects.get().first_name == "René"


def test_the_timeline_holds_conversations_and_tasks_newest_first(
    save: Save, client: Client, company: Company, ewa: Agent
) -> None:
    contact = save("Anna", "Nowak")
    conversation = make_conversation(company, text="Where is my parcel?")
    link_conversation(conversation=conversation, contact=contact, by=ewa)

    page = client.get(f"/contacts/{contact.pk}/").content.decode()

    assert "Where is my parcel?" in page
    assert f'href="/history/{conversation.pk}/"' in page


def test_a_deleted_contact_is_gone_from_everywhere_and_comes_back_as_it_was(
    save: Save, client: Client, company: Company, ewa: Agent
) -> None:
    add_field(company=company, name="X", on_contacts=True)
    contact = save(
        "Anna",
        "Nowak",
        emails=["a@mail.example", "b@mail.example"],
        phones=["+48607214880"],
        custom={"x": "1"},
        tags=("VIP",),
    )
    facts = facts_of(contact)
    conversation = make_conversation(company)
    link_conversation(conversation=conversation, contact=contact, by=ewa)
    task = create_task(company=company, by=ewa, title="Call", contact=contact)

    response = client.post(
        f"/contacts/{contact.pk}/delete/", headers={"HX-Request": "true", "HX-Target": "contact"}
    )

    assert client.get(f"/contacts/{contact.pk}/").status_code == 404
    assert "Anna Nowak" not in text_of(client.get("/contacts/"))
    conversation.refresh_from_db()
    assert conversation.contact is None
    undo = re.search(r"/contacts/deletions/\d+/undo/", response["HX-Trigger"])
    assert undo
    assert client.post(undo[0], headers={"HX-Request": "true"}).status_code == 204

    back = Contact.objects.get(pk=contact.pk)
    assert facts_of(back) == facts
    assert [tag.name for tag in back.tags.all()] == ["VIP"]
    conversation.refresh_from_db()
    task.refresh_from_db()
    assert conversation.contact == task.contact == back
    # Nothing more to take back.
    assert client.post(undo[0], headers={"HX-Request": "true"}).status_code == 404


def test_the_list_beside_a_deleted_contact_stays_searched_as_it_was(save: Save, client: Client) -> None:
    here = "http://testserver/contacts/7/?q=żak&sort=-added&other=x"
    response = client.post(
        f"/contacts/{save('Anna').pk}/delete/?q=earlier",
        headers={"HX-Request": "true", "HX-Target": "contact", "HX-Current-URL": quote(here, safe=":/?&=-")},
    )

    assert response["HX-Push-Url"] == "/contacts/?q=%C5%BCak&sort=-added"


def test_a_deletion_leaves_alone_what_points_elsewhere_by_now(
    save: Save, company: Company, ewa: Agent
) -> None:
    anna, beata = save("Anna"), save("Beata")
    conversation = make_conversation(company)
    link_conversation(conversation=conversation, contact=anna, by=ewa)
    deletion = delete_contacts(company=company, by=ewa, contacts=[anna.pk])
    conversation.refresh_from_db()
    link_conversation(conversation=conversation, contact=beata, by=ewa)

    assert deletion is not None
    undo_deletion(deletion=deletion)

    conversation.refresh_from_db()
    assert conversation.contact == beata


def test_a_contact_comes_back_without_the_values_of_a_field_that_went(
    save: Save, company: Company, ewa: Agent
) -> None:
    number = add_field(company=company, name="Number", on_contacts=True)
    add_field(company=company, name="Street", on_contacts=True)
    anna = save("Anna", custom={"number": "1041", "street": "Long"})
    deletion = delete_contacts(company=company, by=ewa, contacts=[anna.pk])
    delete_field(field=number)

    assert deletion is not None
    assert undo_deletion(deletion=deletion)[0].custom == {"street": "Long"}


def test_after_an_hour_nothing_is_left_of_it(clock: Clock, save: Save, company: Company, ewa: Agent) -> None:
    anna = save("Anna")
    delete_contacts(company=company, by=ewa, contacts=[anna.pk])

    clock.move(seconds=KEPT.total_seconds() - 60)
    sweep_promises()
    assert Deletion.objects.exists()
    clock.move(seconds=120)
    sweep_promises()
    assert not Deletion.objects.exists()


def test_a_contact_comes_back_though_its_author_and_its_tag_are_gone(save: Save, company: Company) -> None:
    author = make_agent(company, "Jan")
    contact = save("Anna", tags=("VIP", "old"))
    Contact.objects.filter(pk=contact.pk).update(created_by=author)
    deletion = delete_contacts(company=company, by=None, contacts=[contact.pk])
    author.delete()
    ContactTag.objects.filter(name="old").delete()

    assert deletion is not None
    [back] = undo_deletion(deletion=deletion)

    assert back.created_by is None
    assert [tag.name for tag in back.tags.all()] == ["VIP"]


def test_what_was_deleted_meanwhile_is_neither_saved_merged_nor_linked(
    save: Save, company: Company, ewa: Agent
) -> None:
    contact, other, conversation = save("Anna"), save("Beata"), make_conversation(company)
    delete_contacts(company=company, by=ewa, contacts=[contact.pk])

    with pytest.raises(Gone):
        save_contact(company=company, by=ewa, facts=Facts(first_name="Ania"), contact=contact)
    with pytest.raises(Gone):
        merge_contacts(keep=other, drop=contact, by=ewa)
    with pytest.raises(Gone):
        link_conversation(conversation=conversation, contact=contact, by=ewa)


def test_another_companys_contacts_are_not_deleted(save: Save, company: Company) -> None:
    theirs = save("Anna", of=make_company("Baker"))

    assert delete_contacts(company=company, by=None, contacts=[theirs.pk]) is None
    assert Contact.objects.filter(pk=theirs.pk).exists()


def test_an_empty_list_says_what_to_do(client: Client) -> None:
    page = text_of(client.get("/contacts/"))

    assert "No contacts yet" in page
    assert "Import contacts" in page


def test_names_with_markup_stay_words(save: Save, client: Client) -> None:
    contact = save("<script>alert(1)</script>", "<img src=x>", organisation='"><b>', tags=("<i>",))

    page = client.get(f"/contacts/{contact.pk}/").content.decode()

    assert "<script>alert" not in page and "<img src=x" not in page and "<i>" not in page
