"""What goes wrong, and when: a schedule that follows from its seed alone."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.live import Live
from tests.proxy import Line


@dataclass(frozen=True)
class Fault:
    name: str
    at: float  # seconds after the beginning

    def __str__(self) -> str:
        return f"{self.at:5.1f}s {self.name}"


class Faults:
    """The faults that this deployment can suffer. Each is over when its function returns, as far as the servers go;
    the product comes back by itself."""

    def __init__(self, live: Live, line: Line) -> None:
        self.live, self.line = live, line
        self.kinds: dict[str, Callable[[], object]] = {
            "the line is cut": line.cut,
            "the line holds everything back": self.hold,
            "the line is away": self.go_away,
            "kill -9 web": lambda: live.kill("web"),
            "half a minute is skipped": lambda: live.clock.move(seconds=31),
        }
        if live.redis:
            self.kinds |= {
                "kill -9 worker": lambda: live.kill("worker"),
                "kill -9 beat": lambda: live.kill("beat"),
                "kill -9 redis": self.kill_redis,
                "flush redis": live.redis.flush,
            }
        if live.postgres:
            self.kinds |= {"restart postgres": live.postgres.restart, "kill -9 postgres": self.kill_postgres}

    def start_what_has_ended(self) -> list[str]:
        """As `restart: unless-stopped` in docker-compose.yml does. Celery's worker gives up when Redis dies at certain
        moments; the names of those that had ended come back, so that a run says it."""
        ended = [name for name, program in self.live._programs.items() if program.poll() is not None]
        for name in ended:
            self.live._spawn(name)
        return ended

    def schedule(self, seed: int, seconds: float) -> list[Fault]:
        """Every kind once before any comes twice, in any order, a little apart."""
        chance = random.Random(f"faults {seed}")
        kinds = sorted(self.kinds)
        planned: list[Fault] = []
        at = chance.uniform(1.0, 2.0)
        while at < seconds:
            if not kinds:
                kinds = sorted(self.kinds)
            planned.append(Fault(kinds.pop(chance.randrange(len(kinds))), round(at, 2)))
            at += chance.uniform(0.8, 2.4)
        return planned

    def hold(self) -> None:
        self.line.hold()
        time.sleep(1.0)
        self.line.let_go()

    def go_away(self) -> None:
        self.line.go_away()
        time.sleep(1.0)
        self.line.come_back()

    def kill_redis(self) -> None:
        assert self.live.redis
        self.live.redis.kill()
        time.sleep(1.0)
        self.live.redis.start()

    def kill_postgres(self) -> None:
        assert self.live.postgres
        self.live.postgres.kill()
        self.live.postgres.start()
