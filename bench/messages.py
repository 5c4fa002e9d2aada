"""The message path: a visitor's word is stored, acknowledged, and heard by the agent."""

import asyncio
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any

from bench.deployments import Deployment, Server, start_product, start_reference
from bench.figures import Figure, compared, percentile
from bench.inside import COMPANY_KEY
from bench.sockets import ClientSocket, connect

TEAMS, VISITORS = (
    4,
    50,
)  # teams take turns, so that nobody meets the product's limit of 20 messages in 10 seconds
MESSAGES = 18
REFILL = 10.0
BURSTS = 9
STEADY_ROUNDS, STEADY_SECONDS, STEADY_RATE = 7, 5.0, 100

TEXTS = [
    "Dzień dobry, chciałabym zapytać o czajnik z serii Nordic — czy będzie jeszcze w kolorze zielonym?",
    "Hi! My order 10482 has not arrived yet, the tracking page says it left on Tuesday.",
    "Tak, proszę o fakturę na firmę.",
    "Can I still change the delivery address? I will not be at home this week.",
    "Dziękuję, to wszystko!",
]


@dataclass
class Message:
    sent_at: float
    waits_for: int = 2  # the acknowledgement, and the agent
    complete: asyncio.Future[float] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Chat:
    """Both ends of a server's conversations."""

    def __init__(self, server: Server, visitors: list[ClientSocket], agent: ClientSocket) -> None:
        self.server, self.visitors, self.agent = server, visitors, agent
        self._messages: dict[str, Message] = {}
        self._acknowledged: dict[str, asyncio.Future[None]] = {}
        self._numbers = itertools.count()
        self._rested_at = [0.0] * TEAMS
        self._turn = 0
        agent.listen(self._agent_hears)
        for visitor in visitors:
            visitor.listen(self._visitor_hears)

    def _agent_hears(self, text: str) -> None:
        frame = json.loads(text)
        if frame["type"] == "entry.added":
            self._arrived(frame["data"]["client_id"])

    def _visitor_hears(self, text: str) -> None:
        # Cheaper than taking every frame apart: the product's visitors also hear their own entry.
        if not text.startswith('{"type":"entry"'):
            frame = json.loads(text)
            if frame["type"] == "message.stored":
                client_id = frame["data"]["id"]
                self._acknowledged.pop(client_id).set_result(None)
                self._arrived(client_id)
            elif frame["type"] == "error":
                raise RuntimeError(text)

    def _arrived(self, client_id: str) -> None:
        message = self._messages[client_id]
        message.waits_for -= 1
        if not message.waits_for:
            del self._messages[client_id]
            message.complete.set_result(time.perf_counter() - message.sent_at)

    def _send(self, visitor: ClientSocket) -> tuple[asyncio.Future[None], asyncio.Future[float]]:
        number = next(self._numbers)
        client_id = f"message-{number}"
        message = self._messages[client_id] = Message(time.perf_counter())
        acknowledged = self._acknowledged[client_id] = asyncio.get_running_loop().create_future()
        visitor.send("message.send", {"id": client_id, "text": TEXTS[number % len(TEXTS)]}, ref="m")
        return acknowledged, message.complete

    async def burst(self) -> dict[str, float]:
        """One team writes as fast as it is acknowledged: processor time a message, and messages a second."""
        team = self._turn
        self._turn = (team + 1) % TEAMS
        await asyncio.sleep(max(self._rested_at[team] - time.monotonic(), 0))
        started_at, cpu = time.perf_counter(), self.server.cpu()
        async with asyncio.timeout(60):
            members = self.visitors[team * VISITORS : (team + 1) * VISITORS]
            complete = await asyncio.gather(*(self._talk(visitor) for visitor in members))
            await asyncio.gather(*itertools.chain(*complete))
        seconds, cpu = time.perf_counter() - started_at, self.server.cpu() - cpu
        self._rested_at[team] = time.monotonic() + REFILL
        return {"cpu": cpu / (VISITORS * MESSAGES), "rate": VISITORS * MESSAGES / seconds}

    async def _talk(self, visitor: ClientSocket) -> list[asyncio.Future[float]]:
        complete = []
        for _ in range(MESSAGES):
            acknowledged, done = self._send(visitor)
            complete.append(done)
            await acknowledged
        return complete

    async def steady(self) -> list[float]:
        """Everybody in turn, so many messages a second: the latencies, in order of sending."""
        complete = []
        started_at = time.perf_counter()
        for number in range(int(STEADY_SECONDS * STEADY_RATE)):
            wait = started_at + number / STEADY_RATE - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            complete.append(self._send(self.visitors[number % len(self.visitors)])[1])
        async with asyncio.timeout(30):
            return list(await asyncio.gather(*complete))


async def open_product_chat(server: Server, session: str, tokens: list[str]) -> Chat:
    visitors = []
    for token in tokens:
        visitor = await connect(server.port, f"/ws/widget/{COMPANY_KEY}/")
        visitor.send("hello", {"token": token, "after": None, "lang": "pl"}, ref="h")
        visitors.append(visitor)
    for visitor in visitors:
        await visitor.next("welcome")
    return Chat(server, visitors, await open_workspace(server, session))


async def open_workspace(server: Server, session: str) -> ClientSocket:
    """An agent's socket that has given its sign of life."""
    headers = {"Cookie": f"sessionid={session}", "Origin": f"http://127.0.0.1:{server.port}"}
    agent = await connect(server.port, "/ws/agent/", headers)
    agent.send("heartbeat", {"device": "device-of-the-bench", "conversation": None}, ref="b")
    await agent.next("heartbeat")
    return agent


async def open_reference_chat(server: Server) -> Chat:
    agent = await connect(server.port, "/agent")
    visitors = [await connect(server.port, f"/visitor/{number}") for number in range(1, TEAMS * VISITORS + 1)]
    return Chat(server, visitors, agent)


async def _keep_beating(agent: ClientSocket) -> None:
    while True:
        await asyncio.sleep(10)
        agent.send("heartbeat", {"device": "device-of-the-bench", "conversation": None})


async def measure(deployment: Deployment) -> list[Figure]:
    database_url = deployment.new_database()
    with deployment.inside(database_url) as inside:
        session = inside.call("people.open_company")
        tokens = inside.call("people.warm_visitors", count=TEAMS * VISITORS)
    with (
        start_product(deployment, database_url) as product_server,
        start_reference(deployment, conversations=TEAMS * VISITORS) as reference_server,
    ):
        product = await open_product_chat(product_server, session, tokens)
        reference = await open_reference_chat(reference_server)
        beating = asyncio.create_task(_keep_beating(product.agent))
        for chat in (reference, product):
            await chat.burst()  # not counted: imports, connections, caches
        bursts = await _alternate(BURSTS, lambda chat: chat.burst(), reference, product)
        steady = await _alternate(STEADY_ROUNDS, lambda chat: chat.steady(), reference, product)
        others = await _cpu_of_servers(deployment, reference, product)
        beating.cancel()
        for chat in (reference, product):
            for socket in (*chat.visitors, chat.agent):
                socket.close()

    def of(name: str) -> list[tuple[float, float]]:
        return [(first[name], second[name]) for first, second in bursts]

    def latencies(part: float) -> list[tuple[float, float]]:
        return [(percentile(first, part), percentile(second, part)) for first, second in steady]

    name = f"message, {deployment.name}"
    figures = [
        compared(f"{name}: server's processor time", "µs", of("cpu"), scale=1e6, at_most=1.5),
        compared(f"{name}: {VISITORS} visitors at once", "messages/s", of("rate")),
        compared(f"{name}: median at {STEADY_RATE}/s", "ms", latencies(0.5), scale=1e3),
        compared(f"{name}: p99 at {STEADY_RATE}/s", "ms", latencies(0.99), scale=1e3, at_most=2),
    ]
    if others:
        figures.append(compared(f"{name}: PostgreSQL's and Redis's processor time", "µs", others, scale=1e6))
    return figures


async def _alternate(times: int, act: Any, reference: Chat, product: Chat) -> list[tuple[Any, Any]]:
    rounds = []
    for number in range(times):
        order = (product, reference) if number % 2 else (reference, product)
        results = {id(chat): await act(chat) for chat in order}
        rounds.append((results[id(reference)], results[id(product)]))
    return rounds


async def _cpu_of_servers(
    deployment: Deployment, reference: Chat, product: Chat
) -> list[tuple[float, float]]:
    """Processor time of the database and the message bus for each message."""
    if not deployment.postgres:
        return []

    async def burst(chat: Chat) -> float:
        before = deployment.servers_cpu()
        await chat.burst()
        return (deployment.servers_cpu() - before) / (VISITORS * MESSAGES)

    return await _alternate(4, burst, reference, product)
