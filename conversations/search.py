"""Full-text search over every timeline (HI1), the same answers on SQLite and PostgreSQL.

Each entry carries `search_text`: its words without case and accents (ł included, which the databases' own folding
forgets), behind a word that names the company, so that the index itself keeps companies apart. SQLite indexes it with
FTS5, PostgreSQL with a GIN index; both are asked for words that begin like the words typed.
"""

import re
import unicodedata

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from conversations.models import Conversation, Entry

MAX_WORDS = 8
# Of a word that matches very often only the newest entries are looked through.
NEWEST_MATCHES = 20_000

_SPECIAL = str.maketrans(
    {"ł": "l", "Ł": "l", "ß": "ss", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "æ": "ae", "Æ": "ae"}
)
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Without case, accents and characters that only look different. ASCII, the usual case, is quick."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.translate(_SPECIAL))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower()


def company_word(company_id: int) -> str:
    return f"company{company_id}x"


def search_text(company_id: int, *texts: str) -> str:
    """What is stored of an entry for searching."""
    words = [company_word(company_id)]
    for text in texts:
        words += _WORD.findall(fold(text))
    return " ".join(words)


def query_words(query: str) -> list[str]:
    """The folded words of a query."""
    return _WORD.findall(fold(query))[:MAX_WORDS]


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
