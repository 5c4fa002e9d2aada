"""Pages for thirty at once, on PostgreSQL: the product's bounded pool of threads beside Django's own ASGI handler."""

import asyncio
import itertools
import time
from dataclasses import dataclass

import aiohttp
import psycopg2

from bench.deployments import Deployment, Server, start_asgi, start_product
from bench.figures import Figure, compared, percentile

CLIENTS = 30
ROUNDS, SECONDS = 5, 4.0
CONVERSATIONS = 2_000
OPEN = CONVERSATIONS - 40

_COUNTERS, _LIST = "/conversations/counters/", "/conversations/list/?tab=mine"
# What open workspaces ask for: now and then the whole page, and with every event the pieces of it that changed.
IN_USE = [
    "/?tab=mine",
    *[_COUNTERS, _LIST] * 2,
    f"/conversations/{OPEN}/header/",
    *[_COUNTERS, _LIST] * 2,
    f"/conversations/{OPEN}/entries/?after=3",
]
LIMITED = {"workspaces in use": IN_USE, "the top bar's counters": [_COUNTERS]}
# Drawing these takes Django ten times as long as anything that a handler may do about it.
WHOLE = {"the whole workspace": ["/?tab=mine"], "the history": ["/history/"]}


@dataclass
class Visits:
    rate: float
    cpu: float
    p50: float
    connections: int


class Side:
    """A server, and what thirty clients see of it."""

    def __init__(self, server: Server, session: str, database_url: str, name: str) -> None:
        self.server, self.name, self._database_url = server, name, database_url
        self._headers = {"Cookie": f"sessionid={session}"}

    async def visit(self, paths: list[str]) -> Visits:
        taken: list[float] = []
        until = time.perf_counter() + SECONDS
        cpu = self.server.cpu()

        async def one(client: aiohttp.ClientSession, number: int) -> None:
            ahead = itertools.cycle(paths)
            for _ in range(number):
                next(ahead)
            while (now := time.perf_counter()) < until:
                path = next(ahead)
                async with client.get(
                    f"http://127.0.0.1:{self.server.port}{path}", headers=self._headers
                ) as response:
                    await response.read()
                    if response.status != 200:
                        raise RuntimeError(f"{self.name} answered {response.status}")
                taken.append(time.perf_counter() - now)

        most = asyncio.create_task(self._most_connections(until))
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CLIENTS)) as client:
            await asyncio.gather(*(one(client, number) for number in range(CLIENTS)))
        return Visits(
            len(taken) / SECONDS, (self.server.cpu() - cpu) / len(taken), percentile(taken, 0.5), await most
        )

    async def _most_connections(self, until: float) -> int:
        """The most connections to the database that this server had at any of the moments looked at."""

        def look() -> int:
            most = 0
            connection = psycopg2.connect(self._database_url)
            connection.autocommit = True
            with connection.cursor() as cursor:
                while time.perf_counter() < until:
                    cursor.execute(
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [self.name]
                    )
                    most = max(most, cursor.fetchone()[0])
                    time.sleep(0.1)
            connection.close()
            return most

        return await asyncio.to_thread(look)


async def measure(deployment: Deployment) -> list[Figure]:
    database_url = deployment.new_database()
    with deployment.inside(database_url) as inside:
        session = inside.call("filling.fill", conversations=CONVERSATIONS)
    environment = deployment.environment(f"{database_url}?application_name=stock")
    with (
        start_product(deployment, f"{database_url}?application_name=product") as product_server,
        start_asgi("bench.stock:application", environment) as stock_server,
    ):
        stock = Side(stock_server, session, database_url, "stock")
        product = Side(product_server, session, database_url, "product")
        figures: list[Figure] = []
        for page, paths in (LIMITED | WHOLE).items():
            figures += await _compare(page, paths, stock, product)
    return figures


async def _compare(page: str, paths: list[str], stock: Side, product: Side) -> list[Figure]:
    for side in (stock, product):
        await side.visit(paths)  # not counted
    rounds = []
    for number in range(ROUNDS):
        order = (product, stock) if number % 2 else (stock, product)
        visits = {side.name: await side.visit(paths) for side in order}
        rounds.append((visits["stock"], visits["product"]))
    name = f"{page}, {CLIENTS} clients"
    most = [max(first.connections for first, _ in rounds), max(second.connections for _, second in rounds)]
    limits = {"at_least": 1.5} if page in LIMITED else {}
    return [
        compared(f"{name}: answers", "answers/s", [(a.rate, b.rate) for a, b in rounds], **limits),
        compared(f"{name}: median", "ms", [(a.p50, b.p50) for a, b in rounds], scale=1e3),
        compared(f"{name}: server's processor time", "ms", [(a.cpu, b.cpu) for a, b in rounds], scale=1e3),
        Figure(
            f"{name}: database connections, at most", "", most[1], most[0], most[1] / most[0], at_most=1.0
        ),
    ]
