"""What a contact is sorted and found by. Search (contacts/search.py) asks for what is written here.

A number is indexed as three words: with the country's code, without it, and backwards, so that its first and its last
digits are found; an e-mail address as its words, and as one word from its beginning and one from its domain. Such words
begin with a mark that nobody types.
"""

import re
from collections.abc import Iterable

from contactcenter.folding import company_word, fold
from contacts.numbers import national

LONGEST_SORT_NAME = 200
# Of long texts, such as the value of a custom field, only the beginning is searched.
MOST_CHARACTERS = 200

MAIL, DOMAIN, NUMBER, BACKWARDS = "0m", "0d", "0n", "0r"

_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def joined(text: str) -> str:
    """All letters and digits of a text as one word."""
    return "".join(words(text))


def sort_name(
    *, first_name: str, last_name: str, organisation: str, emails: Iterable[str], phones: Iterable[str]
) -> str:
    """Surname first, else the organisation, else whatever there is."""
    name = f"{last_name} {first_name}".strip() or organisation or next(iter([*emails, *phones]), "")
    return fold(name)[:LONGEST_SORT_NAME]


def search_text(
    company_id: int, *, texts: Iterable[str], emails: Iterable[str], phones: Iterable[str]
) -> str:
    found = [company_word(company_id)]
    for text in texts:
        if text:
            found += words(text[:MOST_CHARACTERS])
    for address in emails:
        found += email_words(address)
    for number in phones:
        found += phone_words(number)
    return " ".join(dict.fromkeys(found))


def email_words(address: str) -> list[str]:
    """anna.nowak@poczta.firma.pl: anna, nowak, poczta, firma; the whole; its domain. Not the last word of the domain,
    which everybody has."""
    local, _at, domain = fold(address).rpartition("@")
    labels = _WORD.findall(domain)
    return [*_WORD.findall(local), *labels[:-1], f"{MAIL}{joined(address)}", f"{DOMAIN}{''.join(labels)}"]


def phone_words(number: str) -> list[str]:
    digits = number.removeprefix("+")
    return [f"{NUMBER}{digits}", f"{NUMBER}{national(number)}", f"{BACKWARDS}{digits[::-1]}"]
