"""A real mail server on a port of this machine, which answers as a test tells it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import free_port


class MailServer:
    """Answers each attempt as told, and with 250 from then on. "die" takes the mail and never says so. Addresses in
    `refused` get the answer that stands there; letters to those in `hangs_for` get none until `let_go` is called."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.refused: dict[str, str] = {}
        self.hangs_for: set[str] = set()
        self._let_go = threading.Event()
        # Seconds in which it makes up its mind about a letter.
        self.thinks_for = 0.0
        self.attempts = 0
        self.port = 0
        self.taken: list[Message] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.refused.get(address):
            self.attempts += 1
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.attempts += 1
        await asyncio.sleep(self.thinks_for)
        while self.hangs_for.intersection(envelope.rcpt_tos) and not self._let_go.is_set():
            await asyncio.sleep(0.02)
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer == "die" or answer.startswith("250"):
            self.taken.append(message_from_bytes(bytes(envelope.content or b"")))
        if answer == "die":
            assert server.transport is not None
            server.transport.abort()
        return answer

    def let_go(self) -> None:
        self._let_go.set()

    def letters_to(self, address: str) -> list[EmailMessage]:
        """What this address got, read as a mail program does."""
        parsed = [message_from_bytes(letter.as_bytes(), policy=policy.default) for letter in self.taken]
        return [cast(EmailMessage, letter) for letter in parsed if address in str(letter["To"])]


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    """The server listens at `port` until the end of the block."""
    handler = MailServer()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    handler.port = controller.port
    try:
        yield handler
    finally:
        controller.stop()
