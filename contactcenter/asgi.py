"""The server's entrance: sockets on the event loop, pages on a bounded pool of threads, in one process.

Django's own ASGI handler gives each request a thread of its own, and so a database connection of its own; measured in
docs/benchmarks.md against what is done here.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")

# Django has to be set up before anything else of the product is imported.
from contactcenter.wsgi import application as wsgi_application  # isort: split

from django.conf import settings

from contactcenter.database import close_threads
from contactcenter.pages import PagePool
from contactcenter.realtime import hub
from contactcenter.sockets import sockets

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

pages = PagePool(wsgi_application, threads=settings.PAGE_THREADS)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await pages(scope, receive, send)
    elif scope["type"] == "websocket":
        await sockets(scope, receive, send)
    elif scope["type"] == "lifespan":
        await lifespan(receive, send)


async def lifespan(receive: Receive, send: Send) -> None:
    """What the process owns begins and ends here."""
    await receive()
    sockets_hub = hub()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await sockets_hub.stop()
    # Django closes no connection on an event loop.
    await asyncio.to_thread(close_threads)
    await send({"type": "lifespan.shutdown.complete"})
