"""2 000 idle visitors: what each costs in memory, and how soon all of them know that an agent came or went."""

import asyncio
import json
import time
import urllib.parse
import urllib.request
from collections.abc import Awaitable, Callable

from bench.deployments import Deployment, Server, start_product, start_reference
from bench.figures import Figure, compared, memory_kib
from bench.inside import COMPANY_KEY
from bench.messages import open_workspace
from bench.sockets import ClientSocket, connect_many

VISITORS = 2000
# Opened before counting: imports, caches and the first connections are not what an idle visitor costs.
WARM = 100
ROUNDS = 3
CHANGES = 6

LAUNCHER = f"/ws/widget/{COMPANY_KEY}/status"
PANEL = f"/ws/widget/{COMPANY_KEY}/"


class Crowd:
    """Idle sockets, which count what they hear."""

    def __init__(self, sockets: list[ClientSocket]) -> None:
        self._sockets = sockets
        self._missing = 0
        self._all_heard: asyncio.Future[None] | None = None
        for socket in sockets:
            socket.listen(self._hear)

    def _hear(self, text: str) -> None:
        if self._all_heard is None or json.loads(text)["type"] != self._kind:
            return
        self._missing -= 1
        if not self._missing:
            self._all_heard.set_result(None)

    async def all_hear(self, kind: str, act: Callable[[], Awaitable[None]]) -> float:
        """Seconds from `act` until every one of them has heard a frame of this type."""
        self._kind, self._missing = kind, len(self._sockets)
        self._all_heard = asyncio.get_running_loop().create_future()
        began_at = time.perf_counter()
        await act()
        async with asyncio.timeout(30):
            await self._all_heard
        return time.perf_counter() - began_at


async def memory_of_sockets(
    server: Server, path: str, *, hello: bool = False
) -> tuple[float, list[ClientSocket]]:
    """KiB for each of the 2 000, and the sockets."""
    sockets = await open_idle(server, path, WARM, hello=hello)
    await _settle()
    before = memory_kib(server.pid)
    sockets += await open_idle(server, path, VISITORS, hello=hello)
    await _settle()
    return (memory_kib(server.pid) - before) / VISITORS, sockets


async def open_idle(server: Server, path: str, count: int, *, hello: bool = False) -> list[ClientSocket]:
    sockets = await connect_many(server.port, [path] * count)
    if hello:
        for socket in sockets:
            socket.send("hello", {"token": None, "after": None, "lang": "en"}, ref="h")
    if path != "/idle":
        answers = "welcome" if hello else "availability"
        await asyncio.gather(*(socket.next(answers, 60) for socket in sockets))
    return sockets


async def _settle() -> None:
    await asyncio.sleep(1.0)


async def measure(deployment: Deployment) -> list[Figure]:
    database_url = deployment.new_database()
    with deployment.inside(database_url) as inside:
        session = inside.call("people.open_company")
    launchers: list[tuple[float, float]] = []
    panels: list[tuple[float, float]] = []
    spreads: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        with start_reference(deployment) as reference, start_product(deployment, database_url) as product:
            floor, idle = await memory_of_sockets(reference, "/idle")
            memory, sockets = await memory_of_sockets(product, LAUNCHER)
            launchers.append((floor, memory))
            spreads += await spread(reference, idle, product, sockets, session)
            for socket in idle + sockets:
                socket.close()
        with start_product(deployment, database_url) as product:
            memory, sockets = await memory_of_sockets(product, PANEL, hello=True)
            panels.append((floor, memory))
            for socket in sockets:
                socket.close()
    name = f"idle, {deployment.name}"
    return [
        compared(f"{name}: memory of a launcher's socket", "KiB", launchers, at_most=1.3),
        compared(f"{name}: memory of an open panel's socket", "KiB", panels, at_most=1.3),
        compared(f"{name}: a change of status has reached all {VISITORS + WARM}", "ms", spreads, scale=1e3),
    ]


async def spread(
    reference: Server, idle: list[ClientSocket], product: Server, sockets: list[ClientSocket], session: str
) -> list[tuple[float, float]]:
    """One group_send to all, beside an agent's change of status by the workspace's menu, from the request on."""
    bare, crowd = Crowd(idle), Crowd(sockets)
    agent = await open_workspace(product, session)

    async def send_to_all() -> None:
        idle[0].send("news", {"online": True, "agents": [{"name": "Ewa", "avatar": None}]})

    async def change_status() -> None:
        await asyncio.to_thread(_post_status, product.port, session, statuses[0])

    statuses = ["break", "online"]
    rounds = []
    for _ in range(CHANGES):
        first = await bare.all_hear("news", send_to_all)
        second = await crowd.all_hear("availability", change_status)
        rounds.append((first, second))
        statuses.reverse()
    agent.close()
    return rounds[1:]


def _post_status(port: int, session: str, status: str) -> None:
    token = "a" * 32
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/status/",
        data=urllib.parse.urlencode({"status": status}).encode(),
        headers={
            "Cookie": f"sessionid={session}; csrftoken={token}",
            "X-CSRFToken": token,
            "HX-Request": "true",
            "Origin": f"http://127.0.0.1:{port}",
        },
    )
    urllib.request.urlopen(request, timeout=30).close()
