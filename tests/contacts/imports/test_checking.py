"""One row: a record, or what is wrong with it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts import numbers
from contacts.cleaning import email_address
from contacts.imports.checking import PLAIN_EMAIL, Checker, Repairs
from contacts.imports.mapping import numbered
from contacts.models import CustomField

pytestmark = pytest.mark.once

NIP = CustomField(name="NIP", key="nip", kind=CustomField.Kind.SHORT)


def check(mapping: str, *cells: str, **repairs: Any) -> Any:
    """The facts of the row, or the reasons."""
    words = numbered(mapping.split())
    record, problems = Checker(words, {"nip": NIP}, Repairs(**repairs)).check(2, list(cells))
    return record.facts if record else [problem.reason for problem in problems]


def phones(cell: str, **repairs: Any) -> Any:
    found = check("last_name phone", "Nowak", cell, **repairs)
    return list(found) if isinstance(found, list) else list(found.phones)


AGREED = {"adds_plus": True, "adds_prefix": True}


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("+48607607607", ["+48607607607"]),
        ("+48 607 607 607", ["+48607607607"]),
        ("0048 607-607-607", ["+48607607607"]),
        ("'+48607607607", ["+48607607607"]),
        ("+44 20 7946 0000", ["+442079460000"]),
        ("+48607607607 ::: +48607607608", ["+48607607607", "+48607607608"]),
        ("+48607607607; +48607607608", ["+48607607607", "+48607607608"]),
        ("+48607607607, +48607607607", ["+48607607607"]),
        ("", []),
        ("  ", []),
    ],
)
def test_numbers_that_are_whole_need_nothing(cell: str, found: list[str]) -> None:
    assert phones(cell) == found


@pytest.mark.parametrize(
    ("cell", "asked", "found"),
    [
        ("48607607607", "lost its", "+48607607607"),
        ("48 607 607 607", "lost its", "+48607607607"),
        ("4915112345678", "lost its", "+4915112345678"),
        ("607607607", "no country code", "+48607607607"),
        ("607 607 607", "no country code", "+48607607607"),
        ("(22) 390 77 10", "no country code", "+48223907710"),
        ("607607607.0", "no country code", "+48607607607"),
        ("48607607607,0", "lost its", "+48607607607"),
    ],
)
def test_what_spreadsheets_do_to_numbers_is_put_right_once_somebody_agrees(
    cell: str, asked: str, found: str
) -> None:
    assert asked in phones(cell)[0]
    assert phones(cell, **AGREED) == [found]


@pytest.mark.parametrize(
    "cell", ["4,86E+10", "4.86076E+10", "604 88 12", "12", "abc", "+48 12", "607607607607607607"]
)
def test_numbers_whose_digits_are_gone_are_refused_whatever_was_agreed(cell: str) -> None:
    for repairs in ({}, AGREED):
        assert " " in phones(cell, **repairs)[0]
    if "E" in cell:
        assert phones(cell, **AGREED) == ["A spreadsheet has shortened this number and lost digits of it."]


def test_the_country_of_the_company_says_which_code_is_meant() -> None:
    assert phones("01512 3456789", adds_prefix=True, country="DE") == ["+4915123456789"]


@given(st.from_regex(r"\+48[0-9]{9}", fullmatch=True))
def test_numbers_that_are_taken_as_they_are_are_what_reading_them_would_give(number: str) -> None:
    if numbers.is_plain(number):
        assert numbers.parse(number) == number
        assert numbers.national(number) == number[3:]


@given(st.from_regex(PLAIN_EMAIL, fullmatch=True).filter(lambda address: len(address) < 100))
def test_addresses_that_are_taken_as_they_are_are_what_reading_them_would_give(address: str) -> None:
    assert email_address(address) == address


def test_names_and_addresses_are_tidied() -> None:
    facts = check(
        "first_name last_name email street postcode city note custom.nip",
        "  Anna\u200b  Maria ",
        "No\u202ewak",
        " Anna@Mail.Example ",
        "Długa 1",
        "00-001",
        "Warszawa",
        " a\r\nb ",
        "123",
    )

    assert (facts.first_name, facts.last_name) == ("Anna Maria", "Nowak")
    assert list(facts.emails) == ["anna@mail.example"]
    assert facts.address == "Długa 1, 00-001 Warszawa"
    assert facts.note == "a\nb"
    assert facts.custom == {"nip": "123"}


def test_one_column_may_hold_both_names() -> None:
    facts = check("full_name", "Anna Maria Nowak")

    assert (facts.first_name, facts.last_name) == ("Anna Maria", "Nowak")


def test_several_addresses_in_one_cell_are_several() -> None:
    facts = check("last_name email email", "Nowak", "a@mail.example ::: b@mail.example", "A@mail.example")

    assert list(facts.emails) == ["a@mail.example", "b@mail.example"]


@pytest.mark.parametrize(
    ("mapping", "cells", "reason"),
    [
        ("last_name", ["x" * 81], "This is too long: at most %(limit)s characters."),
        ("last_name note", ["Nowak", "x" * 9_000_000], "This is too long: at most %(limit)s characters."),
        ("last_name email", ["Nowak", "anna@"], "This is not an e-mail address, such as anna@example.com."),
        ("last_name", ["Nowak", "x"], "The row has more values than there are columns (%(limit)s)."),
        ("last_name", ["No\ufffdak"], "There are characters here that this encoding cannot read."),
        ("note", ["only this"], "There is no name, organisation, e-mail address or number."),
        ("last_name email", ["", "", ""], "There is nothing in the mapped columns."),
        ("last_name tags", ["Nowak", "x" * 41], "This is too long: at most %(limit)s characters."),
        ("last_name custom.nip", ["Nowak", "1" * 201], "This is too long: at most %(limit)s characters."),
    ],
)
def test_what_cannot_be_kept_is_said(mapping: str, cells: list[str], reason: str) -> None:
    assert check(mapping, *cells) == [reason]


def test_every_error_of_a_row_is_named() -> None:
    assert len(check("last_name email phone", "x" * 100, "anna@", "12")) == 3


def test_a_row_that_ends_early_is_a_row() -> None:
    assert check("first_name last_name email", "Anna").first_name == "Anna"
