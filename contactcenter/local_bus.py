"""The message bus of an installation that is one process: a Channels layer without a server.

Channels' own in-memory layer looks through every group and channel for expired ones at each message, so that a message
costs more the more visitors are there, and drops what does not fit into its queues. Here a message for a group is one
look into a dictionary: only the hub listens (contactcenter/realtime.py), and it never waits for anybody.
"""

import asyncio
import secrets
from typing import Any

from channels.layers import BaseChannelLayer


class LocalBus(BaseChannelLayer):
    extensions = ["groups"]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._queues: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self._groups: dict[str, set[str]] = {}

    async def new_channel(self, prefix: str = "hub") -> str:
        channel = f"{prefix}.local!{secrets.token_hex(8)}"
        self._queues[channel] = asyncio.Queue()
        return channel

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        if channel in self._queues:
            self._queues[channel].put_nowait(message)

    async def receive(self, channel: str) -> dict[str, Any]:
        return await self._queues[channel].get()

    async def group_add(self, group: str, channel: str) -> None:
        self._groups.setdefault(group, set()).add(channel)

    async def group_discard(self, group: str, channel: str) -> None:
        members = self._groups.get(group, set())
        members.discard(channel)
        if not members:
            self._groups.pop(group, None)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        for channel in self._groups.get(group, ()):
            self._queues[channel].put_nowait(message)
