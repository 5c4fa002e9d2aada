"""A visitor whose client speaks plain HTTP, and files as browsers send them."""

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agents.models import Company
from tests.factories import new_id

PICTURE = b"\x89PNG\r\n\x1a\n" + b"a picture of a cup" * 20
PDF = b"%PDF-1.7\n" + b"terms and conditions" * 50
PROGRAM = b"MZ\x90\x00" + b"\x00" * 400


def file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def fetch(client: Client, address: str) -> tuple[int, bytes]:
    """Status and content of what lies there."""
    answer: Any = client.get(address)
    if not answer.streaming:
        return answer.status_code, answer.content
    content = b"".join(answer.streaming_content)
    close(answer)
    return answer.status_code, content


def close(answer: Any) -> None:
    """`answer.close` would end the request too, and with it the connection that the test's transaction is in."""
    for closer in answer._resource_closers:
        closer()


class Guest:
    """A visitor of the company's website."""

    def __init__(self, company: Company, language: str = "en") -> None:
        self.client, self.key, self.language = Client(), company.key, language
        self.token: str | None = None
        self.conversation = ""

    def say(self, *commands: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
        frames = [{"type": "hello", "ref": "0", "data": self.hello()}]
        frames += [{"type": kind, "ref": str(n), "data": data} for n, (kind, data) in enumerate(commands, 1)]
        answer = self.post("exchange", {"frames": frames}).json()["frames"]
        self.token = answer[0]["data"]["token"]
        return answer

    def hello(self) -> dict[str, Any]:
        return {"token": self.token, "lang": self.language}

    def look(self) -> dict[str, Any]:
        """What a reload shows."""
        welcome: dict[str, Any] = self.say()[0]["data"]
        return welcome

    def write(self, text: str) -> dict[str, Any]:
        stored: dict[str, Any] = self.say(("message.send", {"id": new_id(), "text": text}))[-1]["data"]
        self.conversation = stored["conversation"]
        return stored

    def read(self, seq: int, conversation: str = "") -> None:
        self.say(("read", {"conversation": conversation or self.conversation, "seq": seq}))

    def send(self, name: str, content: bytes, client_id: str = "", **hello: Any) -> Any:
        """Send a file; the answer."""
        form = {
            "hello": json.dumps(self.hello() | hello),
            "id": client_id or new_id(),
            "file": file(name, content),
        }
        answer = self.client.post(f"/widget/upload/{self.key}", form)
        if answer.status_code == 200:
            self.token, self.conversation = answer.json()["token"], answer.json()["stored"]["conversation"]
        return answer

    def end(self) -> Any:
        return self.post("end", self.hello() | {"conversation": self.conversation})

    def rate(self, stars: object, comment: str = "", **more: Any) -> Any:
        facts = {"conversation": self.conversation, "stars": stars, "comment": comment}
        return self.post("rating", self.hello() | facts | more)

    def ask_for_transcript(self, email: str, **more: Any) -> Any:
        return self.post(
            "transcript", self.hello() | {"conversation": self.conversation, "email": email} | more
        )

    def post(self, what: str, body: Any) -> Any:
        return self.client.post(f"/widget/{self.key}/{what}", body, content_type="application/json")
