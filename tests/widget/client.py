"""A chat client written from docs/widget-protocol.md alone: it imports nothing of the product, and knows nothing that
the document does not say. The same words over WebSocket and over plain HTTP."""

import contextlib
import itertools
import json
import secrets
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

PATIENCE = 10.0
Frame = dict[str, Any]


class Refused(Exception):
    """The server answered a command with `error`."""

    def __init__(self, data: Frame) -> None:
        super().__init__(data["code"], data["message"])
        self.code, self.retry, self.after = data["code"], data["retry"], data["after"]


class SocketWay:
    """Frames over WebSocket, one text message each."""

    def __init__(self, host: str, key: str) -> None:
        # A client that is no browser sends no Origin.
        self._stack = contextlib.ExitStack()
        self._socket = self._stack.enter_context(connect(f"ws://{host}/ws/widget/{key}/", max_size=None))

    def exchange(
        self, hello: Frame | None, commands: list[Frame], until: Callable[[Frame], bool]
    ) -> list[Frame]:
        for frame in [*([hello] if hello else []), *commands]:
            self._socket.send(json.dumps(frame))
        frames = []
        while not frames or not until(frames[-1]):
            frames.append(json.loads(self._socket.recv(timeout=PATIENCE)))
        return frames

    def tell(self, greeting: Callable[[], Frame], frame: Frame) -> None:
        self._socket.send(json.dumps(frame))

    def heard(self, seconds: float) -> list[Frame]:
        try:
            return [json.loads(self._socket.recv(timeout=seconds))]
        except TimeoutError:
            return []

    def close(self) -> None:
        self._stack.close()


class HttpWay:
    """Frames over plain HTTP: each exchange begins with a hello."""

    def __init__(self, host: str, key: str) -> None:
        self._address = f"http://{host}/widget/{key}/exchange"

    def exchange(
        self, hello: Frame | None, commands: list[Frame], until: Callable[[Frame], bool]
    ) -> list[Frame]:
        body = json.dumps({"frames": [hello, *commands]}).encode()
        request = urllib.request.Request(self._address, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)["frames"]

    def tell(self, greeting: Callable[[], Frame], frame: Frame) -> None:
        self.exchange(greeting(), [frame], lambda _: True)

    def close(self) -> None:
        pass


class ChatClient:
    """A visitor. `entries` is the conversation as they see it."""

    def __init__(
        self, host: str, key: str, way: type[SocketWay] | type[HttpWay], token: str | None = None
    ) -> None:
        self.token = token
        self.conversation: Frame | None = None
        self.availability: Frame = {}
        self.entries: dict[int, Frame] = {}
        self.typing: str | None = None
        self.hello_facts: Frame = {}
        self._refs = itertools.count(1)
        self._make_way = lambda: way(host, key)
        self._way = self._make_way()

    # --- what a person does

    def hello(self, **facts: Any) -> Frame:
        self.hello_facts |= facts
        return self._say(None)

    def write(self, text: str, message_id: str | None = None) -> Frame:
        """Stored, or Refused."""
        return self._say("message.send", id=message_id or secrets.token_urlsafe(12), text=text)

    def sync(self) -> Frame:
        return self._say("sync", **self._stand())

    def ping(self) -> bool:
        """Whether something was missed."""
        status = {"status": self.conversation["status"]} if self.conversation else {}
        return bool(self._say("ping", **self._stand(), **status)["behind"])

    def type(self, on: bool) -> None:
        self._tell("typing", on=on)

    def go_to(self, url: str, title: str) -> None:
        self._tell("page", url=url, title=title)

    def say(self, kind: str, **data: Any) -> Frame:
        return self._say(kind, **data)

    def texts(self) -> list[str]:
        return [entry["text"] for _, entry in sorted(self.entries.items()) if entry["kind"] == "message"]

    def wait_for(self, condition: Callable[["ChatClient"], bool], seconds: float = PATIENCE) -> None:
        """Listen (over HTTP: ask again) until it is so."""
        deadline = time.monotonic() + seconds
        while not condition(self):
            assert time.monotonic() < deadline, (self.conversation, self.texts())
            if isinstance(self._way, SocketWay):
                for frame in self._way.heard(0.2):
                    self._take(frame)
            else:
                time.sleep(0.2)
                self.hello()

    def come_back(self) -> None:
        """The connection was lost: another one, from where this client stands."""
        self._way.close()
        self._way = self._make_way()
        self.hello()

    def close(self) -> None:
        self._way.close()

    # --- frames

    def _stand(self) -> Frame:
        if self.conversation is None:
            return {"conversation": None, "seq": 0}
        return {"conversation": self.conversation["id"], "seq": max(self.entries, default=0)}

    def _greeting(self) -> Frame:
        after = self._stand() if self.conversation else None
        return self._frame("hello", {"token": self.token, "after": after, **self.hello_facts})

    def _frame(self, kind: str, data: Frame) -> Frame:
        return {"type": kind, "ref": str(next(self._refs)), "data": data}

    def _say(self, kind: str | None, **data: Any) -> Frame:
        """Send a command (None: hello) and wait for its answer."""
        commands = [] if kind is None else [self._frame(kind, data)]
        greets = kind is None or isinstance(self._way, HttpWay)
        hello = self._greeting() if greets else None
        ref = commands[0]["ref"] if commands else hello["ref"]
        answer = None
        for frame in self._way.exchange(hello, commands, lambda frame: frame.get("ref") == ref):
            self._take(frame)
            if frame.get("ref") == ref:
                answer = frame
        assert answer is not None, "no answer"
        if answer["type"] == "error":
            raise Refused(answer["data"])
        return answer["data"]

    def _tell(self, kind: str, **data: Any) -> None:
        """A command without an answer."""
        self._way.tell(self._greeting, {"type": kind, "data": data})

    def _take(self, frame: Frame) -> None:
        kind, data = frame["type"], frame["data"]
        if kind in {"welcome", "entries"}:
            self.token = data.get("token", self.token)
            self.availability = data["availability"]
            self._now_in(data["conversation"])
            self.entries |= {entry["seq"]: entry for entry in data["entries"]}
        elif kind == "entry":
            if self.conversation and data["conversation"] == self.conversation["id"]:
                last = max(self.entries, default=0)
                self.entries.setdefault(data["seq"], data)
                if data["seq"] > last and data["prev"] != last:
                    self.sync()
        elif kind == "message.stored":
            if self.conversation is None or data["conversation"] != self.conversation["id"]:
                self.sync()
        elif kind == "conversation":
            self._now_in(data)
        elif kind == "typing":
            self.typing = data["name"] if data["on"] else None
        elif kind == "availability":
            self.availability = data
        elif kind == "resync":
            self.sync()

    def _now_in(self, conversation: Frame | None) -> None:
        if (conversation or {}).get("id") != (self.conversation or {}).get("id"):
            self.entries = {}
        self.conversation = conversation


__all__ = ["ChatClient", "ConnectionClosed", "HttpWay", "Refused", "SocketWay"]
