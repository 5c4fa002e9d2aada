"""Secrets at rest: what the product must be able to read again (mailbox passwords, second factors, tokens of providers)
is stored encrypted with keys from the environment, never in plain text.

`ENCRYPTION_KEYS` lists texts, the newest first: the first encrypts, all of them decrypt. To change keys, put a new one
in front, run `manage.py rotate_keys`, and take the old one away.
"""

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotDecrypt(Exception):
    """It was not encrypted with any of the keys there are."""


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    # Whatever text an operator gives as a key has the length that Fernet wants.
    digests = (hashlib.sha256(b"contactcenter.crypto\0" + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def encrypt(text: str) -> str:
    return _fernet(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode()).decode("ascii")


def decrypt(secret: str) -> str:
    """Raises CannotDecrypt."""
    try:
        return _fernet(tuple(settings.ENCRYPTION_KEYS)).decrypt(secret.encode()).decode()
    except InvalidToken:
        raise CannotDecrypt from None


def rotate(secret: str) -> str:
    """The same, encrypted with the newest key. Raises CannotDecrypt."""
    try:
        return _fernet(tuple(settings.ENCRYPTION_KEYS)).rotate(secret.encode()).decode("ascii")
    except InvalidToken:
        raise CannotDecrypt from None
