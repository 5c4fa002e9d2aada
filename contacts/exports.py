"""Contacts as a table for other programs, and for the import of this one (CO2, docs/imports.md)."""

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import xlsxwriter
from django.db.models import Max, Prefetch, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from agents.models import Company
from contacts.cells import MANY, joined_tags, quoted, visible
from contacts.cleaning import one_line, several_lines
from contacts.columns import heading_of
from contacts.custom import fields_on
from contacts.lists import Wanted
from contacts.models import Contact, ContactEmail, ContactPhone, ContactTag, CustomField
from contacts.search import matching

CHUNK = 500
# What a sheet holds, its header included.
MOST_SHEET_ROWS = 1_048_576
MOST_CELL_CHARACTERS = 32_767


@dataclass(frozen=True)
class Table:
    """Which contacts, and what the columns are. Those who are added meanwhile come at the end."""

    contacts: QuerySet[Contact]
    emails: int
    phones: int
    fields: Sequence[CustomField]

    def headings(self) -> list[str]:
        return [
            _("First name"),
            _("Surname"),
            _("Organisation"),
            *(_("E-mail %(number)s") % {"number": number + 1} for number in range(self.emails)),
            *(_("Phone %(number)s") % {"number": number + 1} for number in range(self.phones)),
            _("Address"),
            _("Note"),
            _("Tags"),
            *(heading_of(field, self.fields) for field in self.fields),
        ]

    def rows(self) -> Iterator[list[list[str]]]:
        """The contacts in the order in which they were added, some at a time, each as it is."""
        last = 0
        while contacts := list(self._after(last)):
            yield [self._row(contact) for contact in contacts]
            last = contacts[-1].pk

    def _after(self, last: int) -> QuerySet[Contact]:
        tags = Prefetch("tags", ContactTag.objects.order_by("name", "pk"))
        chunk = self.contacts.filter(pk__gt=last).order_by("pk")
        return chunk.prefetch_related("emails", "phones", tags)[:CHUNK]

    def _row(self, contact: Contact) -> list[str]:
        return [
            contact.first_name,
            contact.last_name,
            contact.organisation,
            *_spread([email.address for email in contact.emails.all()], self.emails),
            *_spread([phone.number for phone in contact.phones.all()], self.phones),
            contact.address,
            contact.note,
            joined_tags(tag.name for tag in contact.tags.all()),
            *(str(contact.custom.get(field.key, "")) for field in self.fields),
        ]

    def quoted(self, row: Sequence[str]) -> list[str]:
        """The row as cells that no spreadsheet takes for formulas. Numbers are none: +48… is what they are."""
        first_phone = 3 + self.emails
        after_phones = first_phone + self.phones
        note, tags = after_phones + 1, after_phones + 2
        long = {note, tags} | {
            tags + 1 + place for place, field in enumerate(self.fields) if field.kind == CustomField.Kind.LONG
        }
        return [
            cell
            if first_phone <= place < after_phones
            else quoted(cell, several_lines if place in long else one_line)
            for place, cell in enumerate(row)
        ]


def table_of(company: Company, wanted: Wanted) -> Table:
    """All contacts of a company, or those that a list shows: of a search every one that matches."""
    contacts = Contact.objects.of(company.pk).filter(matching(wanted.query))
    if wanted.tag:
        contacts = contacts.filter(tags=wanted.tag)
    return Table(
        contacts,
        emails=_most(ContactEmail, company, contacts, wanted),
        phones=_most(ContactPhone, company, contacts, wanted),
        fields=fields_on(company.pk, "contacts"),
    )


def _most(
    model: type[ContactEmail] | type[ContactPhone],
    company: Company,
    contacts: QuerySet[Contact],
    wanted: Wanted,
) -> int:
    """How many columns of a kind there are: at least one."""
    ways: QuerySet[Any] = model._default_manager.filter(company=company)
    if wanted.is_filtered:
        ways = ways.filter(contact__in=contacts)
    last = ways.aggregate(last=Max("position"))["last"]
    return 1 + (last or 0)


def _spread(values: list[str], columns: int) -> list[str]:
    """One value in each column. More than there are columns, since somebody has just added one, stand in the last."""
    if len(values) > columns:
        values = [*values[: columns - 1], f" {MANY} ".join(values[columns - 1 :])]
    return values + [""] * (columns - len(values))


# --- the files ----------------------------------------------------------------------------------------------------


def csv_pieces(table: Table) -> Iterator[bytes]:
    """UTF-8 with a byte-order mark, and in Polish with semicolons, as Excel wants it there."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if get_language() == "pl" else ",")
    text.write("\ufeff")
    # In the language of whoever asks, which is forgotten by the time that the rest is made.
    writer.writerow([quoted(heading, one_line) for heading in table.headings()])

    def pieces() -> Iterator[bytes]:
        for rows in table.rows():
            writer.writerows(table.quoted(row) for row in rows)
            yield _taken(text)
        yield _taken(text)

    return pieces()


def _taken(text: io.StringIO) -> bytes:
    piece = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return piece


def write_xlsx(table: Table, target: IO[bytes]) -> None:
    """Every cell is text, so that numbers keep their plus and nothing is a formula. Rows go to the disk at once."""
    with tempfile.TemporaryDirectory() as folder:
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_urls": False}
        workbook = xlsxwriter.Workbook(target, options)
        bold = workbook.add_format({"bold": True})
        headings = table.headings()
        place = MOST_SHEET_ROWS
        sheet: Any = None
        for rows in table.rows():
            for row in rows:
                if place >= MOST_SHEET_ROWS:
                    sheet, place = _new_sheet(workbook, headings, bold), 1
                _write_row(sheet, place, row)
                place += 1
        if sheet is None:
            _new_sheet(workbook, headings, bold)
        workbook.close()


def _new_sheet(workbook: Any, headings: list[str], bold: Any) -> Any:
    sheet = workbook.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headings) - 1, 22)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, bold)
    return sheet


def _write_row(sheet: Any, place: int, row: list[str]) -> None:
    for column, cell in enumerate(row):
        if cell:
            sheet.write_string(place, column, visible(cell)[:MOST_CELL_CHARACTERS])
