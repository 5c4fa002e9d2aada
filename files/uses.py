"""Where files are attached. Files know no tasks and no conversations; the rooms above say where they use one.

    register_use(uses_in_tasks)      # in AppConfig.ready

    def uses_in_tasks(company_id: int, files: Sequence[int]) -> Iterable[tuple[int, Use]]: ...

asked for many files at once, gives pairs of a file's number and a use, in one query.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise as LazyText


@dataclass(frozen=True)
class Use:
    """Something that has the file attached: "Task “Call Anna”", and where it is."""

    label: str | LazyText
    path: str
    icon: str = "paperclip"


Finder = Callable[[int, Sequence[int]], Iterable[tuple[int, Use]]]

_finders: list[Finder] = []


def register_use(finder: Finder) -> None:
    if finder not in _finders:
        _finders.append(finder)


def uses_of(company_id: int, files: Sequence[int]) -> dict[int, list[Use]]:
    """The uses of each of these files that has any."""
    found: dict[int, list[Use]] = {}
    for finder in _finders if files else ():
        for file_id, use in finder(company_id, files):
            found.setdefault(file_id, []).append(use)
    return found
