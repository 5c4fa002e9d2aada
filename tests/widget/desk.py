"""An agent who answers over HTTP, as their browser does."""

import json
import secrets
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

from tests.live import Live, wait_for

PASSWORD = "demo-password"


class Desk:
    def __init__(self, product: Live, email: str) -> None:
        self.product = product
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))
        self._get("/login/")
        self._post("/login/", username=email, password=PASSWORD)

    def answer(self, text: str) -> int:
        """Answer the conversation in which somebody wrote this; its id."""
        found = wait_for(
            lambda: self.product.query(
                "SELECT conversation_id FROM conversations_entry WHERE text = %s ORDER BY id DESC", [text]
            ),
            5,
        )
        conversation = int(found[0][0])
        self._post(f"/conversations/{conversation}/answer/")
        return conversation

    def write(self, conversation: int, text: str) -> dict:
        form = {"id": secrets.token_hex(8), "kind": "reply", "text": text}
        return json.loads(self._post(f"/conversations/{conversation}/messages/", **form))

    def close(self, conversation: int) -> None:
        self._post(f"/conversations/{conversation}/close/")

    def _get(self, path: str) -> str:
        with self._opener.open(self.product.url + path, timeout=10) as answer:
            return answer.read().decode()

    def _post(self, path: str, **form: str) -> str:
        token = next(cookie.value for cookie in self._cookies if cookie.name == "csrftoken")
        headers = {"X-CSRFToken": token or ""} | ({} if path == "/login/" else {"HX-Request": "true"})
        request = urllib.request.Request(
            self.product.url + path, urllib.parse.urlencode(form).encode(), headers
        )
        with self._opener.open(request, timeout=10) as answer:
            return answer.read().decode()
