"""What the shelf shows: folders first, then files, in an order of one's own, page by page (FI1)."""

from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise as LazyText
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from agents.models import Company
from files.models import Folder, StoredFile
from files.search import files_matching, folders_matching
from files.store import storage_used
from files.tree import Tree

PAGE = 50
NEARLY_FULL = 90  # per cent

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Order:
    key: str
    label: str | LazyText
    # Of files, and of folders, which have no type and no size.
    files: str
    folders: str = "search_text"


ORDERS = {
    order.key: order
    for order in (
        Order("name", _("Name"), "search_text"),
        Order("type", _("Type"), "content_type"),
        Order("by", _("Added by"), "added_by_name"),
        Order("size", _("Size"), "size"),
        Order("added", _("Added"), "created_at", "created_at"),
    )
}


@dataclass
class Shelf:
    """One page of a folder, or of what a search found."""

    company: Company
    folder: Folder | None = None
    query: str = ""
    order: Order = ORDERS["name"]
    is_descending: bool = False
    after: str = ""
    folders: list[Folder] = field(default_factory=list)
    files: list[StoredFile] = field(default_factory=list)
    # Where the next page begins; nothing on the last one.
    next: str = ""

    @cached_property
    def tree(self) -> Tree:
        return Tree(self.company.pk)

    @property
    def path(self) -> list[Folder]:
        return self.tree.path(self.folder)

    @property
    def is_empty(self) -> bool:
        return not self.folders and not self.files

    @property
    def sort(self) -> str:
        return f"-{self.order.key}" if self.is_descending else self.order.key

    def load(self) -> "Shelf":
        page = PAGE
        in_folders = not self.after.startswith("file:")
        folders, files = self._everything()
        if in_folders:
            after = _row_at(Folder, self.company, self.after)
            found = _following(folders, self.order.folders, self.is_descending, after, page)
            self.folders, left = found[:page], page - len(found)
            if left < 0:
                self.next = f"folder:{self.folders[-1].pk}"
                return self._with_paths()
            self.files = _following(files, self.order.files, self.is_descending, None, left)
        else:
            left, last = page, _row_at(StoredFile, self.company, self.after)
            self.files = _following(files, self.order.files, self.is_descending, last, page)
        if len(self.files) > left:
            self.files = self.files[:left]
            self.next = f"file:{self.files[-1].pk}" if self.files else f"folder:{self.folders[-1].pk}"
        return self._with_paths()

    def _everything(self) -> tuple[QuerySet[Folder], QuerySet[StoredFile]]:
        company = self.company.pk
        if self.query:
            folders, files = folders_matching(company, self.query), files_matching(company, self.query)
        else:
            folders = Folder.objects.of(company).filter(parent=self.folder)
            files = StoredFile.objects.of(company).on_shelf().filter(folder=self.folder)
        return folders.select_related("added_by"), files

    def _with_paths(self) -> "Shelf":
        """What was found says where it lies."""
        if self.query:
            for folder in self.folders:
                folder.lies_in = self.tree.path(folder)[:-1]  # type: ignore[attr-defined]
            for file in self.files:
                file.lies_in = self.tree.path_to(file.folder_id)  # type: ignore[attr-defined]
        return self


def _row_at(model: type[Row], company: Company, cursor: str) -> Row | None:
    """Where the page before ended. It may have been deleted since."""
    number = cursor.partition(":")[2]
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return model._default_manager.filter(company=company, pk=int(number)).first()


def _following(
    rows: QuerySet[Row], column: str, is_descending: bool, after: Row | None, number: int
) -> list[Row]:
    """One row more than asked for, if there is one."""
    step, sign = ("lt", "-") if is_descending else ("gt", "")
    if after is not None:
        value: Any = getattr(after, column)
        behind = Q(**{f"{column}__{step}": value}) | Q(**{column: value, f"pk__{step}": after.pk})
        # The first half alone leads an index to the place.
        rows = rows.filter(Q(**{f"{column}__{step}e": value}) & behind)
    return list(rows.order_by(f"{sign}{column}", f"{sign}pk")[: number + 1])


@dataclass(frozen=True)
class Storage:
    """How much of what the company may store is used."""

    used: int
    limit: int | None

    @property
    def percent(self) -> int:
        return min(100, -(-100 * self.used // self.limit)) if self.limit else 100

    @property
    def is_nearly_full(self) -> bool:
        return self.limit is not None and self.percent >= NEARLY_FULL

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.used >= self.limit


def storage_of(company: Company) -> Storage:
    return Storage(storage_used(company), company.storage_limit)
