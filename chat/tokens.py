"""The visitor's token: the only key to their conversation. Random and signed, so that one that we did not give is
recognised without a look into the database; bound to the company; stored as a hash only, from the first message on."""

import hashlib
import secrets

from django.core.signing import BadSignature, Signer

LENGTH = 32  # bytes from the operating system's generator


class BadToken(Exception):
    """Forged, damaged, or given by another company's widget."""


def _signer(company_id: int) -> Signer:
    return Signer(salt=f"chat.visitor.{company_id}", sep=".")


def issue_token(company_id: int) -> str:
    return _signer(company_id).sign(secrets.token_urlsafe(LENGTH))


def token_hash(company_id: int, token: object) -> str:
    """The hash under which the visitor is stored. Raises BadToken."""
    if not isinstance(token, str) or len(token) > 200 or not token.isascii():
        raise BadToken
    try:
        _signer(company_id).unsign(token)
    except BadSignature:
        raise BadToken from None
    return hashlib.sha256(token.encode()).hexdigest()
