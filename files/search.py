"""Search in the names of folders and files (FI1): words that begin like the words typed, accents folded, on the
databases' own full-text indexes (see conversations/search.py)."""

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from contactcenter.folding import company_word, query_words
from files.models import Folder, StoredFile

# Of words that fit very much only the newest files are looked through.
NEWEST_MATCHES = 20_000


def files_matching(company_id: int, query: str) -> QuerySet[StoredFile]:
    """The files on the shelf with all of these words."""
    files = StoredFile.objects.of(company_id).on_shelf()
    words = query_words(query)
    if not words:
        return files.none()
    company = company_word(company_id)
    # The words are letters and digits, and travel as parameters.
    if connection.vendor == "sqlite":
        match = " AND ".join([f'"{company}"', *(f'"{word}"*' for word in words)])
        statement = "SELECT rowid FROM files_storedfile_search WHERE search_text MATCH %s ORDER BY rowid DESC LIMIT %s"
    else:
        match = " & ".join([company, *(f"{word}:*" for word in words)])
        statement = (
            "SELECT id FROM files_storedfile WHERE to_tsvector('simple', search_text) @@ to_tsquery('simple', %s)"
            " ORDER BY id DESC LIMIT %s"
        )
    return files.filter(pk__in=RawSQL(statement, [match, NEWEST_MATCHES]))  # noqa: S611


def folders_matching(company_id: int, query: str) -> QuerySet[Folder]:
    """The same of folders. There are few: they are looked through one by one."""
    folders = Folder.objects.of(company_id)
    words = query_words(query)
    for word in words:
        folders = folders.filter(search_text__contains=f" {word}")
    return folders if words else folders.none()
