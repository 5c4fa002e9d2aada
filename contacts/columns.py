"""What a table of contacts is headed with, in the export and in the files that come back."""

import re
from collections.abc import Sequence

from contactcenter.folding import fold
from contacts.models import CustomField

# How the export heads what every contact has, in both languages.
_STANDARD = re.compile(
    r"first name|imie|surname|nazwisko|organisation|organizacja|address|adres|note|notatka|tags|tagi"
    r"|(?:e mail|phone|telefon)(?: \d+)?"
)
_WITH_KEY = re.compile(r"^(?P<name>.+) \((?P<key>[a-z][a-z0-9_]{0,39})\)$")


def normalised(heading: str) -> str:
    """A heading as headings are compared: folded, letters and digits only."""
    return " ".join(re.findall(r"[^\W_]+", fold(heading)))


def heading_of(field: CustomField, fields: Sequence[CustomField]) -> str:
    """The name of a company's own field; with its key where the name alone would be taken for another column."""
    name = normalised(field.name)
    same = [each for each in fields if normalised(each.name) == name]
    is_ambiguous = len(same) > 1 or not name or _STANDARD.fullmatch(name)
    return f"{field.name} ({field.key})" if is_ambiguous else field.name


def name_and_key(heading: str) -> tuple[str, str]:
    """What `heading_of` put together; the key is empty where there was none."""
    found = _WITH_KEY.match(heading)
    return (found["name"], found["key"]) if found else (heading, "")


# What every export begins with, and what its columns are between that and the company's own fields.
_BEGINNINGS = (["first name", "surname", "organisation"], ["imie", "nazwisko", "organizacja"])
_ENDINGS = (["address", "note", "tags"], ["adres", "notatka", "tagi"])


def own_columns(headings: Sequence[str]) -> list[int] | None:
    """Where the fields of a company's own stand in an export of this product; None for another table."""
    names = [normalised(heading) for heading in headings]
    for beginning, ending in zip(_BEGINNINGS, _ENDINGS, strict=True):
        if names[:3] != beginning or ending[-1] not in names:
            continue
        last = names.index(ending[-1])
        if names[last - 2 : last + 1] == ending and all(map(_STANDARD.fullmatch, names[:last])):
            return list(range(last + 1, len(names)))
    return None
