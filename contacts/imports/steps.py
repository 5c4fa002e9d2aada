"""The work of an import, in steps that may be interrupted anywhere (docs/imports.md).

Each step does one batch, and writes what it did and how far it came in one transaction, under the lock of the import's
row: whoever dies in the middle has done nothing, and of two who do the same step one finds it done.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop, override

from agents.models import Agent
from contactcenter.promises import keeps, make_promise
from contacts import rows as contact_rows
from contacts.actions import tags_called
from contacts.cells import visible
from contacts.custom import fields_on
from contacts.deletion import links
from contacts.imports.actions import FileGone
from contacts.imports.checking import UNCLOSED, Checker, Problem, Record, Repairs
from contacts.imports.mapping import CUSTOM
from contacts.imports.matching import count_known, sort_out
from contacts.imports.models import ContactImport, ImportBatch, ImportChange, ImportProblem
from contacts.imports.reading import Rows, is_blank
from contacts.imports.recognising import Format, NotCsv
from contacts.imports.updating import Tags, lock_updates, restore, write_updates
from contacts.models import Contact, ContactTag
from contacts.rows import Prepared
from files.store import open_file

BATCH = 1000
# Contacts that go back to what they were, one by one.
BATCH_BACK = 200
# Of more errors nobody reads; they are counted all the same.
MOST_PROBLEMS = 50_000
# A process works on an import for so long before others have their turn, and is taken for dead after so much more.
SLICE_SECONDS = 3.0
LEASE = timedelta(seconds=20)
# On SQLite, where one writes at a time, others come in between.
PAUSE_SECONDS = 0.02

State = ContactImport.State
FIELD_GONE = gettext_noop("A field that a column was mapped to was deleted. Choose another one.")


@keeps("contacts.import", outside=True, at_once=2, lease=LEASE)
def carry_on(*, import_id: int) -> None:
    """Do the next steps of an import. Under a lease and not in one transaction, since each step is one of its own."""
    until = time.monotonic() + SLICE_SECONDS
    with override("en"):
        while step(import_id):
            if time.monotonic() > until:
                make_promise(
                    "contacts.import", key=str(import_id), due_at=timezone.now(), import_id=import_id
                )
                return


def step(import_id: int) -> bool:
    """One batch of whatever is to be done. False when there is nothing left to do."""
    contact_import = (
        ContactImport.objects.select_related("company", "file", "by")
        .filter(pk=import_id, state__in=_STEPS)
        .first()
    )
    return contact_import is not None and _STEPS[contact_import.state](contact_import)


def _lock(contact_import: ContactImport) -> ContactImport | None:
    """The import, held until the end of the transaction; None when somebody else has done this step, or it is not what
    it was."""
    locked = ContactImport.objects.select_for_update(of=("self",)).filter(pk=contact_import.pk).first()
    same = ("state", "cursor", "mapping", "format", "adds_plus", "adds_prefix")
    if locked is None or any(getattr(locked, name) != getattr(contact_import, name) for name in same):
        return None
    return locked


def _let_others_write() -> None:
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(PAUSE_SECONDS)


# --- verifying ----------------------------------------------------------------------------------------------------

# Files that this process is reading, each at the row after the one that was read last.
_open_files: dict[int, Rows] = {}


def _verify(contact_import: ContactImport) -> bool:
    try:
        rows = _rows_at(contact_import)
    except NotCsv as refusal:
        return _fail(contact_import, str(refusal.reason))
    fields = {field.key: field for field in fields_on(contact_import.company_id, "contacts")}
    if missing := _missing_fields(contact_import, fields):
        rows.close()
        return _fail(contact_import, missing)
    repairs = Repairs(contact_import.adds_plus, contact_import.adds_prefix, contact_import.company.country)
    checker = Checker(contact_import.mapping, fields, repairs)
    records: list[Record] = []
    problems: list[ImportProblem] = []
    bad = 0
    is_over = True
    for cells in rows:
        if not any(cells) or is_blank(cells):
            continue
        record, wrong = checker.check(rows.number, cells)
        if rows.is_unclosed:
            record, wrong = None, [Problem(None, "", UNCLOSED)]
        if record:
            records.append(record)
        else:
            bad += 1
            problems += [
                _problem(contact_import, rows.number, checker.name_of(cells), each) for each in wrong
            ]
        if len(records) + bad >= BATCH:
            is_over = False
            break
    known = count_known(contact_import.company_id, records)
    with transaction.atomic():
        locked = _lock(contact_import)
        if locked is None:
            rows.close()
            return True
        if records:
            ImportBatch.objects.create(
                contact_import=locked, number=rows.number, records=[record.as_json() for record in records]
            )
        room = MOST_PROBLEMS - locked.problems.count() if problems else 0
        ImportProblem.objects.bulk_create(problems[: max(0, room)])
        locked.good += len(records)
        locked.bad += bad
        locked.known += known
        locked.cursor = rows.number
        if is_over:
            locked.state, locked.verified_at, locked.cursor = State.VERIFIED, timezone.now(), 0
        locked.save()
    if is_over:
        rows.close()
    else:
        _keep_open(locked.pk, rows)
    return not is_over


def _rows_at(contact_import: ContactImport) -> Rows:
    """The rows that have not been verified yet. Raises NotCsv."""
    rows = _open_files.pop(contact_import.pk, None)
    format = Format.from_json(contact_import.format)
    # Somebody may have begun anew meanwhile, reading it in another way, and another process have come as far as here.
    if (
        rows is not None
        and contact_import.cursor
        and (rows.number, rows.format) == (contact_import.cursor, format)
    ):
        return rows
    if rows is not None:
        rows.close()
    if contact_import.file is None or contact_import.file.deleted_at is not None:
        raise FileGone
    try:
        rows = Rows(open_file(contact_import.file), format)
    except FileNotFoundError:
        raise FileGone from None
    rows.skip(contact_import.cursor)
    if format.has_header and not contact_import.cursor:
        _skip_header(rows)
    return rows


def _skip_header(rows: Rows) -> None:
    for cells in rows:
        if not is_blank(cells):
            return


def _keep_open(import_id: int, rows: Rows) -> None:
    """For the next step, if it is this process's; of imports that others have gone on with no file stays open."""
    while len(_open_files) > 1:
        with suppress(KeyError):
            _open_files.pop(next(iter(_open_files))).close()
    _open_files[import_id] = rows


def _missing_fields(contact_import: ContactImport, fields: dict[str, Any]) -> str:
    mapped = [word.removeprefix(CUSTOM) for word in contact_import.mapping if word.startswith(CUSTOM)]
    return FIELD_GONE if set(mapped) - fields.keys() else ""


def _problem(contact_import: ContactImport, row: int, name: str, problem: Problem) -> ImportProblem:
    return ImportProblem(
        contact_import=contact_import,
        row=row,
        column=problem.column,
        name=name,
        value=visible(problem.value[:200]).strip(),
        reason=problem.reason,
        limit=problem.limit,
    )


def _fail(contact_import: ContactImport, reason: str) -> bool:
    with transaction.atomic():
        if locked := _lock(contact_import):
            locked.state, locked.failure = State.FAILED, reason
            locked.save()
    return False


# --- importing ----------------------------------------------------------------------------------------------------


def _import(contact_import: ContactImport) -> bool:
    batch = contact_import.batches.order_by("number").first()
    if batch is None:
        return _finish(contact_import)
    fields = {field.key for field in fields_on(contact_import.company_id, "contacts")}
    records = [_without_gone_fields(Record.from_json(stored), fields) for stored in batch.records]
    now = timezone.now()
    with transaction.atomic():
        _wait_for_other_imports(contact_import)
        locked = _lock(contact_import)
        if locked is None:
            return True
        sorted_out = sort_out(locked, records)
        updates = lock_updates(locked, sorted_out)
        tags = _tags_of(locked, records)
        contact_rows.insert(
            [_prepared(locked, record, now, contact_import.by, tags) for record in sorted_out.fresh]
        )
        write_updates(locked, updates, tags, now)
        batch.delete()
        locked.created += len(sorted_out.fresh)
        locked.updated += sorted_out.merged + sum(len(update.records) for update in updates)
        locked.skipped += sorted_out.skipped
        locked.cursor += 1
        locked.save()
    _let_others_write()
    return True


def _wait_for_other_imports(contact_import: ContactImport) -> None:
    """Of two files with the same people, the second has to see whom the first has added."""
    running = ContactImport.objects.filter(company_id=contact_import.company_id, state=State.IMPORTING)
    list(running.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


def _finish(contact_import: ContactImport) -> bool:
    with transaction.atomic():
        locked = _lock(contact_import)
        if locked is not None:
            locked.state, locked.finished_at = State.IMPORTED, timezone.now()
            locked.save()
    # Whoever was quicker may have died since.
    return locked is None


def _without_gone_fields(record: Record, fields: set[str]) -> Record:
    """Somebody may have deleted one of the company's own fields since the verification."""
    if record.facts.custom.keys() <= fields:
        return record
    custom = {key: value for key, value in record.facts.custom.items() if key in fields}
    return Record(record.row, replace(record.facts, custom=custom), record.tags)


def _prepared(
    contact_import: ContactImport, record: Record, now: datetime, by: Agent | None, tags: Tags
) -> Prepared:
    prepared = contact_rows.prepared(
        company_id=contact_import.company_id,
        facts=record.facts,
        now=now,
        by=by,
        tags=[tags[name.casefold()] for name in record.tags],
    )
    prepared.contact.made_by_import_id = contact_import.pk
    return prepared


def _tags_of(contact_import: ContactImport, records: list[Record]) -> Tags:
    """The tags that the records speak of, by their folded names; those that there were not before are noted."""
    names = {name for record in records for name in record.tags}
    if not names:
        return {}
    company = contact_import.company
    before = set(ContactTag.objects.filter(company=company).values_list("pk", flat=True))
    tags = {tag.name.casefold(): tag for tag in tags_called(company=company, names=sorted(names))}
    contact_import.made_tags += [tag.pk for tag in tags.values() if tag.pk not in before]
    return tags


# --- undoing ------------------------------------------------------------------------------------------------------


def _undo(contact_import: ContactImport) -> bool:
    """First what was changed goes back, then what was added goes; what somebody has touched since stays."""
    with transaction.atomic():
        locked = _lock(contact_import)
        if locked is None:
            return True
        if changes := list(locked.changes.select_related("contact").order_by("contact")[:BATCH_BACK]):
            back = sum(restore(change) for change in changes)
            ImportChange.objects.filter(pk__in=[change.pk for change in changes]).delete()
            looked_at = len(changes)
        elif contacts := list(_next_added(locked)):
            untouched = untouched_of(contacts)
            Contact.objects.filter(pk__in=untouched).delete()
            back, looked_at, locked.cursor = len(untouched), len(contacts), contacts[-1].pk
        else:
            ContactTag.objects.filter(pk__in=locked.made_tags, contacts=None).delete()
            locked.state, locked.undone_at = State.UNDONE, timezone.now()
            locked.save()
            return False
        locked.taken_back += back
        locked.stayed += looked_at - back
        locked.save()
    _let_others_write()
    return True


def _next_added(contact_import: ContactImport) -> QuerySet[Contact]:
    """Held until the end of the transaction: nobody's change goes with them."""
    later = _added(contact_import).filter(pk__gt=contact_import.cursor).order_by("pk")
    return later.select_for_update(of=("self",), no_key=True)[:BATCH]


def _added(contact_import: ContactImport) -> QuerySet[Contact]:
    return Contact.objects.of(contact_import.company_id).filter(made_by_import=contact_import)


def untouched_of(contacts: list[Contact]) -> list[int]:
    """Those that nobody has changed, and nothing points to: no conversation, no task."""
    untouched = {contact.pk for contact in contacts if contact.changed_at == contact.created_at}
    for model in links():
        used = model._default_manager.filter(contact__in=untouched).values_list("contact", flat=True)
        untouched -= set(used)
    return sorted(untouched)


def count_touched(contact_import: ContactImport) -> tuple[int, int]:
    """How many contacts undoing would take back, and how many would stay."""
    changes = contact_import.changes.all()
    back = changes.filter(contact__changed_at=F("changed_at")).count()
    stay = changes.count() - back
    added = _added(contact_import)
    untouched = added.filter(changed_at=F("created_at"))
    for model in links():
        untouched = untouched.exclude(Exists(model._default_manager.filter(contact=OuterRef("pk"))))
    free = untouched.count()
    return back + free, stay + added.count() - free


_STEPS: dict[str, Callable[[ContactImport], bool]] = {
    State.VERIFYING: _verify,
    State.IMPORTING: _import,
    State.UNDOING: _undo,
}
