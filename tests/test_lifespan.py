"""The beginning and the end of a web process."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from agents.models import Company
from contactcenter.asgi import application
from contactcenter.database import in_database


@pytest.mark.django_db(transaction=True)
def test_a_process_that_has_asked_the_database_ends_in_order() -> None:
    said: list[str] = []

    async def live_and_end() -> None:
        orders = iter(["lifespan.startup", "lifespan.shutdown"])

        async def receive() -> MutableMapping[str, Any]:
            order = next(orders)
            if order == "lifespan.shutdown":
                await in_database(Company.objects.count)
            return {"type": order}

        async def send(message: MutableMapping[str, Any]) -> None:
            said.append(message["type"])

        await application({"type": "lifespan"}, receive, send)

    asyncio.run(live_and_end())
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
