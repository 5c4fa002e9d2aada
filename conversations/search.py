"""Full-text search over every timeline (HI1), the same answers on SQLite and PostgreSQL.

Each entry carries its folded words (contactcenter/folding.py). SQLite indexes them with FTS5, PostgreSQL with a GIN
index; both are asked for words that begin like the words typed.
"""

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from contactcenter.folding import company_word, query_words
from conversations.models import Conversation, Entry

# Of a word that matches very often only the newest entries are looked through.
NEWEST_MATCHES = 20_000


def matching(conversations: QuerySet[Conversation], company_id: int, query: str) -> QuerySet[Conversation]:
    """Those of the conversations in which every word of the query begins some word, in whatever entries."""
    words = query_words(query)
    if not words:
        return conversations.none()
    for word in words:
        conversations = conversations.filter(
            pk__in=entries_matching(company_id, [word]).values("conversation_id")
        )
    return conversations


def entries_matching(company_id: int, words: list[str]) -> QuerySet[Entry]:
    """The newest entries with a word that begins like any of these folded words."""
    company = company_word(company_id)
    # The words are letters and digits, and travel as parameters.
    if connection.vendor == "sqlite":
        any_word = " OR ".join(f'"{word}"*' for word in words)
        match, table, number = f'"{company}" AND ({any_word})', "conversations_entry_search", "rowid"
        found = "search_text MATCH %s"
    else:
        any_word = " | ".join(f"{word}:*" for word in words)
        match, table, number = f"{company} & ({any_word})", "conversations_entry", "id"
        found = "search_text <> '' AND to_tsvector('simple', search_text) @@ to_tsquery('simple', %s)"
    statement = f"SELECT {number} FROM {table} WHERE {found} ORDER BY {number} DESC LIMIT %s"  # noqa: S608
    return Entry.objects.filter(pk__in=RawSQL(statement, [match, NEWEST_MATCHES])).order_by()  # noqa: S611
