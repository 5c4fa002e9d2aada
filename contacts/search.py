"""Finding contacts by what contacts/words.py has written down of them; the same answers on SQLite and PostgreSQL.

Each word of a query begins some word of the contact. What is typed as a number ("607 607", "+48607") is looked for from
the beginning of numbers and from their end, an e-mail address from its beginning, what follows an @ in domains.
"""

import re
import unicodedata
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from contactcenter.folding import MAX_WORDS, company_word, fold
from contacts.models import Contact
from contacts.words import BACKWARDS, DOMAIN, MAIL, NUMBER, joined, words

# Of what matches more often, the newest are found: whoever looks for one person adds a word.
MOST_FOUND = 1_000
# On PostgreSQL: so many matches are sorted; when there are more, the newest contacts are looked through instead.
MOST_SORTED = 20_000
LEAST_DIGITS = 3

_NUMBER = re.compile(r"(?:\+|00)?[0-9][0-9 ()./-]*")


@dataclass(frozen=True)
class Term:
    """Some word of the contact begins like `word`; or, where there are `others`, like all words of one of them."""

    alternatives: tuple[tuple[str, ...], ...]


def terms(query: str) -> list[Term]:
    """What a query asks for; nothing when it has no word of two letters."""
    query = fold(query).strip()
    if number := _number_term(query):
        return [number]
    found = [_term(part) for part in query.split()]
    return [term for term in found if term is not None][:MAX_WORDS]


def _number_term(query: str) -> Term | None:
    """A query that is nothing but a number. Without its 00, which stands for a plus."""
    digits = re.sub(r"[^0-9]", "", query)
    if not _NUMBER.fullmatch(query) or len(digits) < LEAST_DIGITS:
        return None
    if digits.startswith("00"):
        digits = digits[2:]
    parts = _askable(query)
    plain = (parts,) if parts and "+" not in query and len(digits) < 7 else ()
    return Term(((f"{NUMBER}{digits}",), (f"{BACKWARDS}{digits[::-1]}",), *plain))


def _term(part: str) -> Term | None:
    found = _askable(part)
    if not found:
        return None
    if "@" in part:
        return Term(((f"{DOMAIN if part.startswith('@') else MAIL}{joined(part)}",),))
    alternatives = [found]
    if part.isdigit() and len(part) >= LEAST_DIGITS:
        alternatives += [(f"{NUMBER}{part}",), (f"{BACKWARDS}{part[::-1]}",)]
    elif "." in part:
        alternatives.append((f"{DOMAIN}{joined(part)}",))
    return Term(tuple(alternatives))


def _askable(text: str) -> tuple[str, ...]:
    """The words of two letters and more, in letters that the index of SQLite knows too; of the others it would make
    phrases, which it does not keep."""
    return tuple(word for word in words(text) if len(word) > 1 and all(_is_old(letter) for letter in word))


def _is_old(letter: str) -> bool:
    return letter.isascii() or unicodedata.ucd_3_2_0.category(letter)[0] in "LN"


def first_letter(query: str) -> str:
    """The letter of a query that is only one."""
    letters = words(query)
    return letters[0] if len(letters) == 1 and len(letters[0]) == 1 else ""


def found_by(company_id: int, query: str, *, tag_id: int | None = None) -> list[int]:
    """The numbers of the newest contacts that match, MOST_FOUND + 1 at most."""
    asked = terms(query)
    if not asked:
        return _beginning_with(company_id, first_letter(query), tag_id)
    statement, values = (
        _on_sqlite(company_id, asked, tag_id)
        if connection.vendor == "sqlite"
        else _on_postgresql(company_id, asked, tag_id)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]


def _beginning_with(company_id: int, letter: str, tag_id: int | None) -> list[int]:
    """Contacts in whose order of names the letter comes first."""
    if not letter:
        return []
    found = Contact.objects.of(company_id).filter(sort_name__gte=letter, sort_name__startswith=letter)
    if "a" <= letter < "z":
        found = found.filter(sort_name__lt=chr(ord(letter) + 1))
    if tag_id:
        found = found.filter(tags=tag_id)
    return list(found.order_by("sort_name", "pk").values_list("pk", flat=True)[: MOST_FOUND + 1])


def matching(query: str) -> Q:
    """The same, asked of each contact without the index: for those who look at all of them anyway, or at a few."""
    if not query:
        return Q()
    asked = terms(query)
    if not asked:
        letter = first_letter(query)
        return Q(sort_name__startswith=letter) if letter else Q(pk=None)
    found = Q()
    for term in asked:
        any_of = Q()
        for every in term.alternatives:
            any_of |= Q(*(Q(search_text__contains=f" {word}") for word in every))
        found &= any_of
    return found


# The words are letters and digits, and travel as parameters.


def _on_sqlite(company_id: int, asked: list[Term], tag_id: int | None) -> tuple[str, list[str | int]]:
    match = f'"{company_word(company_id)}"' + "".join(
        " AND ("
        + " OR ".join("(" + " AND ".join(f'"{word}"*' for word in every) + ")" for every in term.alternatives)
        + ")"
        for term in asked
    )
    tagged, values = _tagged("contacts_contact_search.rowid", tag_id)
    statement = (
        f"SELECT rowid FROM contacts_contact_search WHERE contacts_contact_search MATCH %s{tagged}"  # noqa: S608
        " ORDER BY rowid DESC LIMIT %s"
    )
    return statement, [match, *values, MOST_FOUND + 1]


def _on_postgresql(company_id: int, asked: list[Term], tag_id: int | None) -> tuple[str, list[str | int]]:
    """Few matches are taken from the index and sorted. Where there are many, going back from the newest contact finds
    enough of them soon."""
    match = company_word(company_id) + "".join(
        " & ("
        + " | ".join("(" + " & ".join(f"{word}:*" for word in every) + ")" for every in term.alternatives)
        + ")"
        for term in asked
    )
    tagged, values = _tagged("contacts_contact.id", tag_id)
    statement = f"""
        WITH asked AS (SELECT to_tsquery('simple', %s) AS words),
        few AS MATERIALIZED (
            SELECT id FROM contacts_contact
            WHERE search_vector @@ (SELECT words FROM asked){tagged} LIMIT {MOST_SORTED + 1}
        ),
        counted AS (SELECT count(*) AS n FROM few)
        (SELECT id FROM few WHERE (SELECT n FROM counted) <= {MOST_SORTED} ORDER BY id DESC LIMIT %s)
        UNION ALL
        (SELECT id FROM contacts_contact
            WHERE (SELECT n FROM counted) > {MOST_SORTED} AND company_id = %s
            AND ts_match_vq(search_vector, (SELECT words FROM asked)){tagged}
            ORDER BY id DESC LIMIT %s)"""  # noqa: S608
    limit = MOST_FOUND + 1
    return statement, [match, *values, limit, company_id, *values, limit]


def _tagged(number: str, tag_id: int | None) -> tuple[str, list[str | int]]:
    if tag_id is None:
        return "", []
    tagged = (
        f" AND EXISTS (SELECT 1 FROM contacts_contact_tags t WHERE t.contact_id = {number}"  # noqa: S608
        " AND t.contacttag_id = %s)"
    )
    return tagged, [tag_id]
