"""The five steps (CO3) as pages."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from agents.models import Agent
from contacts.imports import actions
from contacts.imports.models import ContactImport
from contacts.models import Contact, CustomField
from files.models import StoredFile
from tests.contacts.imports.conftest import Importer, Saved
from tests.factories import make_agent, make_company

CUSTOMERS = (
    "Imię;Nazwisko;Firma;E-mail;E-mail 2;Tel.;Uwagi;Nr klienta\n"
    "Agnieszka;Zając;;a.zajac@poczta.example;;+48 505 117 902;klientka od 2021;K1\n"
    "Wojciech;Szymański;Studio Wnętrz;wojtek@milosz.example;biuro@milosz.example;+48693200415;;K2\n"
    "Krystyna;Jabłońska-Maj;;k@poczta.example;;4,85E+10;;K3\n"
    "Michał;Olszewski;;m.olszewski@;;+48601222333;;K4\n"
    ";;;;;;;\n"
    "Łukasz;Duda;Hotel Bursztyn;recepcja@bursztyn.example;;+48583012208;;K6\n"
).encode("cp1250")
COUNTED = re.compile(r"\s+")


def words(page: str) -> str:
    return COUNTED.sub(" ", re.sub(r"<[^>]+>", " ", page))


def test_the_five_steps_lead_from_a_file_to_contacts(
    importer: Importer, saved: Callable[[], Saved], company: Any
) -> None:
    assert importer.upload(CUSTOMERS, "klienci.csv").status_code == 302
    page = importer.page()
    assert "klienci.csv" in page and "5 records, 8 columns" in words(page)
    assert "Szymański" in page and "Windows-1250" in page
    assert "A spreadsheet has shortened this number" in page

    contact_import = importer.verify()
    assert contact_import.state == "verified"
    assert (contact_import.good, contact_import.records) == (3, 5)
    assert Contact.objects.count() == 0
    assert importer.problems() == [
        (4, "4,85E+10", "A spreadsheet has shortened this number and lost digits of it."),
        (5, "m.olszewski@", "This is not an e-mail address, such as anna@example.com."),
    ]
    report = words(importer.page())
    assert "4 Krystyna Jabłońska-Maj Tel. A spreadsheet has shortened" in report
    assert "3 of 5 ready to import" in report

    contact_import = importer.start()
    assert contact_import.state == "imported" and contact_import.finished_at is not None
    assert "3 of 5 without errors" in words(importer.page())
    assert contact_import.batches.count() == 0
    assert [contact["name"] for contact in saved()] == [
        "Agnieszka Zając",
        "Wojciech Szymański",
        "Łukasz Duda",
    ]
    assert saved()[1] == {
        "name": "Wojciech Szymański",
        "emails": ["wojtek@milosz.example", "biuro@milosz.example"],
        "phones": ["+48 693 200 415"],
        "tags": [],
        "organisation": "Studio Wnętrz",
        "address": "",
        "note": "",
        "custom": {},
    }
    assert Contact.objects.first().created_by == contact_import.by
    row = words(importer.client.get("/contacts/imports/").content.decode())
    assert "imported" in row and "3/5" in row and "klienci.csv" in row and "Error report" in row
    file = importer.client.get(f"/files/{contact_import.file.pk}/download/")
    assert b"".join(file.streaming_content) == CUSTOMERS
    found = importer.client.get("/contacts/", {"q": "szymanski"}).content.decode()
    assert "Wojciech Szymański" in found


def test_every_guess_can_be_overridden(importer: Importer) -> None:
    importer.upload("Imię;Nazwisko;Miasto;X\nŁukasz;Żółć;Łódź;1\n".encode("cp1250"))

    importer.configure(encoding="iso-8859-2")
    assert "Łódź" not in importer.page()
    importer.configure(encoding="cp1250", separator=",")
    assert importer.now.headings == ["Imię;Nazwisko;Miasto;X"]
    importer.configure(separator=";", has_header=None)
    assert importer.now.records == 2 and importer.now.headings == ["", "", "", ""]
    importer.configure(has_header="on", **{"column-3": "note"})
    importer.configure(**{"column-3": "note"})
    assert importer.now.mapping == ["first_name", "last_name", "city", "note"]


def test_verify_waits_for_first_name_and_surname(importer: Importer) -> None:
    importer.upload("Imię,Nazwisko,E-mail\nAnna,Nowak,anna@mail.example\n")
    importer.configure(**{"column-1": ""})

    page = importer.page()
    assert re.search(r'name="verify"[^>]*disabled', page)
    assert "First name and surname have to be mapped" in page
    answer = importer.configure(verify="1")
    assert answer.status_code == 422 and "Choose which columns" in answer.content.decode()
    assert importer.now.state == "uploaded"


def test_two_columns_for_one_value_are_refused_and_several_addresses_are_numbered(importer: Importer) -> None:
    importer.upload("Imię,Nazwisko,A,B,C\nAnna,Nowak,a,b,c\n")

    importer.configure(**{"column-2": "organisation", "column-3": "organisation"})
    assert "Mapped twice" in importer.page()
    assert importer.configure(verify="1").status_code == 422

    importer.configure(**{"column-2": "email", "column-3": "email", "column-4": "phone"})
    assert importer.now.mapping[2:] == ["email.1", "email.2", "phone.1"]
    importer.configure(**{"number-3": "1"})
    assert importer.now.mapping[2:4] == ["email.1", "email.1"]
    assert importer.configure(verify="1").status_code == 422


def test_the_order_of_addresses_is_that_of_their_numbers(
    importer: Importer, saved: Callable[[], Saved]
) -> None:
    importer.upload("Imię,Nazwisko,E-mail,E-mail 2\nAnna,Nowak,first@mail.example,second@mail.example\n")
    importer.configure(**{"number-2": "2", "number-3": "1"})
    importer.verify()
    importer.start()

    assert saved()[0]["emails"] == ["second@mail.example", "first@mail.example"]


def test_repairs_of_numbers_are_offered_and_done_when_agreed(
    importer: Importer, saved: Callable[[], Saved]
) -> None:
    importer.upload(
        "Imię,Nazwisko,Telefon,Telefon 2\n"
        "Anna,Nowak,48607607607,\nJan,Lis,607607608,601600601\nEwa,Zug,604 88 12,\n"
    )
    page = words(importer.page())
    assert "Telefon, Telefon 2 have no country code (in 1 of the first 3 rows)" in page
    assert "looks as if a spreadsheet had changed it" in page and "Add the “+”" in page and "Add +48" in page
    assert importer.verify().good == 0

    importer.client.post(f"{importer.path}configure/", importer.form(adds_plus="on", adds_prefix="on"))
    importer.client.post(
        f"{importer.path}configure/", importer.form(adds_plus="on", adds_prefix="on", verify="1")
    )
    importer.work()
    importer.start()

    assert [contact["phones"] for contact in saved()] == [
        ["+48 607 607 607"],
        ["+48 607 607 608", "+48 601 600 601"],
    ]
    assert [(row, value) for row, value, _ in importer.problems()] == [(4, "604 88 12")]


def test_columns_can_become_fields_of_ones_own(
    boss: Importer, importer: Importer, saved: Callable[[], Saved]
) -> None:
    boss.upload("Imię,Nazwisko,Numer klienta\nAnna,Nowak,K1\n")
    boss.verify(**{"column-2": "new"})
    boss.start()

    field = CustomField.objects.get()
    assert (field.name, field.key, field.on_contacts) == ("Numer klienta", "numer_klienta", True)
    assert saved()[0]["custom"] == {"numer_klienta": "K1"}

    # The next file is mapped to it by itself; making fields is for full access.
    importer.upload("Imię,Nazwisko,Numer klienta,Inne\nJan,Lis,K2,x\n")
    importer.configure(**{"column-3": "new"})
    assert importer.now.mapping == ["first_name", "last_name", "custom.numer_klienta", ""]
    assert "New field for contacts" not in importer.page()


def test_a_field_that_is_deleted_meanwhile_stops_the_verification_with_a_reason(
    boss: Importer, company: Any
) -> None:
    boss.upload("Imię,Nazwisko,NIP\nAnna,Nowak,1\n")
    boss.configure(**{"column-2": "new", "verify": "1"})
    CustomField.objects.all().delete()

    assert boss.work().state == "failed"
    assert "was deleted" in boss.page()
    assert boss.verify(**{"column-2": ""}).state == "verified"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04" + b"\0" * 99, "This is a spreadsheet, not a CSV file."),
        (b"\0" * 5000, "no contacts in this file"),
        (b"Name,Surname\n", "no contacts in this file"),
        (b"\n\n\n", "no contacts in this file"),
        (b",".join(b"c%d" % n for n in range(500)) + b"\nx\n", "more than 200 columns"),
        (b"Name,Surname\n" + b"Anna,Nowak\n" * 1_000_000, "larger than 10 MB"),
    ],
)
def test_files_that_cannot_be_imported_are_refused_with_a_reason(
    importer: Importer, content: bytes, reason: str
) -> None:
    answer = importer.upload(content)

    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert not ContactImport.objects.exists() and not StoredFile.objects.exists()


def test_without_a_file_the_page_says_what_to_do(importer: Importer) -> None:
    answer = importer.client.post("/contacts/import/")

    assert answer.status_code == 422 and "Choose a file first." in answer.content.decode()


def test_a_full_quota_is_said_and_nothing_is_kept(importer: Importer, company: Any) -> None:
    company.storage_limit = 10
    company.save()

    answer = importer.upload(CUSTOMERS)

    assert answer.status_code == 422 and "not enough storage" in answer.content.decode()
    assert not ContactImport.objects.exists()


def test_hostile_names_and_values_stay_what_they_are(importer: Importer, saved: Callable[[], Saved]) -> None:
    importer.upload(
        "Imię,Nazwisko,Uwagi\n<script>alert(1)</script>,\u202eNowak,=cmd|' /C calc'!A1\n", "../../x<b>.csv"
    )
    assert "/" not in importer.now.file_name
    for page in (importer.page(), importer.client.get("/contacts/imports/").content.decode()):
        assert (
            "<script>alert" not in page and "<b>" not in page.partition("<main")[2].partition("import__")[0]
        )
    importer.verify()
    importer.start()

    assert saved()[0]["name"] == "<script>alert(1)</script> Nowak"
    assert (
        "&#x27; /C calc&#x27;!A1"
        in importer.client.get(f"/contacts/{Contact.objects.get().pk}/").content.decode()
    )


def test_one_huge_value_and_a_quotation_mark_that_never_closes_spoil_their_records_only(
    importer: Importer, saved: Callable[[], Saved]
) -> None:
    importer.run(f'Imię,Nazwisko,Uwagi\nAnna,Nowak,{"x" * 3_000_000}\nJan,Lis,ok\nEwa,"Zug,x\nIda,Rak,y\n')

    assert [contact["name"] for contact in saved()] == ["Jan Lis"]
    assert [(row, reason) for row, _, reason in importer.problems()] == [
        (2, "This is too long: at most %(limit)s characters."),
        (4, "A quotation mark is opened here and never closed: the rest of the file belongs to it."),
    ]
    assert "at most 5000 characters" in importer.page().replace("\u00a0", "").replace(",", "")


def test_the_report_and_the_rows_with_errors_can_be_taken_along(importer: Importer) -> None:
    importer.upload(
        "Imię,Nazwisko,E-mail,Telefon\n=1+1,Lis,wrong@,+48607607607\nEwa,Nowak,ewa@mail.example,\nJan,Lis,,12\n"
    )
    importer.verify()

    report = b"".join(importer.client.get(f"{importer.path}report/").streaming_content).decode("utf-8-sig")
    assert report.splitlines() == [
        "Row,Contact,Column,Value in the file,What is wrong",
        '2,\'=1+1 Lis,E-mail,wrong@,"This is not an e-mail address, such as anna@example.com."',
        "4,Jan Lis,Telefon,12,The number is too short.",
    ]
    rows = importer.client.get(f"{importer.path}rejected/")
    assert rows["Content-Disposition"].startswith("attachment")
    content = b"".join(rows.streaming_content)
    assert content.decode("utf-8-sig").splitlines() == [
        "Imię,Nazwisko,E-mail,Telefon",
        "'=1+1,Lis,wrong@,'+48607607607",
        "Jan,Lis,,12",
    ]
    # What was handed out comes back as it was.
    importer.upload(content.replace(b"wrong@", b"right@mail.example"))
    assert importer.verify().good == 1


def test_the_same_file_twice_is_noticed(importer: Importer) -> None:
    importer.run(CUSTOMERS)
    importer.upload(CUSTOMERS)
    assert "This very file has been imported already" in importer.page()

    importer.verify()
    assert importer.now.known == 3
    assert "3 records have an e-mail address or number that a contact of yours has" in words(importer.page())
    again = importer.start("skip")
    assert (again.created, again.skipped) == (0, 3)
    assert Contact.objects.count() == 3


def test_an_upload_that_is_not_wanted_goes_with_its_file(importer: Importer) -> None:
    importer.upload(CUSTOMERS)
    importer.client.post(f"{importer.path}discard/")

    assert not ContactImport.objects.exists()
    assert not StoredFile.objects.filter(deleted_at=None).exists()


def test_a_file_that_was_deleted_meanwhile_is_said(importer: Importer) -> None:
    importer.upload(CUSTOMERS)
    default_storage.delete(StoredFile.objects.get().key)

    assert "The file is not there any more" in importer.page()
    assert importer.configure(verify="1").status_code in {302, 422}
    if importer.now.state == "verifying":
        assert importer.work().state == "failed"
        assert "The file is not there any more" in importer.page()


def test_a_verification_can_be_stopped_and_the_columns_changed(importer: Importer) -> None:
    importer.upload(CUSTOMERS)
    importer.configure(verify="1")
    assert "records verified" in importer.page()
    importer.client.post(f"{importer.path}stop/")
    assert importer.work().state == "configured"

    assert importer.verify().good == 3
    importer.configure(**{"column-3": ""})
    assert (importer.now.state, importer.now.batches.count(), importer.now.problems.count()) == (
        "configured",
        0,
        0,
    )


def test_htmx_gets_the_piece_that_it_asked_for(importer: Importer) -> None:
    importer.upload(CUSTOMERS)
    headers = {"HX-Request": "true", "HX-Target": "import"}

    answer = importer.client.post(
        f"{importer.path}configure/", importer.form(**{"column-7": "note", "column-6": ""}), headers=headers
    )

    page = answer.content.decode()
    assert answer.status_code == 200 and "<html" not in page and 'id="import"' in page
    assert importer.now.mapping[7] == "note"
    importer.configure(verify="1")
    assert 'hx-trigger="every 1s"' in importer.client.get(importer.path, headers=headers).content.decode()
    listed = importer.client.get("/contacts/imports/", headers={"HX-Request": "true", "HX-Target": "imports"})
    assert 'hx-trigger="every 2s"' in listed.content.decode()


def test_polish_readers_get_polish_reasons(company: Any) -> None:
    marta = make_agent(company, "Marta", language="pl")
    client = Client()
    client.force_login(marta)
    importer = Importer(client)
    importer.upload(CUSTOMERS)
    importer.verify()

    page = words(importer.page())
    assert "spreadsheet" not in page and "e-mail address" not in page
    assert "arkusz kalkulacyjny" in page.lower()


def test_the_list_costs_the_same_however_many_there_are(
    importer: Importer, django_assert_max_num_queries: Any, company: Any, ewa: Agent
) -> None:
    importer.upload(CUSTOMERS)
    one = importer.now
    with django_assert_max_num_queries(14) as few:
        importer.client.get("/contacts/imports/")
    for _ in range(40):
        one.pk = None
        one.save(force_insert=True)
    with django_assert_max_num_queries(len(few)):
        page = importer.client.get("/contacts/imports/").content.decode()
    assert page.count('<tr id="import-') == 30 and "?before=" in page


def test_an_empty_list_says_what_to_do(importer: Importer) -> None:
    page = importer.client.get("/contacts/imports/").content.decode()

    assert "Nothing imported yet" in page and "/contacts/import/" in page


def test_states_move_only_as_the_table_says(importer: Importer) -> None:
    importer.upload(CUSTOMERS)
    with pytest.raises(actions.NotNow):
        actions.start(contact_import=importer.now, duplicates="skip")
    importer.verify()
    importer.start()
    for action in (actions.verify, actions.discard, actions.stop_verifying):
        with pytest.raises(actions.NotNow):
            action(contact_import=importer.now)
    # The page shows where it stands instead.
    assert importer.client.post(f"{importer.path}start/").status_code == 302
    assert importer.configure(verify="1").status_code == 302
    assert importer.now.state == "imported"


def test_of_another_company_nothing_counts(importer: Importer, company: Any) -> None:
    other = make_agent(make_company(language="en"), "Eve", language="en")
    client = Client()
    client.force_login(other)
    Importer(client).run(CUSTOMERS)

    importer.upload(CUSTOMERS)
    assert "imported already" not in importer.page()
    assert importer.verify().known == 0
