"""How a file is written: encoding, separator, quotation marks, header; and files that are none."""

import codecs
import io

import pytest

from contacts.imports.reading import Rows, survey
from contacts.imports.recognising import Format, NotCsv, recognise

pytestmark = pytest.mark.once

TEXT = "Imię;Nazwisko;Miasto\nŁukasz;Żółć;Gdańsk\nŚwiętosława;Gęślą-Jaźń;Łódź\nŻaneta;Źrebak;Świnoujście\n"


def rows_of(content: bytes, format: Format | None = None) -> list[list[str]]:
    return list(Rows(io.BytesIO(content), format or recognise(content)))


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("cp1250"), "cp1250"),
        (TEXT.encode("iso-8859-2"), "iso-8859-2"),
        (b"Name;Surname\nJohn;Smith\n", "utf-8"),
        # One damaged byte does not make it another encoding.
        (TEXT.encode() * 5 + b"A;\xc5;B\n", "utf-8"),
    ],
)
def test_the_encoding_shows_in_the_marks_the_zeros_and_the_polish_letters(
    content: bytes, encoding: str
) -> None:
    assert recognise(content).encoding == encoding
    assert rows_of(content)[:2] == [["Imię", "Nazwisko", "Miasto"], ["Łukasz", "Żółć", "Gdańsk"]] or (
        b"John" in content
    )


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line", ["\n", "\r\n", "\r"])
def test_the_separator_is_the_one_that_cuts_most_rows_alike(separator: str, line: str) -> None:
    rows = [
        ["Name", "Company", "Address"],
        ["Anna", "Lis, Nowak; partners", "Długa 1"],
        ["Jan", "", "Polna | 2"],
        ["Ewa", "a,b,c,d", ""],
    ]
    quoted = [[f'"{cell}"' if any(mark in cell for mark in ",;|") else cell for cell in row] for row in rows]
    content = line.join(separator.join(row) for row in quoted).encode()

    assert recognise(content).separator == separator
    assert rows_of(content) == rows


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        # Excel names the separator in a line of its own, which is no row.
        (b"sep=;\r\na;b\r\n1,5;2\r\n", [["a", "b"], ["1,5", "2"]]),
        (b"sep=\t\na\tb\n", [["a", "b"]]),
        # Spreadsheets leave out empty fields at the end.
        (b"a,b,c\n1\n1,2\n1,2,3\n", [["a", "b", "c"], ["1"], ["1", "2"], ["1", "2", "3"]]),
        (b'a,b\n"two\nlines","say ""hi"""\n', [["a", "b"], ["two\nlines", 'say "hi"']]),
        (b"'a','b'\n'1,5','it'\n", [["a", "b"], ["1,5", "it"]]),
        (b"a,b\n1\x002,x\x00\n", [["a", "b"], ["12", "x"]]),
        (b"a,b\n\n1,2\n", [["a", "b"], [], ["1", "2"]]),
        # One column has no separator.
        (
            b"e-mail\nanna@mail.example\njan@mail.example\n",
            [["e-mail"], ["anna@mail.example"], ["jan@mail.example"]],
        ),
    ],
)
def test_damaged_and_unusual_files_are_read(content: bytes, rows: list[list[str]]) -> None:
    assert rows_of(content) == rows


def test_a_quotation_mark_that_is_never_closed_is_noticed() -> None:
    rows = Rows(io.BytesIO(b'a,b\n1,2\n3,"four\n5,6\n7,8\n'), Format("utf-8", ","))
    told = [(row[0], rows.is_unclosed) for row in rows]

    assert told == [("a", False), ("1", False), ("3", True)]


@pytest.mark.parametrize(
    ("first", "has_header"),
    [
        ("Imię;Nazwisko;E-mail", True),
        ("A;B;C", True),
        ("Anna;Nowak;anna@mail.example", False),
        ("Anna;Nowak;+48 607 607 607", False),
        ("Anna;Nowak;607607607", False),
    ],
)
def test_a_first_row_with_addresses_or_numbers_is_no_header(first: str, has_header: bool) -> None:
    assert recognise(f"{first}\nJan;Lis;jan@mail.example\n".encode()).has_header is has_header


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04" + bytes(range(256)) * 4,
        b"\xd0\xcf\x11\xe0" + b"\0" * 600,
        b"%PDF-1.7\n...",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        bytes(range(1, 32)) * 40,
        b"\x1f\x8b\x08" + bytes(range(256)),
        b"BEGIN:VCARD\nVERSION:3.0\n",
    ],
)
def test_other_kinds_of_files_are_refused_with_what_to_do(content: bytes) -> None:
    with pytest.raises(NotCsv) as refusal:
        recognise(content)
    assert len(str(refusal.value.reason)) > 20


def test_headings_count_the_columns_and_rows_know_their_numbers() -> None:
    content = b"a,b,,\n1,2,,\n\n , \n3,4\n"

    found = survey(io.BytesIO(content), Format("utf-8", ","), whole=True)

    assert found.headings == ["a", "b"]
    assert found.count == 2
    assert found.rows == [(2, ["1", "2", "", ""]), (5, ["3", "4"])]


def test_columns_without_a_heading_are_columns_too() -> None:
    found = survey(io.BytesIO(b"a,b\n1,2,3\n4,5,6\n"), Format("utf-8", ","))

    assert found.headings == ["a", "b", ""]


def test_more_columns_than_anybody_needs_are_refused() -> None:
    with pytest.raises(NotCsv):
        survey(io.BytesIO(b",".join(b"a%d" % n for n in range(500)) + b"\n"), Format("utf-8", ","))
