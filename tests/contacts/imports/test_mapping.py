"""What the columns of a file are: guesses, and what cannot be."""

import pytest

from contacts.imports.mapping import doubles, guess, lacks_name
from contacts.models import CustomField

pytestmark = pytest.mark.once

GOOGLE = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Name Prefix,Nickname,File As,Organization Name,"
    "Organization Title,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,"
    "E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Label,Address 1 - Formatted,"
    "Address 1 - Street,Address 1 - City,Website 1 - Value"
)
GOOGLE_OLD = (
    "Name,Given Name,Additional Name,Family Name,Yomi Name,Group Membership,E-mail 1 - Type,E-mail 1 - Value,"
    "Phone 1 - Type,Phone 1 - Value,Organization 1 - Type,Organization 1 - Name"
)
OUTLOOK = (
    "First Name,Middle Name,Last Name,Title,Suffix,E-mail Address,E-mail 2 Address,E-mail 3 Address,Home Phone,"
    "Home Phone 2,Business Phone,Mobile Phone,Pager,Business Fax,Assistant's Phone,Company,Job Title,Business Street,"
    "Business City,Business Postal Code,Business Country/Region,Home Street,Home City,Notes,Categories"
)
OUTLOOK_PL = (
    "Imię,Drugie imię,Nazwisko,Firma,Adres e-mail,Adres e-mail 2,Telefon służbowy,Telefon komórkowy,Faks służbowy,"
    "Ulica (adres służbowy),Miasto (adres służbowy),Kod pocztowy (adres służbowy),Ulica (adres domowy),Notatki"
)


def guessed(header: str, *rows: list[str], fields: tuple[CustomField, ...] = ()) -> dict[str, str]:
    """The columns that were recognised, by their headings."""
    headings = header.split(",")
    words = guess(headings, rows, fields)
    return {
        heading or f"#{place}": word
        for place, (heading, word) in enumerate(zip(headings, words, strict=True))
        if word
    }


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "Imię,Nazwisko,Firma,E-mail,E-mail 2,Tel.,Uwagi,Tagi,Adres",
            "first_name last_name organisation email.1 email.2 phone.1 note tags address",
        ),
        ("IMIE,NAZWISKO,TELEFON KOMÓRKOWY,EMAIL", "first_name last_name phone.1 email.1"),
        (
            "Name,Surname,Organization Name,Email 1,Email 2",
            "first_name last_name organisation email.1 email.2",
        ),
        ("Imię i nazwisko,Adres e-mail,Numer telefonu", "full_name email.1 phone.1"),
        ("Name,E-mail", "full_name email.1"),
        ("Imię,Nazwisko,Ulica,Kod pocztowy,Miasto,Kraj", "first_name last_name street postcode city country"),
        ("first_name,last_name,phone_1,phone_2", "first_name last_name phone.1 phone.2"),
        ("Foo,Bar", ""),
    ],
)
def test_headings_say_what_a_column_is(header: str, expected: str) -> None:
    assert " ".join(guessed(header).values()) == expected


def test_exports_of_google_contacts_are_known() -> None:
    assert guessed(GOOGLE) == {
        "First Name": "first_name",
        "Last Name": "last_name",
        "Organization Name": "organisation",
        "Notes": "note",
        "Labels": "tags",
        "E-mail 1 - Value": "email.1",
        "E-mail 2 - Value": "email.2",
        "Phone 1 - Value": "phone.1",
        "Address 1 - Formatted": "address",
    }
    assert guessed(GOOGLE_OLD) == {
        "Given Name": "first_name",
        "Family Name": "last_name",
        "Group Membership": "tags",
        "E-mail 1 - Value": "email.1",
        "Phone 1 - Value": "phone.1",
        "Organization 1 - Name": "organisation",
    }


def test_exports_of_outlook_are_known_in_english_and_polish() -> None:
    assert guessed(OUTLOOK) == {
        "First Name": "first_name",
        "Last Name": "last_name",
        "E-mail Address": "email.1",
        "E-mail 2 Address": "email.2",
        "E-mail 3 Address": "email.3",
        "Home Phone": "phone.1",
        "Home Phone 2": "phone.2",
        "Business Phone": "phone.3",
        "Mobile Phone": "phone.4",
        "Company": "organisation",
        "Business Street": "street",
        "Business City": "city",
        "Business Postal Code": "postcode",
        "Business Country/Region": "country",
        "Notes": "note",
        "Categories": "tags",
    }
    assert guessed(OUTLOOK_PL) == {
        "Imię": "first_name",
        "Nazwisko": "last_name",
        "Firma": "organisation",
        "Adres e-mail": "email.1",
        "Adres e-mail 2": "email.2",
        "Telefon służbowy": "phone.1",
        "Telefon komórkowy": "phone.2",
        "Ulica (adres służbowy)": "street",
        "Miasto (adres służbowy)": "city",
        "Kod pocztowy (adres służbowy)": "postcode",
        "Notatki": "note",
    }


def test_a_companys_own_fields_are_known_by_their_names() -> None:
    own = (CustomField(name="Nr klienta", key="nr"), CustomField(name="Telefon", key="telefon"))

    found = guessed("Nr klienta,Telefon,Telefon (telefon)", fields=own)

    assert found == {
        "Nr klienta": "custom.nr",
        "Telefon": "phone.1",
        "Telefon (telefon)": "custom.telefon",
    }


def test_without_headings_addresses_and_numbers_show_by_themselves() -> None:
    rows = [["Anna", "anna@mail.example", "+48 607 607 607"], ["Jan", "jan@mail.example", ""]]

    assert guessed(",,", *rows) == {"#1": "email.1", "#2": "phone.1"}


def test_first_name_and_surname_have_to_be_mapped_once_each() -> None:
    assert lacks_name(["first_name", "email.1"])
    assert not lacks_name(["first_name", "last_name"])
    assert not lacks_name(["full_name"])
    assert doubles(["first_name", "last_name", "note", "note"]) == ["note"]
    assert doubles(["first_name", "last_name", "email.1", "email.1"]) == ["email.1"]
    assert doubles(["full_name", "last_name"]) == ["last_name"]
    assert doubles(["", "", "new", "new", "email.1", "email.2"]) == []


def test_of_our_own_export_no_column_is_left_out_and_others_tables_make_no_fields() -> None:
    nip = CustomField(name="NIP", key="nip")
    ours = "Imię,Nazwisko,Organizacja,E-mail 1,Telefon 1,Adres,Notatka,Tagi,NIP,Telefon 2 (spare),Dostawa"
    assert list(guessed(ours, fields=(nip,)).values())[-3:] == ["custom.nip", "new", "new"]
    theirs = "First name,Surname,Organisation,Shoe size,Address,Note,Tags,Birthday"
    assert not {"Shoe size", "Birthday"} & set(guessed(theirs))
