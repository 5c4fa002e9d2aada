"""What people do with folders and files that are stored (FI1), one function for each change. While one of them is at
work, nobody else changes the company's folders."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Company
from contactcenter.folding import search_text
from files.models import Folder, StoredFile
from files.names import LONGEST_FOLDER, numbered, safe_folder_name, safe_name
from files.store import NO_FOLDER, Refused, check_quota, delete_together, free_name, lock_company
from files.tree import DEEPEST, MOST_FOLDERS, Tree

UNREADABLE_NAME = _("Enter a name with at least one letter or digit.")
FOLDER_TAKEN = _("There is a folder of this name here already.")
FILE_TAKEN = _("There is a file of this name here already.")
FOLDER_TAKEN_THERE = _("There is a folder of the same name already.")
INTO_ITSELF = _("A folder cannot be moved into itself.")
TOO_DEEP = _("Folders cannot lie any deeper in one another.")
NO_FILE = _("This is not there any more.")
TOO_MANY_FOLDERS = _("There are as many folders as there can be. Delete those that nobody needs.")


@dataclass(frozen=True)
class Chosen:
    """Folders and files of one company that somebody has selected."""

    folders: Sequence[Folder] = ()
    files: Sequence[StoredFile] = ()

    def __len__(self) -> int:
        return len(self.folders) + len(self.files)

    @property
    def one(self) -> Folder | StoredFile | None:
        """It, when it is one thing."""
        if len(self) != 1:
            return None
        return self.folders[0] if self.folders else self.files[0]


@transaction.atomic
def create_folder(*, company: Company, name: str, parent: Folder | None, by: Agent | None) -> Folder:
    """Raises Refused."""
    lock_company(company.pk)
    tree = Tree(company.pk)
    if parent is not None:
        _still_there(parent)
    if len(tree) >= MOST_FOLDERS:
        raise Refused(TOO_MANY_FOLDERS)
    if len(tree.path(parent)) >= DEEPEST:
        raise Refused(TOO_DEEP)
    folder = Folder(company=company, parent=parent, added_by=by, created_at=timezone.now())
    _name_folder(folder, name)
    folder.save()
    return folder


@transaction.atomic
def rename_folder(*, folder: Folder, name: str) -> Folder:
    """Raises Refused."""
    lock_company(folder.company_id)
    folder = _still_there(folder)
    _name_folder(folder, name)
    folder.save(update_fields=["name", "search_text"])
    return folder


def _still_there(folder: Folder) -> Folder:
    """As it is now that the company is locked. Raises Refused."""
    found = Folder.objects.of(folder.company_id).filter(pk=folder.pk).first()
    if found is None:
        raise Refused(NO_FOLDER)
    return found


def _still_chosen(company: Company, chosen: Chosen) -> Chosen:
    """Without what somebody has deleted meanwhile."""
    folders, files = Folder.objects.of(company.pk), StoredFile.objects.of(company.pk)
    return Chosen(
        folders=list(folders.filter(pk__in=[folder.pk for folder in chosen.folders]).order_by("pk")),
        files=list(files.filter(pk__in=[file.pk for file in chosen.files]).order_by("pk")),
    )


def _name_folder(folder: Folder, name: str) -> None:
    folder.name = safe_folder_name(name)
    if not folder.name:
        raise Refused(UNREADABLE_NAME)
    if _is_taken(folder):
        raise Refused(FOLDER_TAKEN)
    folder.search_text = search_text(folder.company_id, folder.name)


def _is_taken(folder: Folder) -> bool:
    """Whether another folder beside it is called the same. The company is locked."""
    beside = Folder.objects.of(folder.company_id).filter(parent=folder.parent_id, name__iexact=folder.name)
    return beside.exclude(pk=folder.pk).exists()


@transaction.atomic
def rename_file(*, file: StoredFile, name: str) -> StoredFile:
    """Raises Refused."""
    lock_company(file.company_id)
    found = StoredFile.objects.of(file.company_id).filter(pk=file.pk).first()
    if found is None:
        raise Refused(NO_FILE)
    file = found
    name = safe_name(name, otherwise="")
    if not name:
        raise Refused(UNREADABLE_NAME)
    if free_name(file, name) != name:
        raise Refused(FILE_TAKEN)
    _call_file(file, name)
    file.save(update_fields=["name", "search_text"])
    return file


def _call_file(file: StoredFile, name: str) -> None:
    file.name, file.search_text = name, search_text(file.company_id, name)


@transaction.atomic
def move(*, company: Company, chosen: Chosen, to: Folder | None) -> None:
    """All of it, or, when Refused is raised, nothing. Files get a number where their names are taken."""
    lock_company(company.pk)
    tree = Tree(company.pk)
    if to is not None:
        # What went into a folder that somebody has just deleted would be gone with it.
        to = _still_there(to)
        if to.pk in tree.with_all_in_them(folder.pk for folder in chosen.folders):
            raise Refused(INTO_ITSELF)
    chosen = _still_chosen(company, chosen)
    depth = len(tree.path(to))
    for folder in chosen.folders:
        folder.parent = to
        if depth + tree.height(folder.pk) > DEEPEST:
            raise Refused(TOO_DEEP)
        if _is_taken(folder):
            raise Refused(FOLDER_TAKEN_THERE)
        folder.save(update_fields=["parent"])
    for file in chosen.files:
        if file.folder_id == (to.pk if to else None):
            continue
        file.folder = to
        _call_file(file, free_name(file, file.name))
        file.save(update_fields=["folder", "name", "search_text"])


@transaction.atomic
def delete(*, company: Company, chosen: Chosen) -> uuid.UUID:
    """Take folders, with all that is in them, and files away. The number of the deletion takes it back for a while."""
    folders = [folder.pk for folder in chosen.folders]
    return delete_together(company, folders, [file.pk for file in chosen.files])


@transaction.atomic
def restore(*, company: Company, deletion: uuid.UUID) -> bool:
    """Take a deletion back; False when nothing of it is left. What lay in a folder that is gone comes back at the top.
    Raises QuotaFull when something else has taken the space."""
    lock_company(company.pk)
    files = list(StoredFile.objects.filter(company=company, deletion=deletion))
    folders = list(Folder.objects.filter(company=company, deletion=deletion))
    check_quota(company, sum(file.size for file in files))
    back = {folder.pk for folder in folders}
    there = set(Folder.objects.of(company.pk).values_list("pk", flat=True)) | back
    for folder in folders:
        if folder.parent_id not in there:
            folder.parent = None
        _unoccupied(folder)
        _bring_back(folder)
        folder.save()
    for file in files:
        if file.folder_id not in there:
            file.folder = None
        if not file.is_attachment and file.folder_id not in back:
            _call_file(file, free_name(file, file.name))
        _bring_back(file)
        file.save()
    return bool(files or folders)


def _bring_back(item: Folder | StoredFile) -> None:
    item.deleted_at = item.deletion = None


def _unoccupied(folder: Folder) -> None:
    """Give it a number while another folder has its name."""
    name, number = folder.name, 1
    while _is_taken(folder):
        number += 1
        folder.name = numbered(name, number, longest=LONGEST_FOLDER)
    folder.search_text = search_text(folder.company_id, folder.name)
