"""What people type or paste, made fit to keep. The form of a contact and the import go by the same rules."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

LONGEST_ADDRESS = 254
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# In a text of several lines, line breaks and tabs may stay.
_CONTROL_IN_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Refused(ValueError):
    """This cannot be kept. `reason` says why in words for people."""

    def __init__(self, reason: "LazyText | str") -> None:
        super().__init__(reason)
        self.reason = reason


def one_line(text: str) -> str:
    """A name or another short text: one line, composed letters, nothing that nobody sees."""
    if not text.isascii():
        text = _visible(text)
    return " ".join(_CONTROL.sub(" ", text).split())


def several_lines(text: str) -> str:
    """A note: line breaks stay, as one character each."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = _visible(text)
    return _CONTROL_IN_LINES.sub("", text).strip()


def _visible(text: str) -> str:
    """Without halves of characters, zero-width ones, and those that turn the direction of what follows."""
    seen = "".join(
        letter
        for letter in text.encode("utf-8", "ignore").decode()
        if letter.isalnum() or letter == "\n" or unicodedata.category(letter) not in {"Cf", "Cc", "Co", "Cn"}
    )
    # Afterwards: what stood between a letter and its accent kept them apart.
    return unicodedata.normalize("NFC", seen)


def email_address(text: str) -> str:
    """An e-mail address in lower case, as addresses are kept and compared. Raises Refused."""
    address = one_line(text).removeprefix("mailto:").strip("<>").lower()
    if len(address) > LONGEST_ADDRESS:
        raise Refused(_("An e-mail address has at most 254 characters."))
    try:
        validate_email(address)
    except ValidationError:
        raise Refused(_("This is not an e-mail address, such as anna@example.com.")) from None
    return address
