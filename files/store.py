"""Keeping what a company stores: content in Django's default storage, facts and quota in the database (docs/files.md).

    file = store_file(company=company, name=upload.name, content=upload, added_by=agent)

The content is written before the row, under a key that nobody chose, and outside any transaction, so that a large file
holds up nobody. Whatever dies in between leaves content without a row, which the promise made beforehand sweeps away.
"""

import errno
import logging
import os
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.functional import Promise as LazyText
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Company
from contactcenter.database import Unavailable
from contactcenter.folding import search_text
from contactcenter.promises import keeps, make_promise
from files.kinds import HEAD, recognise
from files.models import Folder, StoredFile
from files.names import numbered, safe_name
from files.tree import Tree

logger = logging.getLogger(__name__)

MAX_BYTES = 100 * 1_048_576
# How long what was deleted can come back.
UNDO_FOR = timedelta(minutes=10)
# Longer than any upload takes from its first byte in the storage to its row.
SWEEP_AFTER = timedelta(hours=1)
# Rows that one transaction removes.
BATCH = 200


class Refused(Exception):
    """The file cannot be stored; `reason` says why to whoever sent it. Nothing was kept."""

    def __init__(self, reason: str | LazyText) -> None:
        super().__init__(reason)
        self.reason = reason


class QuotaFull(Refused):
    """It does not fit into what the company may store."""


EMPTY = _("The file is empty.")
TOO_LARGE = _("The file is larger than {megabytes} MB.")
QUOTA_FULL = _("There is not enough storage left for this file. Delete what is not needed any more.")
NO_SPACE = _("The server has no space left, so the file was not stored. Please tell whoever runs it.")
AWAY = _("The file could not be stored right now. Please try again.")
NO_FOLDER = _("The folder is not there any more.")


# --- storing ------------------------------------------------------------------------------------------------------


def store_file(
    *,
    company: Company,
    name: str,
    content: "File[Any]",
    added_by: Agent | None = None,
    folder: Folder | None = None,
    is_attachment: bool = False,
    max_bytes: int = MAX_BYTES,
    with_row: Callable[[StoredFile], object] | None = None,
) -> StoredFile:
    """Store a file for the company. Raises Refused, or QuotaFull, with a reason for people. To be called outside a
    transaction: what a rollback would undo could not be swept. `with_row` is called in the transaction that makes the
    row: what the caller promises of it is promised with it."""
    name = safe_name(name)
    size = content.size
    if not size:
        raise Refused(EMPTY)
    if size > max_bytes:
        raise Refused(format_lazy(TOO_LARGE, megabytes=max_bytes // 1_048_576))
    check_quota(company, size)
    content.seek(0)
    file = StoredFile(
        company=company,
        folder=folder,
        is_attachment=is_attachment,
        key=_new_key(company.pk),
        content_type=recognise(content.read(HEAD), name),
        size=size,
        added_by=added_by,
        added_by_name=added_by.name if added_by else "",
        created_at=timezone.now(),
    )
    make_promise("file.sweep", key=file.key, due_at=timezone.now() + SWEEP_AFTER, storage_key=file.key)
    try:
        _write(file.key, content)
        _enter(file, name, with_row)
    except Unavailable:
        # Nobody knows whether the row was committed: the sweep looks when the database is back.
        raise
    except BaseException:
        _remove_content(file.key)
        raise
    return file


def _new_key(company_id: int) -> str:
    number = uuid.uuid4().hex
    return f"files/{company_id}/{number[:2]}/{number}"


def _write(key: str, content: "File[Any]") -> None:
    try:
        if default_storage.save(key, content) != key:
            raise OSError(errno.EEXIST, "the storage chose another name")
        _survive_power_cuts(key)
    except Exception as error:
        # Storages on other machines fail in ways of their own.
        full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
        logger.error("a file could not be stored: %s: %s", type(error).__name__, error)
        raise Refused(NO_SPACE if full else AWAY) from error


def _survive_power_cuts(key: str) -> None:
    """Acknowledged means stored: on a disk, what was written is not there before it is told to be."""
    try:
        path = Path(default_storage.path(key))
    except NotImplementedError:
        return  # on another machine, which sees to it
    for place in (path, path.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _enter(file: StoredFile, name: str, with_row: Callable[[StoredFile], object] | None) -> None:
    """The row, unless the quota is used up by now."""
    with transaction.atomic():
        company = lock_company(file.company_id)
        check_quota(company, file.size)
        if file.folder_id and not Folder.objects.of(company.pk).filter(pk=file.folder_id).exists():
            raise Refused(NO_FOLDER)
        file.name = name if file.is_attachment else free_name(file, name)
        file.search_text = search_text(company.pk, file.name)
        file.save(force_insert=True)
        if with_row is not None:
            with_row(file)


def lock_company(company_id: int) -> Company:
    """Whoever adds, moves or removes files of a company waits for whoever is at it."""
    return Company.objects.select_for_update(no_key=True).get(pk=company_id)


def free_name(file: StoredFile, name: str) -> str:
    """The name that the file can have in its folder: with a number when it is taken. The company is locked."""
    others = StoredFile.objects.of(file.company_id).on_shelf().filter(folder=file.folder_id)
    others = others.exclude(pk=file.pk) if file.pk else others
    if not others.filter(name=name).exists():
        return name
    stem = numbered(name, 0).partition(" (0)")[0]
    taken = set(others.filter(name__startswith=stem).values_list("name", flat=True))
    return next(free for number in range(2, len(taken) + 3) if (free := numbered(name, number)) not in taken)


# --- the quota ----------------------------------------------------------------------------------------------------


def storage_used(company: Company) -> int:
    """Bytes of everything the company has stored, attachments included."""
    total = StoredFile.objects.of(company.pk).aggregate(total=Sum("size"))["total"]
    return int(total or 0)


def check_quota(company: Company, more: int) -> None:
    """Certain while the company is locked; before that it spares everybody an upload in vain."""
    if company.storage_limit is not None and storage_used(company) + more > company.storage_limit:
        raise QuotaFull(QUOTA_FULL)


# --- reading ------------------------------------------------------------------------------------------------------


def open_file(file: StoredFile) -> "File[Any]":
    """The content. Raises FileNotFoundError when the storage has lost it."""
    return default_storage.open(file.key)


# --- deleting -----------------------------------------------------------------------------------------------------


@transaction.atomic
def delete_files(*, company: Company, files: Iterable[StoredFile]) -> uuid.UUID:
    """Take files away. For UNDO_FOR they can come back (`restore`) by the number of this deletion."""
    return delete_together(company, [], [file.pk for file in files])


def delete_together(company: Company, folders: list[int], files: list[int]) -> uuid.UUID:
    """Folders with all that is in them, and files, as one deletion; in the caller's transaction."""
    lock_company(company.pk)
    now, deletion = timezone.now(), uuid.uuid4()
    fields = {"deleted_at": now, "deletion": deletion}
    all_folders = Tree(company.pk).with_all_in_them(folders)
    there = StoredFile.objects.of(company.pk)
    there.filter(pk__in=files).update(**fields)
    there.filter(folder_id__in=all_folders).update(**fields)
    Folder.objects.of(company.pk).filter(pk__in=all_folders).update(**fields)
    make_promise("files.forget", key=str(deletion), due_at=now + UNDO_FOR, deletion=str(deletion))
    return deletion


@keeps("files.forget")
def forget_files_unless_restored(*, deletion: str) -> None:
    """Remove the rows of a deletion that nobody has taken back, some at a time; their content follows."""
    files = StoredFile.objects.select_for_update(of=("self",)).filter(deletion=deletion)
    some = list(files[:BATCH])
    StoredFile.objects.filter(pk__in=[file.pk for file in some]).delete()
    if len(some) == BATCH:
        soon = timezone.now() + timedelta(seconds=1)
        make_promise("files.forget", key=deletion, due_at=soon, deletion=deletion)
    else:
        Folder.objects.filter(deletion=deletion).delete()


@receiver(post_delete, sender=StoredFile)
def promise_to_remove_content(*, instance: StoredFile, **signal: Any) -> None:
    """However a row goes, with its company too: the content goes after the commit."""
    make_promise("file.sweep", key=instance.key, due_at=timezone.now(), storage_key=instance.key)


@keeps("file.sweep")
def remove_content_unless_stored(*, storage_key: str) -> None:
    """What has no row is nobody's: its upload died half-way, or it was deleted."""
    if not StoredFile.objects.filter(key=storage_key).exists():
        default_storage.delete(storage_key)


def _remove_content(key: str) -> None:
    with suppress(Exception):  # the promise will try again
        default_storage.delete(key)
