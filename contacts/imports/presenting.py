"""What the pages of an import show."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from contacts.columns import own_columns
from contacts.custom import fields_on
from contacts.imports import mapping as mappings
from contacts.imports.actions import look_at
from contacts.imports.checking import LOST_PLUS, NO_PREFIX, Checker, Problem, Repairs, prefix_of
from contacts.imports.models import ContactImport, ImportProblem
from contacts.imports.recognising import ENCODINGS, SEPARATORS, Format
from contacts.models import CustomField

SHOWN_ROWS = 6
SHOWN_PROBLEMS = 100
KINDS_SHOWN = 6
LONGEST_CELL = 80
# What can be repaired above the sample is said briefly in it.
_BRIEFLY = {
    LOST_PLUS: gettext_noop("The “+” is missing"),
    NO_PREFIX: gettext_noop("The country code is missing"),
}


@dataclass
class Option:
    word: str
    label: "LazyText | str"
    is_chosen: bool = False


@dataclass
class Column:
    number: int
    heading: str
    options: list[Option]
    numbers: list[Option]
    # ok, warn, bad or skip
    standing: str
    said: str


@dataclass
class Cell:
    text: str
    reason: str = ""
    is_left_out: bool = False


@dataclass
class Damage:
    """What a spreadsheet did to numbers: in which columns, and in how many of the rows that were looked at."""

    columns: list[str] = field(default_factory=list)
    count: int = 0


@dataclass
class Sample:
    """The page on which columns are mapped."""

    columns: list[Column]
    rows: list[tuple[int, list[Cell]]]
    looked_at: int
    lost_plus: Damage
    no_prefix: Damage
    prefix: str
    encodings: list[Option]
    separators: list[Option]
    has_header: bool
    is_complete: bool
    lacks: str


def said(problem: Problem | ImportProblem) -> str:
    """The reason in the reader's language."""
    reason = _(problem.reason)
    return reason % {"limit": problem.limit} if problem.limit is not None else reason


def sample_of(contact_import: ContactImport, *, may_add_fields: bool) -> Sample:
    """Raises NotCsv."""
    format = Format.from_json(contact_import.format)
    found = look_at(contact_import, format)
    fields = fields_on(contact_import.company_id, "contacts")
    mapping = _possible(contact_import, fields, may_add_fields=may_add_fields)
    repairs = Repairs(contact_import.adds_plus, contact_import.adds_prefix, contact_import.company.country)
    checker = Checker(mapping, {each.key: each for each in fields}, repairs)
    with override("en"):
        checked = [(number, cells, checker.check(number, cells)[1]) for number, cells in found.rows]
    wrong = Counter(problem.column for _, _, problems in checked for problem in problems)
    doubles = set(mappings.doubles(mapping))
    return Sample(
        columns=[
            _column(column, heading, mapping[column], fields, wrong[column], doubles, may_add_fields)
            for column, heading in enumerate(contact_import.headings)
        ],
        rows=[(number, _cells(cells, mapping, problems)) for number, cells, problems in checked[:SHOWN_ROWS]],
        looked_at=len(checked),
        lost_plus=_damage(LOST_PLUS, checked, contact_import.headings),
        no_prefix=_damage(NO_PREFIX, checked, contact_import.headings),
        prefix=prefix_of(contact_import.company.country),
        encodings=[Option(key, label, key == format.encoding) for key, label in ENCODINGS.items()],
        separators=[Option(key, label, key == format.separator) for key, label in SEPARATORS.items()],
        has_header=format.has_header,
        is_complete=not (mappings.lacks_name(mapping) or doubles),
        lacks=_lacks(mapping, doubles, fields),
    )


def _possible(
    contact_import: ContactImport, fields: Sequence[CustomField], *, may_add_fields: bool
) -> list[str]:
    """The mapping as it can be today: somebody may have deleted a field."""
    return [
        word if mappings.is_possible(word, fields, may_add_fields=may_add_fields) else ""
        for word in contact_import.mapping
    ]


def _lacks(mapping: Sequence[str], doubles: set[str], fields: Sequence[CustomField]) -> str:
    """Why the file cannot be verified yet."""
    if mappings.lacks_name(mapping):
        return _("First name and surname have to be mapped")
    if doubles:
        named = ", ".join(str(mappings.label_of(word, fields)) for word in sorted(doubles))
        return _("Mapped twice: %(fields)s") % {"fields": named}
    return ""


def _column(
    number: int,
    heading: str,
    word: str,
    fields: Sequence[CustomField],
    wrong: int,
    doubles: set[str],
    may_add_fields: bool,
) -> Column:
    key, place = mappings.split(word)
    options = [Option("", _("Leave the column out"))]
    options += [Option(target.key, target.label) for target in mappings.TARGETS]
    options += [Option(f"{mappings.CUSTOM}{each.key}", each.name) for each in fields]
    if may_add_fields:
        options.append(Option(mappings.NEW, _("New field for contacts")))
    for option in options:
        option.is_chosen = option.word == key
    numbers = [Option(str(each), str(each), each == place) for each in range(1, mappings.MOST_NUMBERED + 1)]
    standing, text = "ok", _("Mapped")
    if not word:
        standing, text = "skip", _("Left out")
    elif word in doubles:
        standing, text = "bad", _("Mapped twice")
    elif wrong:
        standing, text = "warn", _("Errors: %(count)s") % {"count": wrong}
    shown = heading or _("Column %(number)s") % {"number": number + 1}
    return Column(number, shown, options, numbers if key in mappings.NUMBERED else [], standing, text)


def _cells(cells: Sequence[str], mapping: Sequence[str], problems: Sequence[Problem]) -> list[Cell]:
    reasons = {problem.column: _briefly(problem) for problem in problems}
    shown = [*cells, *[""] * len(mapping)][: len(mapping)]
    return [
        Cell(_cut(cell.strip()), reasons.get(column, ""), is_left_out=not mapping[column])
        for column, cell in enumerate(shown)
    ]


def _briefly(problem: Problem) -> str:
    return _(_BRIEFLY[problem.reason]) if problem.reason in _BRIEFLY else said(problem)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"


def _damage(
    reason: str, checked: Sequence[tuple[int, list[str], list[Problem]]], headings: Sequence[str]
) -> Damage:
    found = [
        (row, problem.column)
        for row, _, problems in checked
        for problem in problems
        if problem.reason == reason
    ]
    columns = sorted({column for _row, column in found if column is not None})
    return Damage(
        [headings[column] or _("Column %(number)s") % {"number": column + 1} for column in columns],
        len({row for row, _column in found}),
    )


def proposed_duplicates(contact_import: ContactImport) -> str:
    """What is ticked at first. In our own export people who share a number are several on purpose: where none of them
    is known yet, all of them are added."""
    is_moving_in = own_columns(contact_import.headings) is not None and not contact_import.known
    return ContactImport.Duplicates.ADD if is_moving_in else contact_import.duplicates


# --- the report ---------------------------------------------------------------------------------------------------


@dataclass
class Kind:
    """Errors of one kind."""

    said: str
    count: int


@dataclass
class Report:
    problems: list[tuple[ImportProblem, str]]
    kinds: list[Kind]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.problems)


def report_of(contact_import: ContactImport) -> Report:
    problems = contact_import.problems.order_by("id")
    kinds = (
        contact_import.problems.order_by()
        .values("reason", "limit")
        .annotate(count=Count("pk"))
        .order_by("-count")[:KINDS_SHOWN]
    )
    return Report(
        problems=[(problem, said(problem)) for problem in problems[:SHOWN_PROBLEMS]],
        kinds=[
            Kind(said(ImportProblem(reason=kind["reason"], limit=kind["limit"])), kind["count"])
            for kind in kinds
        ],
        count=problems.count(),
    )


def heading_of(contact_import: ContactImport, column: int | None) -> str:
    """What a column is called."""
    if column is None or column >= len(contact_import.headings):
        return ""
    return contact_import.headings[column] or _("Column %(number)s") % {"number": column + 1}


def report_rows(contact_import: ContactImport) -> Iterator[list[Any]]:
    """The report as a table: record, column, value, reason."""
    yield [_("Row"), _("Contact"), _("Column"), _("Value in the file"), _("What is wrong")]
    for problem in contact_import.problems.order_by("id").iterator(chunk_size=2000):
        yield [
            problem.row,
            problem.name,
            heading_of(contact_import, problem.column),
            problem.value,
            said(problem),
        ]
