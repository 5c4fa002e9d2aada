"""Words as search looks at them: without case and accents, ł included, which the databases' own folding forgets.

What can be searched carries `search_text`: its folded words behind a word that names the company, so that the index
itself keeps companies apart.
"""

import re
import unicodedata

MAX_WORDS = 8

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
    """What is stored of something for searching."""
    words = [company_word(company_id)]
    for text in texts:
        words += _WORD.findall(fold(text))
    return " ".join(words)


def query_words(query: str) -> list[str]:
    """The folded words of a query."""
    return _WORD.findall(fold(query))[:MAX_WORDS]
