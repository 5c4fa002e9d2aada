"""Secrets at rest: what the product must be able to read again (mailbox passwords, second factors, tokens of providers)
is stored encrypted with keys from the environment, never in plain text.

`ENCRYPTION_KEYS` lists texts, the newest first: the first encrypts, all of them decrypt. To change keys, put a new one
in front, run `manage.py rotate_keys`, and take the old one away. A room that stores secrets registers the column:

    register_secret(SecondFactor, "key")
"""

import base64
import hashlib
from collections.abc import Iterator
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db.models import Model


class CannotDecrypt(Exception):
    """It was not encrypted with any of the keys there are."""


_columns: list[tuple[type[Model], str]] = []


def register_secret(model: type[Model], field: str) -> None:
    """The column holds what `encrypt` made, or nothing: `manage.py rotate_keys` knows it from now on."""
    _columns.append((model, field))


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


def rotate_all() -> Iterator[tuple[str, int, int]]:
    """Encrypt every registered secret with the newest key: for each column its name, how many secrets were encrypted
    anew, and how many none of the keys opens. Row by row, while the product runs: one that was changed in the meantime
    is newer anyway."""
    for model, field in _columns:
        done = unreadable = 0
        rows = model._default_manager.exclude(**{field: ""})
        for pk, secret in rows.values_list("pk", field).iterator():
            try:
                fresh = rotate(secret)
            except CannotDecrypt:
                unreadable += 1
                continue
            done += rows.filter(pk=pk, **{field: secret}).update(**{field: fresh})
        yield f"{model._meta.label}.{field}", done, unreadable
