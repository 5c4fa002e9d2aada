"""A stranger's first message: until it is stored and acknowledged, and until an agent's screen rings."""

import asyncio
import time

from bench.deployments import Deployment, start_product
from bench.figures import Figure
from bench.inside import COMPANY_KEY
from bench.messages import TEXTS, open_workspace
from bench.sockets import connect

STRANGERS = 30


async def measure(deployment: Deployment) -> list[Figure]:
    database_url = deployment.new_database()
    acknowledged, rung = [], []
    with deployment.inside(database_url) as inside:
        session = inside.call("people.open_company")
        with start_product(deployment, database_url) as server:
            agent = await open_workspace(server, session)
            for number in range(STRANGERS):
                visitor = await connect(server.port, f"/ws/widget/{COMPANY_KEY}/")
                visitor.send("hello", {"token": None, "after": None, "lang": "pl"}, ref="h")
                await visitor.next("welcome")
                began_at = time.perf_counter()
                visitor.send(
                    "message.send", {"id": f"first-{number:08}", "text": TEXTS[number % len(TEXTS)]}, "m"
                )

                async def seconds_until(socket, kind, began_at=began_at):
                    await socket.next(kind)
                    return time.perf_counter() - began_at

                stored, heard = await asyncio.gather(
                    seconds_until(visitor, "message.stored"), seconds_until(agent, "offer.made")
                )
                acknowledged.append(stored)
                rung.append(heard)
                visitor.close()
                await asyncio.to_thread(inside.call, "people.ignore_waiting")
            agent.close()
    name = f"first message, {deployment.name}"
    return [
        Figure(f"{name}: stored and acknowledged, median", "ms", _median(acknowledged)),
        Figure(f"{name}: an agent's screen rings, median", "ms", _median(rung)),
    ]


def _median(seconds: list[float]) -> float:
    ordered = sorted(seconds)
    return ordered[len(ordered) // 2] * 1e3
