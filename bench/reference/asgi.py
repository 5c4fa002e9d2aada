import asyncio
import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.reference.settings")

import django

django.setup()

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from channels.routing import URLRouter
from django.conf import settings
from django.db import connection, transaction
from django.urls import path
from django.utils import timezone

threads = ThreadPoolExecutor(settings.DATABASE_THREADS)


def create_tables(conversations: int) -> None:
    key = "INTEGER PRIMARY KEY" if connection.vendor == "sqlite" else "BIGSERIAL PRIMARY KEY"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE conversation (id {key}, last_seq INTEGER NOT NULL)")
        cursor.execute(
            f"CREATE TABLE message (id {key}, conversation_id BIGINT NOT NULL REFERENCES conversation (id),"
            " seq INTEGER NOT NULL, client_id VARCHAR(64) NOT NULL, text TEXT NOT NULL, created_at TIMESTAMP NOT NULL,"
            " UNIQUE (conversation_id, seq), UNIQUE (conversation_id, client_id))"
        )
        cursor.executemany("INSERT INTO conversation (last_seq) VALUES (%s)", [[0]] * conversations)


def store(conversation: int, client_id: str, text: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversation SET last_seq = last_seq + 1 WHERE id = %s RETURNING last_seq", [conversation]
        )
        seq = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO message (conversation_id, seq, client_id, text, created_at) VALUES (%s, %s, %s, %s, %s)",
            [conversation, seq, client_id, text, str(timezone.now())],
        )
    return int(seq)


class Lean(AsyncConsumer):
    group = ""

    async def dispatch(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "frame":
            await self.base_send({"type": "websocket.send", "text": message["text"]})
        elif kind == "websocket.receive":
            await self.received(json.loads(message["text"]))
        elif kind == "websocket.connect":
            await self.base_send({"type": "websocket.accept"})
            if self.group:
                await self.channel_layer.group_add(self.group, self.channel_name)
        elif kind == "websocket.disconnect":
            if self.group:
                await self.channel_layer.group_discard(self.group, self.channel_name)
            raise StopConsumer

    async def received(self, frame: dict[str, Any]) -> None:
        pass


class Visitor(Lean):
    async def received(self, frame: dict[str, Any]) -> None:
        conversation = int(self.scope["url_route"]["kwargs"]["conversation"])
        client_id, text = frame["data"]["id"], frame["data"]["text"]
        seq = await asyncio.get_running_loop().run_in_executor(threads, store, conversation, client_id, text)
        stored = {"type": "message.stored", "ref": frame["ref"], "data": {"id": client_id, "seq": seq}}
        await self.base_send({"type": "websocket.send", "text": json.dumps(stored)})
        told = {"conversation": conversation, "seq": seq, "client_id": client_id, "text": text}
        await self.channel_layer.group_send(
            "agents", {"type": "frame", "text": json.dumps({"type": "entry.added", "data": told})}
        )


class Agent(Lean):
    group = "agents"


class Idle(Lean):
    group = "idle"

    async def received(self, frame: dict[str, Any]) -> None:
        """Any frame is passed on to everybody."""
        await self.channel_layer.group_send("idle", {"type": "frame", "text": json.dumps(frame)})


class Echo(Lean):
    async def received(self, frame: dict[str, Any]) -> None:
        await self.base_send({"type": "websocket.send", "text": json.dumps(frame)})


sockets = URLRouter(
    [
        path("echo", Echo.as_asgi()),
        path("visitor/<int:conversation>", Visitor.as_asgi()),
        path("agent", Agent.as_asgi()),
        path("idle", Idle.as_asgi()),
    ]
)


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await sockets(scope, receive, send)
    elif scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
