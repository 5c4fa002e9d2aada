"""Fields of a company's own (CO4, manual 11.2.9): settings, forms, values."""

from collections.abc import Callable

import pytest
from django.test import Client

from agents.models import Company
from contactcenter.promises import sweep_promises
from contacts import custom_fields
from contacts.actions import save_contact
from contacts.models import Contact, CustomField
from contacts.rows import Facts
from tasks.actions import create_task
from tests.contacts.test_contacts import text_of
from tests.factories import make_company

Save = Callable[..., Contact]
FORM = {"name": "Customer number", "key": "number", "kind": "short", "pinned": ["contacts", "tasks"]}


@pytest.fixture
def number(company: Company) -> CustomField:
    return custom_fields.add_field(company=company, name="Customer number", key="number", on_contacts=True)


def test_adding_renaming_and_pinning(adam: Client, company: Company) -> None:
    adam.post("/settings/fields/add/", FORM)
    field = CustomField.objects.get(company=company)
    assert (field.key, field.kind, field.on_contacts, field.on_tasks) == ("number", "short", True, True)

    form = {"name": "Number", "key": "other", "kind": "long", "pinned": ["tasks"]}
    adam.post(f"/settings/fields/{field.pk}/", form)

    field.refresh_from_db()
    assert (field.name, field.key, field.kind, field.on_contacts) == ("Number", "number", "long", False)
    assert "Number number Long text" in text_of(adam.get("/settings/fields/"))


def test_without_a_key_one_is_made_of_the_name(adam: Client, company: Company) -> None:
    for name in ("Dzień dostawy", "Dzień dostawy", "1. źródło", "地址"):
        adam.post("/settings/fields/add/", FORM | {"name": name, "key": ""})

    keys = CustomField.objects.filter(company=company).order_by("pk").values_list("key", flat=True)
    assert list(keys) == ["dzien_dostawy", "dzien_dostawy_2", "field_1_zrodlo", "field"]


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "N" * 61}, {"key": "Number!"}, {"key": "ł"}, {"kind": "x"}, {"pinned": []}],
)
def test_what_makes_no_field(adam: Client, wrong: dict) -> None:
    assert adam.post("/settings/fields/add/", FORM | wrong).status_code == 422
    assert not CustomField.objects.exists()


def test_a_key_stands_once_in_a_company(adam: Client, number: CustomField) -> None:
    response = adam.post("/settings/fields/add/", FORM)

    assert response.status_code == 422
    assert "There is a field of this key already" in text_of(response)
    custom_fields.add_field(company=make_company("Baker"), name="Number", key="number", on_tasks=True)


def test_there_are_only_so_many(adam: Client, number: CustomField, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custom_fields, "MOST", 1)

    assert "There are 1 fields" in text_of(adam.post("/settings/fields/add/", FORM | {"key": "b"}))


def test_the_field_stands_in_the_form_and_beside_the_name(
    client: Client, company: Company, number: CustomField
) -> None:
    custom_fields.add_field(company=company, name="Only on tasks", on_tasks=True)
    assert "Only on tasks" not in text_of(client.get("/contacts/new/"))

    response = client.post("/contacts/new/", {"first_name": "Anna", "custom-number": "K-1041"}, follow=True)

    assert "Customer number K-1041" in text_of(response)
    too_long = client.post("/contacts/new/", {"first_name": "Anna", "custom-number": "K" * 201})
    assert too_long.status_code == 422


def test_values_of_fields_that_are_not_in_the_form_stay(
    client: Client, save: Save, company: Company, number: CustomField
) -> None:
    contact = save("Anna", custom={"number": "K-1", "hidden": "x"})

    client.post(f"/contacts/{contact.pk}/edit/", {"first_name": "Anna", "custom-number": ""})

    contact.refresh_from_db()
    assert contact.custom == {"hidden": "x"}


def test_deleting_a_field_says_how_many_values_go_and_takes_them(
    adam: Client, save: Save, company: Company, number: CustomField, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custom_fields, "BATCH", 2)
    contacts = [save("Anna", custom={"number": "K-1041", "other": "x"}) for _ in range(5)]
    task = create_task(
        company=company, by=company.agents.get(first_name="Adam"), title="Call", custom={"number": "K-1041"}
    )
    theirs = save_contact(
        company=make_company("Baker"), by=None, facts=Facts(first_name="Eve", custom={"number": "1"})
    )
    assert "6 contacts or tasks have a value" in text_of(adam.get(f"/settings/fields/{number.pk}/delete/"))

    adam.post(f"/settings/fields/{number.pk}/delete/")

    # The key is free once the last value is gone.
    assert adam.post("/settings/fields/add/", FORM).status_code == 422
    while sweep_promises():
        pass
    assert adam.post("/settings/fields/add/", FORM).status_code == 302
    for contact in contacts:
        changed_at = contact.changed_at
        contact.refresh_from_db()
        assert (contact.custom, contact.changed_at) == ({"other": "x"}, changed_at)
    task.refresh_from_db()
    assert task.custom == {} and "1041" not in task.search_text
    theirs.refresh_from_db()
    assert theirs.custom == {"number": "1"}
    assert "Anna" not in text_of(adam.get("/contacts/?q=K-1041"))


def test_without_fields_the_page_says_what_they_are_for(adam: Client) -> None:
    assert "No fields of your own yet" in text_of(adam.get("/settings/fields/"))


def test_values_stand_in_the_lists_of_contacts_and_tasks(
    client: Client, company: Company, save: Save, number: CustomField
) -> None:
    both = custom_fields.add_field(
        company=company, name="Delivery", kind="long", on_contacts=True, on_tasks=True
    )
    save("Anna", custom={"number": "K-1041", both.key: f"courier\n{'x' * 100}"})
    create_task(
        company=company,
        by=None,
        title="Call",
        custom={"number": "hidden there", both.key: "<b>by hand</b>"},
    )

    contacts = text_of(client.get("/contacts/"))
    assert "Customer number: K-1041" in contacts and "Delivery: courier xxx" in contacts
    assert "x" * 60 not in contacts
    tasks = client.get("/tasks/?show=all").content.decode()
    assert "Delivery: &lt;b&gt;by hand&lt;/b&gt;" in tasks and "hidden there" not in tasks
