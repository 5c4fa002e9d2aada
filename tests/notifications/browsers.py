"""A browser as a push service knows it: an address, and keys with which only it can read."""

import base64
import json
import os
from typing import Any, ClassVar

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


def letters(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Browser:
    made: ClassVar[list["Browser"]] = []

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)
        self.made.append(self)

    def subscription(self) -> dict[str, Any]:
        """What its page sends to the server."""
        point = self._key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {"endpoint": self.endpoint, "keys": {"p256dh": letters(point), "auth": letters(self._auth)}}

    def read(self, body: bytes) -> dict[str, Any]:
        """What was pushed; raises when it was meant for somebody else."""
        text = http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth, version="aes128gcm")
        return json.loads(text)
