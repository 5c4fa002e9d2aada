"""The product's pages as Django's own ASGI handler answers them: a thread and a connection for each request."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.stock_settings"

from django.core.asgi import get_asgi_application

pages = get_asgi_application()


async def application(scope, receive, send):
    if scope["type"] == "http":
        await pages(scope, receive, send)
    elif scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
