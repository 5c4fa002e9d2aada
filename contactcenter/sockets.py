"""Which socket answers at which address, and how many one address may have open."""

from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from channels.routing import URLRouter
from django.urls import path, re_path

from chat.consumers import StatusSocket, VisitorSocket
from contactcenter.addresses import counted_address, socket_address
from contactcenter.websocket import Socket
from conversations.consumers import AgentSocket


class UnknownSocket(Socket):
    """Any other address: closed instead of an exception in the log."""

    async def opened(self) -> None:
        await self.close(4404)


routes = URLRouter(
    [
        path("ws/agent/", AgentSocket.as_asgi()),
        path("ws/widget/<slug:key>/", VisitorSocket.as_asgi()),
        path("ws/widget/<slug:key>/status", StatusSocket.as_asgi()),
        re_path("", UnknownSocket.as_asgi()),
    ]
)

# In each web process. A large office behind one address stays below it; whoever is above talks over plain HTTP.
MOST_PER_ADDRESS = 500

_open: Counter[str] = Counter()


async def sockets(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    address = counted_address(socket_address(scope))
    if not address:
        await routes(scope, receive, send)
    elif _open[address] >= MOST_PER_ADDRESS:
        await receive()
        await send({"type": "websocket.close", "code": 4429})
    else:
        _open[address] += 1
        try:
            await routes(scope, receive, send)
        finally:
            _open[address] -= 1
            if not _open[address]:
                del _open[address]
