"""The folders of a company, one in another, read at once: there are few of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from files.models import Folder

MOST_FOLDERS = 2000
DEEPEST = 20


@dataclass(frozen=True)
class Place:
    """A folder with how deep it lies."""

    folder: Folder
    depth: int


class Tree:
    def __init__(self, company_id: int) -> None:
        folders = Folder.objects.of(company_id).order_by("search_text", "pk")
        self._folders = {folder.pk: folder for folder in folders}

    def __len__(self) -> int:
        return len(self._folders)

    def path(self, folder: Folder | None) -> list[Folder]:
        """The folders one goes through, the outermost first and the folder itself last."""
        path: list[Folder] = []
        while folder is not None and len(path) < DEEPEST:
            path.insert(0, folder)
            folder = self._folders.get(folder.parent_id or 0)
        return path

    def path_to(self, folder_id: int | None) -> list[Folder]:
        return self.path(self._folders.get(folder_id or 0))

    def with_all_in_them(self, folders: Iterable[int]) -> set[int]:
        """These folders, and everything below them."""
        found = {pk for pk in folders if pk in self._folders}
        below = found
        while below:
            below = {pk for pk, folder in self._folders.items() if folder.parent_id in below} - found
            found = found | below
        return found

    def height(self, folder: int) -> int:
        """How many folders lie in one another from here on, this one included."""
        below = [pk for pk, other in self._folders.items() if other.parent_id == folder]
        return 1 + max((self.height(pk) for pk in below), default=0)

    def places(self, *, without: Iterable[int] = ()) -> Iterator[Place]:
        """Every folder as in a table of contents, but for some and what is in them."""
        left_out = self.with_all_in_them(without)
        below: dict[int | None, list[Folder]] = {}
        for folder in self._folders.values():
            below.setdefault(folder.parent_id, []).append(folder)

        def walk(parent: int | None, depth: int) -> Iterator[Place]:
            for folder in below.get(parent, ()):
                if folder.pk not in left_out:
                    yield Place(folder, depth)
                    yield from walk(folder.pk, depth + 1)

        return walk(None, 0)
