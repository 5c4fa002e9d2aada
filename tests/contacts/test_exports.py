"""The export (CO2): all or what the list shows, safe in spreadsheets, and the same again after an import."""

import csv
import io
import zipfile
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.models import Agent, Company
from contactcenter.limits import Limit
from contacts import export_views, exports
from contacts.actions import tags_called
from contacts.cells import DANGEROUS
from contacts.custom_fields import add_field
from contacts.imports import actions
from contacts.imports.models import ContactImport
from contacts.imports.presenting import proposed_duplicates
from contacts.imports.steps import carry_on
from contacts.lists import Wanted
from contacts.models import Contact
from contacts.rows import Facts, insert, prepared
from tests.factories import make_company

Save = Callable[..., Contact]


def exported(client: Client, query: str = "") -> bytes:
    answer = client.get(f"/contacts/export/{query}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_all_contacts_come_with_all_that_is_known(client: Client, company: Company, save: Save) -> None:
    add_field(company=company, name="NIP", on_contacts=True)
    save(
        "Anna",
        "Nowak",
        organisation="Lis, Rak",
        emails=["a@mail.example", "b@mail.example"],
        phones=["+48607607607"],
        address="Długa 1",
        note="two\nlines",
        custom={"nip": "123"},
        tags=("VIP", "Sales, north"),
    )
    save("Jan")

    answer = client.get("/contacts/export/")
    assert answer["Content-Disposition"].startswith('attachment; filename="contacts-')
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert rows_of(b"".join(answer.streaming_content)) == [
        [
            *(
                "First name",
                "Surname",
                "Organisation",
                "E-mail 1",
                "E-mail 2",
                "Phone 1",
                "Address",
                "Note",
                "Tags",
            ),
            "NIP",
        ],
        [
            *("Anna", "Nowak", "Lis, Rak", "a@mail.example", "b@mail.example", "+48607607607", "Długa 1"),
            *("two\nlines", '"Sales, north", VIP', "123"),
        ],
        ["Jan", "", "", "", "", "", "", "", "", ""],
    ]


def test_what_the_list_shows_is_exported_however_much_it_is(
    client: Client, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contacts.search.MOST_FOUND", 2)
    monkeypatch.setattr(exports, "CHUNK", 3)
    tagged = [save(f"Anna{n}", "Nowak", tags=("VIP",)) for n in range(7)]
    save("Jan", "Nowak", phones=["+48607607607"])
    save("Łukasz", "Żak", emails=["lukasz@mail.example"])

    def names(query: str) -> list[str]:
        return [row[0] for row in rows_of(exported(client, query))[1:]]

    assert names("?q=nowak") == [f"Anna{n}" for n in range(7)] + ["Jan"]
    assert names("?q=lukasz+zak") == ["Łukasz"]
    assert names("?q=607+607") == ["Jan"]
    assert names("?q=%40mail.example") == ["Łukasz"]
    assert names("?q=z") == ["Łukasz"]
    assert names(f"?q=anna&tag={tagged[0].tags.get().pk}") == [f"Anna{n}" for n in range(7)]
    assert names("?q=nobody") == []


def test_no_cell_begins_like_a_formula_but_numbers_stay_numbers(client: Client, save: Save) -> None:
    for begin in ("=", "+", "-", "@", "＝", "'"):
        save(f"{begin}cmd|' /C calc'!A1", phones=["+48607607607"])

    for row in rows_of(exported(client))[1:]:
        assert row[0].startswith("'")
        assert "+48607607607" in row


def test_of_another_company_nothing_is_exported(client: Client, save: Save) -> None:
    save("Eve", of=make_company())

    assert len(rows_of(exported(client))) == 1


def test_the_workbook_has_text_in_every_cell(client: Client, save: Save) -> None:
    save("=1+1", "Nowak", phones=["+48607607607"], note="a\nb")

    answer = client.get("/contacts/export/?format=xlsx")
    assert answer["Content-Disposition"].endswith('.xlsx"')
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as workbook:
        sheet = ElementTree.fromstring(workbook.read("xl/worksheets/sheet1.xml"))
    space = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    cells = sheet.findall(".//x:c", space)
    assert {cell.get("t") for cell in cells} == {"inlineStr"}
    assert not sheet.findall(".//x:f", space)
    texts = [text.text for text in sheet.findall(".//x:t", space)]
    assert {"=1+1", "Nowak", "+48607607607", "a\nb"} <= set(texts)


def test_a_text_that_no_sheet_holds_is_cut_there_and_not_lost(client: Client, save: Save) -> None:
    save("Anna", note="x" * 40_000)

    answer = client.get("/contacts/export/?format=xlsx")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as workbook:
        assert b"x" * 32_767 in workbook.read("xl/worksheets/sheet1.xml")


def test_nobody_exports_without_end(client: Client, save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_views, "EXPORTS", Limit("test-exports", times=1, seconds=60))
    save("Anna")

    assert len(rows_of(exported(client))) == 2
    refused = client.get("/contacts/export/", follow=True)
    assert refused.redirect_chain == [("/contacts/", 302)]
    assert "That was a lot at once" in refused.content.decode()


def test_an_export_takes_as_many_queries_for_a_chunk_whatever_is_in_it(
    client: Client, save: Save, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        save(f"Anna{number}", emails=[f"a{number}@mail.example"], tags=("VIP",))
    with django_assert_max_num_queries(20):
        exported(client)


# --- export, import, export -----------------------------------------------------------------------------------------

# Texts that begin like formulas, or that no form would have left as they are, come up often.
ODD = st.builds(
    str.__add__,
    st.sampled_from([*sorted(DANGEROUS), " ", "\u200b", "''", '"', ";", "\r\n", "ł"]),
    st.text(max_size=8),
)
TEXT = st.one_of(st.just(""), st.text(max_size=12), ODD).filter(lambda text: "\0" not in text)
TEXT = TEXT.map(lambda text: text.encode("utf-8", "ignore").decode())
TAG = st.one_of(
    st.sampled_from(["VIP", "Sales, north", '"', "* star", "=1", "'a"]), TEXT.map(str.strip)
).filter(bool)
CONTACT = st.fixed_dictionaries(
    {
        "first_name": TEXT,
        "last_name": st.one_of(
            st.just("Nowak"), TEXT.filter(lambda text: any(each.isalnum() for each in text))
        ),
        "organisation": TEXT,
        "address": TEXT,
        "note": TEXT,
        "emails": st.lists(
            st.sampled_from(["a@x.pl", "+b@x.pl", "-c@x.pl", "o'neil@x.pl", "=d@x.pl"]),
            max_size=3,
            unique=True,
        ),
        "phones": st.lists(
            st.sampled_from(["+48607607607", "+442079460000", "+12025550100", "+48223907710"]),
            max_size=3,
            unique=True,
        ),
        "custom": st.fixed_dictionaries({"nip": TEXT, "uwagi": TEXT}),
        "tags": st.lists(TAG, max_size=3, unique_by=str.casefold),
    }
)


def export_of(company: Company) -> bytes:
    return b"".join(exports.csv_pieces(exports.table_of(company, Wanted())))


@pytest.mark.once
def test_an_export_that_is_imported_into_an_empty_company_exports_to_the_same_file(db: None) -> None:
    first, second = make_company(), make_company()
    for company in (first, second):
        add_field(company=company, name="NIP", key="nip", on_contacts=True)
        add_field(company=company, name="Uwagi", key="uwagi", kind="long", on_contacts=True)
    by = second.agents.get()

    @given(contacts=st.lists(CONTACT, min_size=1, max_size=4))
    @settings(max_examples=40, deadline=None)
    def comes_back(contacts: list[dict[str, Any]]) -> None:
        with transaction.atomic():
            fill(first, contacts)
            before = export_of(first)
            contact_import = imported(second, by, before)
            assert contact_import.created == len(contacts), [
                *contact_import.problems.values_list("reason", "value")
            ]
            assert export_of(second) == before
            transaction.set_rollback(True)

    comes_back()


def fill(company: Company, contacts: list[dict[str, Any]]) -> None:
    rows = []
    for facts in contacts:
        tags = tags_called(company=company, names=facts["tags"])
        known = Facts(**{name: value for name, value in facts.items() if name != "tags"})
        rows.append(prepared(company_id=company.pk, facts=known, now=timezone.now(), by=None, tags=tags))
    insert(rows)


def imported(company: Company, by: Agent, content: bytes) -> ContactImport:
    contact_import = actions.upload(company=company, by=by, name="contacts.csv", content=ContentFile(content))
    actions.configure(contact_import=contact_import, mapping=contact_import.mapping)
    actions.verify(contact_import=contact_import)
    carry_on(import_id=contact_import.pk)
    contact_import.refresh_from_db()
    actions.start(contact_import=contact_import, duplicates=proposed_duplicates(contact_import))
    carry_on(import_id=contact_import.pk)
    contact_import.refresh_from_db()
    return contact_import


def test_a_company_without_the_fields_makes_them_while_importing(company: Company, save: Save) -> None:
    add_field(company=company, name="NIP", on_contacts=True)
    add_field(company=company, name="Telefon 1", key="other", on_contacts=True)
    save("Anna", "Nowak", phones=["+48607607607"], custom={"nip": "=1", "other": "x"})
    save("Jan", "Nowak", phones=["+48607607607"])
    before, empty = export_of(company), make_company()
    by = empty.agents.get()

    contact_import = actions.upload(company=empty, by=by, name="contacts.csv", content=ContentFile(before))
    assert contact_import.mapping[-2:] == ["new", "new"]
    actions.configure(contact_import=contact_import, mapping=contact_import.mapping, may_add_fields=True)
    actions.verify(contact_import=contact_import)
    carry_on(import_id=contact_import.pk)
    contact_import.refresh_from_db()
    proposed = proposed_duplicates(contact_import)
    actions.start(contact_import=contact_import, duplicates=proposed)
    carry_on(import_id=contact_import.pk)

    assert export_of(empty) == before
