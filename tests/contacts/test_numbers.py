"""Phone numbers are read as people and spreadsheets write them."""

import pytest

from contacts import numbers
from contacts.cleaning import Refused

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "written",
    [
        "607 607 607",
        "607-607-607",
        "607\u2013607\u2013607",
        "(+48) 607 607 607",
        "+48607607607",
        "0048 607 607 607",
        "tel. 607 607 607",
        "\u200b607\u00a0607\u00a0607\u202c",
        "'+48 607 607 607",
        "٦٠٧ ٦٠٧ ٦٠٧",
    ],
)
def test_one_number_in_its_many_ways_of_writing(written: str) -> None:
    assert numbers.read(written) == numbers.Reading("+48607607607", lost_plus=False)


def test_a_spreadsheet_that_has_lost_the_plus_is_noticed() -> None:
    assert numbers.read("48607607607") == numbers.Reading("+48607607607", lost_plus=True)


def test_without_a_country_code_a_number_is_of_the_companys_country() -> None:
    assert numbers.parse("20 7946 0958", "GB") == "+442079460958"
    assert numbers.parse("030 901820", "DE") == "+4930901820"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("4,86E+10", "A spreadsheet has shortened this number"),
        ("4.86076E+10", "A spreadsheet has shortened this number"),
        ("604 88 12", "wrong number of digits"),
        ("607 607 607 607 607 607", "too long"),
        ("607 607 607 wew. 12", "without extensions"),
        ("607607607, 608608608", "several numbers"),
        ("607607607 / 608608608", "several numbers"),
        ("+999 123 456 789", "no country with this code"),
        ("call me", "not a phone number"),
        ("", "not a phone number"),
        ("\0", "not a phone number"),
        ("6" * 100_000, "too long"),
    ],
)
def test_what_is_no_number_is_refused_in_words(written: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        numbers.parse(written)

    assert reason in str(refused.value.reason)


def test_a_number_that_nobody_knows_yet_is_taken_when_it_is_as_long_as_others() -> None:
    assert numbers.parse("101 112 113") == "+48101112113"


def test_numbers_are_shown_as_people_write_them() -> None:
    assert numbers.show("+48607607607") == "+48 607 607 607"
    assert numbers.show("+442079460958") == "+44 20 7946 0958"
