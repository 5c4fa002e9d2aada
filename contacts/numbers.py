"""Phone numbers: read as people and files write them, kept as E.164, shown as people write them."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from contacts.cleaning import Refused

# Where a number without a country code is from, when the company does not say.
HOME = "PL"
MOST_CHARACTERS = 40

_E164 = re.compile(r"\+[1-9][0-9]{5,14}")
# Most numbers that are kept or imported here: nothing about them is in doubt.
_PLAIN = re.compile(r"\+48[1-9][0-9]{8}")
_LABEL = re.compile(r"(?:tel|phone|telefon|mobile|kom|fax)\s*[.:]+\s*", re.IGNORECASE)
_EXTENSION = re.compile(r"(?:ext|extension|wew|w|x)\s*[.:]?\s*[0-9]+\s*$", re.IGNORECASE)
# What a spreadsheet makes of a long number.
_SHORTENED = re.compile(r"[0-9]+(?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_SEPARATOR = re.compile(r"[;|\n,]|\s/|/\s")
_ALLOWED = re.compile(r"[0-9+()./\-\s]+")

_TOO_SHORT = _("The number is too short.")
_TOO_LONG = _("The number is too long.")
_REASONS = {
    ValidationResult.TOO_SHORT: _TOO_SHORT,
    ValidationResult.TOO_LONG: _TOO_LONG,
    ValidationResult.INVALID_LENGTH: _("The number has a wrong number of digits."),
    ValidationResult.INVALID_COUNTRY_CODE: _("There is no country with this code."),
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: _("The number has no area code."),
}


@dataclass(frozen=True)
class Reading:
    """A number in E.164. `lost_plus`: it was written with its country code and without the plus, as spreadsheets leave
    it (48607607607)."""

    number: str
    lost_plus: bool = False


def is_plain(text: str) -> bool:
    """Whether it is a Polish number in E.164. Reading such a number, which takes its time, gives it back."""
    return _PLAIN.fullmatch(text) is not None


def parse(text: str, country: str = HOME) -> str:
    """The number in E.164. Raises Refused."""
    return read(text, country).number


def read(text: str, country: str = HOME) -> Reading:
    """As `parse`, and what is to be said of how it was written. Numbers without a country code are of `country`."""
    written = _bare(text)
    try:
        found = phonenumbers.parse(written, country or HOME)
    except phonenumbers.NumberParseException as error:
        raise Refused(_reason_of(error)) from None
    verdict = phonenumbers.is_possible_number_with_reason(found)
    if verdict != ValidationResult.IS_POSSIBLE:
        raise Refused(_REASONS.get(verdict, _REASONS[ValidationResult.INVALID_LENGTH]))
    if not phonenumbers.is_valid_number(found) and len(str(found.national_number)) != _usual_length(
        found.country_code or 0
    ):
        raise Refused(_REASONS[ValidationResult.INVALID_LENGTH])
    number = phonenumbers.format_number(found, PhoneNumberFormat.E164)
    if not _E164.fullmatch(number):
        raise Refused(_TOO_LONG)
    return Reading(number, lost_plus=_has_lost_plus(written, found))


@lru_cache
def _usual_length(country_code: int) -> int:
    """How many digits mobile numbers have there. Numbers of this length are taken though nobody knows them yet: new
    ones are given out all the time."""
    region = phonenumbers.region_code_for_country_code(country_code)
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    return len(str(example.national_number)) if example else 0


def show(number: str) -> str:
    """As people write it: +48 607 607 607."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return number


def national(number: str) -> str:
    """The digits of a kept number without the country's code."""
    if is_plain(number):
        return number[3:]
    try:
        return phonenumbers.national_significant_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return number.removeprefix("+")


def _bare(text: str) -> str:
    """What is left of the written number when everything around it is taken off; refuses what is none."""
    if len(text) > MOST_CHARACTERS * 5:
        raise Refused(_TOO_LONG)
    written = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    written = unicodedata.normalize("NFKC", written).strip().removeprefix("'").strip()
    if label := _LABEL.match(written):
        written = written[label.end() :]
    if _SHORTENED.fullmatch(written):
        raise Refused(_("A spreadsheet has shortened this number and lost digits of it."))
    if _EXTENSION.search(written):
        raise Refused(_("Numbers are kept without extensions: write the extension into the note."))
    if _SEPARATOR.search(written):
        raise Refused(_("There are several numbers here; write each by itself."))
    written = "".join(str(unicodedata.digit(each)) if each.isdigit() else each for each in written)
    written = re.sub("[\u2010-\u2015\u2212]", "-", written)
    if not _ALLOWED.fullmatch(written) or not any(each.isdigit() for each in written):
        raise Refused(_("This is not a phone number, such as +48 607 607 607."))
    if len(written) > MOST_CHARACTERS:
        raise Refused(_TOO_LONG)
    return written


def _has_lost_plus(written: str, found: PhoneNumber) -> bool:
    digits = re.sub(r"[^0-9]", "", written)
    return "+" not in written and digits == f"{found.country_code}{found.national_number}"


def _reason_of(error: phonenumbers.NumberParseException) -> "LazyText | str":
    kinds = phonenumbers.NumberParseException
    return {
        kinds.TOO_SHORT_NSN: _TOO_SHORT,
        kinds.TOO_SHORT_AFTER_IDD: _TOO_SHORT,
        kinds.TOO_LONG: _TOO_LONG,
        kinds.INVALID_COUNTRY_CODE: _REASONS[ValidationResult.INVALID_COUNTRY_CODE],
    }.get(error.error_type, _("This is not a phone number, such as +48 607 607 607."))
