"""A visitor's name and e-mail, asked for inside the chat (WI4; docs/widget.md)."""

from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from agents.models import Company
from chat.cleaning import clean_short
from chat.identity import Introduced
from contactcenter.frames import ProtocolError


class Wishes(NamedTuple):
    """What the company wants to know of whom it does not know: asked for, or a condition of a new conversation."""

    ask: bool = False
    force: bool = False


NO_WISHES = Wishes()


def wishes_of(company: Company) -> Wishes:
    return Wishes(company.ask_for_data, company.force_data)


def are_known(name: str, email: str, said: Introduced) -> bool:
    """Whether there is nothing to ask: the visitor has said it, or the page they write from has."""
    return bool(name or said.name) and bool(email or said.proven_email or is_email(said.email))


def clean_details(data: dict[str, Any]) -> tuple[str, str]:
    """Name and e-mail as a visitor gives them; one of the two is enough. Raises ProtocolError."""
    name, email = clean_short(data.get("name"), 120), clean_short(data.get("email"), 254)
    if email and not is_email(email):
        raise ProtocolError("bad_email", "This is not an e-mail address.")
    if not name and not email:
        raise ProtocolError("empty", "Neither a name nor an e-mail address.")
    return name, email


def is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
