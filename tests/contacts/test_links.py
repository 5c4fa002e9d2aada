"""Conversations are linked with saved contacts by agents (IN4, IN5), and the history finds them (HI1)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Company
from contactcenter.events import ConversationChanged
from contacts.models import Contact
from conversations.linking import link_conversation, unlink_conversation
from conversations.models import Conversation
from tests.contacts.test_contacts import text_of
from tests.factories import make_company, make_conversation
from tests.published import Published

Save = Callable[..., Contact]
FROM_PAGE = {"headers": {"HX-Request": "true", "HX-Target": "conversation-header"}}


@pytest.fixture
def conversation(company: Company) -> Conversation:
    facts = {"customer_email": "Anna@Mail.example", "customer_phone": "607 214 880"}
    return make_conversation(company, text="Where is my parcel?", **facts)


def beside(client: Client, conversation: Conversation) -> str:
    return text_of(client.get(f"/conversations/{conversation.pk}/context/"))


def test_whoever_has_the_customers_address_is_suggested_and_not_linked(
    save: Save, client: Client, conversation: Conversation
) -> None:
    save("Anna", "Nowak", emails=["anna@mail.example"])
    save("Firma", phones=["+48607214880"])
    save("Eve", emails=["anna@mail.example"], of=make_company("Baker"))

    shown = beside(client, conversation)

    assert "Anna Nowak has the same address or number." in shown
    assert "Firma has the same address or number." in shown
    assert "Eve" not in shown
    conversation.refresh_from_db()
    assert conversation.contact is None


def test_linking_shows_the_contacts_data_and_tells_the_timeline(
    save: Save, client: Client, conversation: Conversation, published: Published
) -> None:
    contact = save("Anna", "Nowak", organisation="Florist", phones=["+442079460958"], note="Likes roses.")

    response = client.post(f"/conversations/{conversation.pk}/contact/", {"contact": contact.pk}, **FROM_PAGE)

    assert response.status_code == 200
    shown = beside(client, conversation)
    for known in ("Anna Nowak", "Florist", "+44 20 7946 0958", "Likes roses."):
        assert known in shown
    page = text_of(client.get(f"/conversations/{conversation.pk}/"))
    assert "Ewa links the contact Anna Nowak" in page
    conversation.refresh_from_db()
    assert conversation.customer_name == "Anna Nowak"
    assert ConversationChanged(conversation=conversation.pk, status="new") in published


def test_the_link_is_taken_off(save: Save, client: Client, conversation: Conversation, ewa: Agent) -> None:
    link_conversation(conversation=conversation, contact=save("Anna"), by=ewa)

    client.post(f"/conversations/{conversation.pk}/contact/remove/", **FROM_PAGE)
    client.post(f"/conversations/{conversation.pk}/contact/remove/", **FROM_PAGE)

    conversation.refresh_from_db()
    assert conversation.contact is None
    assert "takes the link to the contact Anna off" in text_of(
        client.get(f"/conversations/{conversation.pk}/")
    )


def test_a_new_contact_begins_with_what_is_known_and_is_linked(client: Client, company: Company) -> None:
    conversation = make_conversation(
        company,
        customer_name="Anna Maria Nowak",
        customer_email="anna@mail.example",
        customer_phone="607214880",
    )
    address = f"/conversations/{conversation.pk}/contact/new/"
    page = client.get(address, headers={"HX-Request": "true"}).content.decode()
    for known in ("Anna", "Maria Nowak", "anna@mail.example", "+48 607 214 880"):
        assert f'value="{known}"' in page

    refused = client.post(address, {"first_name": "Anna", "phone": "12"}, **FROM_PAGE)
    assert (refused.status_code, refused["HX-Retarget"]) == (422, "#dialog")
    client.post(address, {"first_name": "Anna", "email": "anna@mail.example"}, **FROM_PAGE)

    conversation.refresh_from_db()
    contact = Contact.objects.get(company=company)
    assert conversation.contact == contact


def test_contacts_are_found_in_the_dialog(save: Save, client: Client, conversation: Conversation) -> None:
    anna = save("Anna", "Nowak")
    save("Beata", "Nowak")

    found = client.get(
        f"/conversations/{conversation.pk}/contact/?find=nowak+an",
        headers={"HX-Request": "true", "HX-Target": "found"},
    )

    assert re.findall(r'name="contact" value="(\d+)"', found.content.decode()) == [str(anna.pk)]


def test_only_contacts_of_the_company_can_be_linked(
    save: Save, client: Client, conversation: Conversation
) -> None:
    foreign = save("Eve", of=make_company("Baker"))

    for number in (foreign.pk, 0, "x", "9" * 40):
        answer = client.post(f"/conversations/{conversation.pk}/contact/", {"contact": number}, **FROM_PAGE)
        assert answer.status_code == 404


def test_what_the_contact_said_before_stands_beside_a_new_conversation(
    save: Save, client: Client, company: Company, ewa: Agent
) -> None:
    anna = save("Anna")
    earlier = make_conversation(company, text="First of all", led_by=ewa, closed=True)
    later = make_conversation(company, text="And another thing")
    for each in (earlier, later):
        link_conversation(conversation=each, contact=anna, by=ewa)

    assert "First of all" in beside(client, later)


def test_the_history_of_one_contact(save: Save, client: Client, company: Company, ewa: Agent) -> None:
    anna = save("Anna", "Nowak", emails=["anna@mail.example"])
    hers, others = make_conversation(company, text="Roses"), make_conversation(company, text="Tulips")
    link_conversation(conversation=hers, contact=anna, by=ewa)

    def found(**asked: Any) -> set[str]:
        page = client.get("/history/", asked).content.decode()
        return set(re.findall(r'data-conversation="(\d+)"', page))

    assert found(contact=anna.pk) == {str(hers.pk)}
    assert found(q="nowak") == found(q="anna@mail") == {str(hers.pk)}
    # A contact that is none filters nothing.
    foreign = save("Eve", of=make_company("Baker"))
    assert found(contact=foreign.pk) == found(contact="x") == {str(hers.pk), str(others.pk)}


def test_linking_twice_says_it_once(save: Save, conversation: Conversation, ewa: Agent) -> None:
    anna = save("Anna")
    for _ in range(2):
        link_conversation(conversation=conversation, contact=anna, by=ewa)
    assert conversation.entries.filter(event="linked").count() == 1

    unlink_conversation(conversation=conversation, by=ewa)
    with pytest.raises(ValueError, match="same company"):
        link_conversation(conversation=conversation, contact=save("Eve", of=make_company("Baker")), by=ewa)
