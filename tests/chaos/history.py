"""What the scripted people share: what they were told (the history that is compared with what is stored), and plain
HTTP as their browsers speak it."""

import asyncio
import http.client
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode

# What a client may meet when the other side dies: it comes back later.
LOST = (OSError, http.client.HTTPException, TimeoutError)
HTTP_PATIENCE = 10.0

_threads = ThreadPoolExecutor(24, thread_name_prefix="browser")


@dataclass
class Sent:
    """A message somebody typed, and what they know of its fate. While `state` is "waiting" anything may be true."""

    sender: str
    id: str
    text: str
    number: int  # in the order of typing
    conversation: int | None = None  # an agent's choice; a visitor's message goes where it belongs
    state: str = "waiting"  # then stored or refused
    told: tuple[str, int] | None = None  # the conversation and seq that the answer named


@dataclass
class History:
    """Everything that was typed and pressed, with the answers."""

    sent: list[Sent] = field(default_factory=list)
    # Who was told that they answered which conversation.
    winners: list[tuple[str, int]] = field(default_factory=list)
    # Answers that no fault explains.
    surprises: list[str] = field(default_factory=list)

    def typed(self, sender: str, text: str, *, conversation: int | None = None) -> Sent:
        number = sum(1 for sent in self.sent if sent.sender == sender)
        message_id = f"{sender}-{number:05d}"
        message = Sent(sender, message_id, f"{text} ({message_id})", number, conversation)
        self.sent.append(message)
        return message

    def count(self, state: str) -> int:
        return sum(1 for sent in self.sent if sent.state == state)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str
    cookies: Mapping[str, str]


async def fetch(
    port: int,
    method: str,
    path: str,
    *,
    form: Mapping[str, str] | None = None,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    patience: float = HTTP_PATIENCE,
) -> Answer:
    """One request on a connection of its own. Raises one of LOST when there is no answer."""
    sent = dict(headers or {})
    content = None
    if form is not None:
        content, sent["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
    elif body is not None:
        content, sent["Content-Type"] = json.dumps(body), "application/json"

    def call() -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
        try:
            connection.request(method, path, content, sent)
            response = connection.getresponse()
            cookies = [line.partition(";")[0] for line in response.headers.get_all("Set-Cookie", [])]
            return Answer(
                response.status,
                dict(response.headers),
                response.read().decode(),
                dict(cookie.split("=", 1) for cookie in cookies),
            )
        finally:
            connection.close()

    return await asyncio.get_running_loop().run_in_executor(_threads, call)


async def first_to_end(*work: "asyncio.Task[None]") -> None:
    """Wait until one of them ends, end the others, and raise what ended it."""
    done: set[asyncio.Task[None]] = set()
    try:
        done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
    for task in done:
        task.result()
