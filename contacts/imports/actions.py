"""What people do with imports: one function per change. The work itself is done in contacts/imports/steps.py."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Company
from contactcenter.promises import make_promise
from contacts.columns import name_and_key
from contacts.custom import fields_on
from contacts.custom_fields import KeyTaken, TooMany, add_field
from contacts.imports import mapping as mappings
from contacts.imports.models import ContactImport, ImportBatch
from contacts.imports.reading import Survey, survey
from contacts.imports.recognising import SAMPLE_BYTES, Format, NotCsv, recognise
from contacts.models import CustomField
from files.store import delete_files, open_file, store_file

MAX_BYTES = 10 * 1_048_576
State = ContactImport.State


class NotNow(Exception):
    """The import has moved on in the meantime. `contact_import` is how it stands."""

    def __init__(self, contact_import: ContactImport) -> None:
        super().__init__(contact_import)
        self.contact_import = contact_import


class FileGone(NotCsv):
    """Somebody has deleted the file, or the storage has lost it."""

    def __init__(self) -> None:
        super().__init__(_("The file is not there any more. Please upload it again."))


class Incomplete(Exception):
    """The mapping does not do yet; `reason` says why."""

    def __init__(self, reason: "LazyText | str") -> None:
        super().__init__(reason)
        self.reason = reason


# --- the file -----------------------------------------------------------------------------------------------------


def upload(*, company: Company, by: Agent, name: str, content: "File[Any]") -> ContactImport:
    """Store a file, recognise how it is written and guess what its columns are. Raises NotCsv, and files.store.Refused;
    then nothing was kept. To be called outside a transaction, as files.store.store_file."""
    content.seek(0)
    format = recognise(content.read(SAMPLE_BYTES))
    digest = hashlib.sha256()
    content.seek(0)
    for chunk in content.chunks():
        digest.update(chunk)
    content.seek(0)
    found = survey(_Unclosing(content), format, whole=True)
    file = store_file(
        company=company, name=name, content=content, added_by=by, is_attachment=True, max_bytes=MAX_BYTES
    )
    return ContactImport.objects.create(
        company=company,
        by=by,
        by_name=by.name,
        file=file,
        file_name=file.name,
        size=file.size,
        digest=digest.hexdigest(),
        recognised=format.as_json(),
        created_at=timezone.now(),
        **_read_as(company, format, found),
    )


class _Unclosing(File):
    """An upload that outlives who reads it: it is stored afterwards."""

    def close(self) -> None:
        self.seek(0)


def _read_as(company: Company, format: Format, found: Survey) -> dict[str, Any]:
    """What is stored of a file that is read in this format."""
    rows = [cells for _number, cells in found.rows]
    return {
        "format": format.as_json(),
        "headings": found.headings,
        "mapping": mappings.guess(found.headings, rows, fields_on(company.pk, "contacts")),
        "records": found.count,
    }


def look_at(contact_import: ContactImport, format: Format, *, whole: bool = False) -> Survey:
    """The beginning of the stored file, or all of it. Raises NotCsv."""
    if contact_import.file is None or contact_import.file.deleted_at is not None:
        raise FileGone
    try:
        file = open_file(contact_import.file)
    except FileNotFoundError:
        raise FileGone from None
    return survey(file, format, whole=whole)


def earlier_import(contact_import: ContactImport) -> ContactImport | None:
    """The newest one of the same file whose contacts are there."""
    same = ContactImport.objects.filter(company_id=contact_import.company_id, digest=contact_import.digest)
    done = same.filter(state__in=[State.IMPORTING, State.IMPORTED], created_at__lte=contact_import.created_at)
    return done.exclude(pk=contact_import.pk).order_by("-created_at", "-pk").first()


# --- configuring --------------------------------------------------------------------------------------------------


def change_format(*, contact_import: ContactImport, format: Format) -> ContactImport:
    """Read the file as somebody says that it is written. What its columns are is guessed anew unless they are the same.
    Raises NotCsv and NotNow."""
    found = look_at(contact_import, format, whole=True)
    with transaction.atomic():
        contact_import = _lock(contact_import)
        facts = _read_as(contact_import.company, format, found)
        if found.headings == contact_import.headings:
            facts["mapping"] = contact_import.mapping
        return _move(contact_import, State.UPLOADED, **facts)


@transaction.atomic
def configure(
    *,
    contact_import: ContactImport,
    mapping: Sequence[str],
    adds_plus: bool = False,
    adds_prefix: bool = False,
    may_add_fields: bool = False,
) -> ContactImport:
    """Keep which column becomes what, finished or not. What is no word of a mapping counts as left out. Raises
    NotNow."""
    contact_import = _lock(contact_import)
    fields = fields_on(contact_import.company_id, "contacts")
    words = [
        word if mappings.is_possible(word, fields, may_add_fields=may_add_fields) else "" for word in mapping
    ]
    width = len(contact_import.headings)
    words = (words + [""] * width)[:width]
    is_done = not (mappings.lacks_name(words) or mappings.doubles(words))
    return _move(
        contact_import,
        State.CONFIGURED if is_done else State.UPLOADED,
        mapping=words,
        adds_plus=adds_plus,
        adds_prefix=adds_prefix,
    )


@transaction.atomic
def verify(*, contact_import: ContactImport) -> ContactImport:
    """Look at every record in the background. Raises Incomplete, and NotNow."""
    contact_import = _lock(contact_import)
    if mappings.lacks_name(contact_import.mapping):
        raise Incomplete(_("Choose which columns are the first name and the surname."))
    if mappings.doubles(contact_import.mapping):
        raise Incomplete(_("Two columns are mapped to one field. Leave one of them out."))
    words = _with_new_fields(contact_import)
    contact_import = _move(contact_import, State.VERIFYING, mapping=words, verified_at=None, failure="")
    _carry_on(contact_import)
    return contact_import


@transaction.atomic
def stop_verifying(*, contact_import: ContactImport) -> ContactImport:
    return _move(_lock(contact_import), State.CONFIGURED)


# --- importing, and back ------------------------------------------------------------------------------------------


@transaction.atomic
def start(*, contact_import: ContactImport, duplicates: str) -> ContactImport:
    """Import the good records in the background. Raises NotNow when it has begun already."""
    contact_import = _move(
        _lock(contact_import),
        State.IMPORTING,
        duplicates=ContactImport.Duplicates(duplicates),
        started_at=timezone.now(),
    )
    _carry_on(contact_import)
    return contact_import


@transaction.atomic
def undo(*, contact_import: ContactImport) -> ContactImport:
    """Take the contacts back that are as the import made them, in the background. Raises NotNow."""
    contact_import = _move(_lock(contact_import), State.UNDOING, cursor=0)
    _carry_on(contact_import)
    return contact_import


@transaction.atomic
def discard(*, contact_import: ContactImport) -> None:
    """Forget an upload that was never imported, with its file. Raises NotNow."""
    contact_import = _lock(contact_import)
    if not contact_import.is_open:
        raise NotNow(contact_import)
    if contact_import.file is not None and contact_import.file.deleted_at is None:
        delete_files(company=contact_import.company, files=[contact_import.file])
    contact_import.delete()


# --- what they share ----------------------------------------------------------------------------------------------


def _lock(contact_import: ContactImport) -> ContactImport:
    """As it stands, held until the end of the transaction."""
    imports = ContactImport.objects.select_for_update(of=("self",)).select_related("company", "file")
    try:
        return imports.get(pk=contact_import.pk)
    except ContactImport.DoesNotExist:
        raise NotNow(contact_import) from None


def _move(contact_import: ContactImport, state: str, **fields: Any) -> ContactImport:
    """One of the MOVES of a locked import. Whoever leaves a verification behind starts the next from nothing."""
    if state not in contact_import.MOVES[contact_import.state]:
        raise NotNow(contact_import)
    if state in {State.UPLOADED, State.CONFIGURED, State.VERIFYING}:
        ImportBatch.objects.filter(contact_import=contact_import).delete()
        contact_import.problems.all()._raw_delete(contact_import._state.db)
        fields |= {"cursor": 0, "good": 0, "bad": 0, "known": 0}
    for name, value in {"state": state, **fields}.items():
        setattr(contact_import, name, value)
    contact_import.save()
    return contact_import


def _carry_on(contact_import: ContactImport) -> None:
    make_promise(
        "contacts.import",
        key=str(contact_import.pk),
        due_at=timezone.now(),
        import_id=contact_import.pk,
    )


def _with_new_fields(contact_import: ContactImport) -> list[str]:
    """The mapping with the company's own fields that are made for it, each named as its column."""
    words = list(contact_import.mapping)
    if mappings.NEW not in words:
        return words
    rows = look_at(contact_import, Format.from_json(contact_import.format)).rows
    for column, word in enumerate(words):
        if word == mappings.NEW:
            longest = max((len(cells[column]) for _number, cells in rows if column < len(cells)), default=0)
            words[column] = f"{mappings.CUSTOM}{_new_field(contact_import, column, longest).key}"
    return words


def _new_field(contact_import: ContactImport, column: int, longest: int) -> CustomField:
    name, key = name_and_key(contact_import.headings[column].removeprefix("'"))
    short = CustomField.LONGEST[CustomField.Kind.SHORT]
    facts: dict[str, Any] = {
        "name": name[:60] or str(_("Column %(number)s") % {"number": column + 1}),
        # What was not looked at may be longer.
        "kind": CustomField.Kind.LONG if longest > short // 2 else CustomField.Kind.SHORT,
        "on_contacts": True,
    }
    try:
        try:
            return add_field(company=contact_import.company, key=key, **facts)
        except KeyTaken:
            return add_field(company=contact_import.company, **facts)
    except TooMany:
        raise Incomplete(_("A company has at most 50 fields of its own. Leave a column out.")) from None
