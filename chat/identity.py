"""What the page's script says of its visitor, and how the company's server proves who it is (WI11;
docs/widget-protocol.md).

Everything is a claim but an id that is signed with the company's secret. A signed id makes the visitor one person, in
whichever browser; a claim opens nobody's history.
"""

import hashlib
import hmac
import secrets
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from agents.models import Company
from chat.cleaning import clean_short
from chat.identity_models import IdentityKey, Introduction
from chat.models import Visitor
from contactcenter.crypto import CannotDecrypt, decrypt, encrypt, register_secret
from conversations.channels import Section
from conversations.models import Conversation

MOST_FIELDS = 20

register_secret(IdentityKey, "secret")


@dataclass(frozen=True, slots=True)
class Introduced:
    """What a hello said of who says it."""

    person: str = ""
    is_proven: bool = False
    name: str = ""
    email: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.person or self.name or self.email or self.fields)

    @property
    def proven_name(self) -> str:
        return self.name if self.is_proven else ""

    @property
    def proven_email(self) -> str:
        """An address counts only when it is what was signed: the rest of what a page says can be changed by whoever
        sits before it."""
        try:
            validate_email(self.person)
        except ValidationError:
            return ""
        return self.person if self.is_proven else ""


def introduced(company_id: int, hello: dict[str, Any]) -> Introduced:
    known, identity = hello.get("known"), hello.get("identity")
    person = ""
    is_proven = False
    if isinstance(identity, dict):
        claimed = identity.get("id")
        person = clean_short(claimed, 120)
        # Signed as it was sent: an id that had to be cleaned is not the one that was signed.
        is_proven = (
            bool(person) and person == claimed and _is_signed(company_id, person, identity.get("hash"))
        )
    if not isinstance(known, dict):
        return Introduced(person, is_proven)
    return Introduced(
        person,
        is_proven,
        clean_short(known.get("name"), 120),
        clean_short(known.get("email"), 254),
        _fields(known),
    )


def _fields(known: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in known.items():
        if name in {"name", "email"} or len(found) == MOST_FIELDS:
            continue
        text = clean_short(str(value) if isinstance(value, int | float) else value, 200)
        if (short := clean_short(name, 40)) and text:
            found[short] = text
    return found


def signature(secret: str, person: str) -> str:
    return hmac.new(secret.encode(), person.encode(), hashlib.sha256).hexdigest()


def _is_signed(company_id: int, person: str, given: object) -> bool:
    if not isinstance(given, str) or not given.isascii():
        return False
    secret = secret_of(company_id)
    return bool(secret) and hmac.compare_digest(signature(secret, person), given.lower())


def secret_of(company_id: int) -> str:
    """Empty: nothing can be signed."""
    key = IdentityKey.objects.filter(company_id=company_id).first()
    try:
        return decrypt(key.secret) if key else ""
    except CannotDecrypt:
        return ""


def renew_secret(*, company: Company) -> None:
    """What was signed with the one before proves nothing from now on."""
    IdentityKey.objects.update_or_create(
        company=company, defaults={"secret": encrypt(secrets.token_urlsafe(32))}
    )


def stand_for(company_id: int, token_hash: str, said: Introduced) -> str:
    """The hash under which whoever says hello is stored. A proven person has one of their own, the same in every
    browser: what others did in this one is not theirs. No token has it, because tokens have another form."""
    if not said.is_proven:
        return token_hash
    own = hashlib.sha256(f"person\0{company_id}\0{said.person}".encode()).hexdigest()
    _take_along(company_id=company_id, token_hash=token_hash, to=own)
    return own


def _take_along(*, company_id: int, token_hash: str, to: str) -> None:
    """The browser's visitor has said who they are: the conversation that is going on in it becomes theirs, unless they
    have another one open. Both sides are proven: the token is here, and so is the signature."""
    before = Visitor.objects.filter(company_id=company_id, token_hash=token_hash).first()
    if before is None:
        return
    going_on = Conversation.objects.of(company_id).filter(
        customer_key=before.customer_key, status__in=Conversation.OPEN
    )
    if not going_on.exists():
        return
    person, _ = Visitor.objects.get_or_create(company_id=company_id, token_hash=to)
    try:
        with transaction.atomic():
            going_on.update(customer_key=person.customer_key)
    except IntegrityError:
        pass  # theirs goes on; the other one stays where it is


def keep_introduction(conversation_id: int, said: Introduced) -> None:
    """Written when it is new or says something else."""
    facts = asdict(said)
    if not said:
        return
    kept = Introduction.objects.filter(conversation=conversation_id).values(*facts).first()
    if kept != facts:
        Introduction.objects.update_or_create(conversation_id=conversation_id, defaults=facts)


def identity_section(conversation: Conversation) -> Section | None:
    """What agents see of it beside the conversation."""
    said = Introduction.objects.filter(conversation=conversation).first()
    return Section("chat/context/identity.html", {"said": said}) if said else None
