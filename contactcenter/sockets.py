"""Which socket answers at which address, and who may open it."""

from channels.routing import URLRouter
from django.urls import path, re_path

from chat.consumers import StatusSocket, VisitorSocket
from contactcenter.websocket import Socket
from conversations.consumers import AgentSocket


class UnknownSocket(Socket):
    """Any other address: closed instead of an exception in the log."""

    async def opened(self) -> None:
        await self.close(4404)


sockets = URLRouter(
    [
        path("ws/agent/", AgentSocket.as_asgi()),
        path("ws/widget/<slug:key>/", VisitorSocket.as_asgi()),
        path("ws/widget/<slug:key>/status", StatusSocket.as_asgi()),
        re_path("", UnknownSocket.as_asgi()),
    ]
)
