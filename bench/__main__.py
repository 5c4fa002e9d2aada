"""`python -m bench [names…]`: measures, prints a table for each benchmark as it ends, and keeps it in
docs/benchmarks.md. Ends with 1 when a figure is over its limit."""

import argparse
import asyncio
import importlib
import sys
import time
from collections.abc import Awaitable, Callable

import uvloop

from bench import report
from bench.deployments import Deployment, allow_many_sockets, remove_collected
from bench.figures import Figure, table

# What can be measured, and on which deployments (deployed or not).
BENCHMARKS = {
    "messages": (False, True),
    "widget": (False, True),
    "idle": (False, True),
    "status": (False, True),
    "offers": (False, True),
    "pages": (False, True),
    "contacts": (False, True),
    "imports": (False, True),
    "throughput": (True,),
}


async def measure(name: str) -> list[Figure]:
    benchmark: Callable[[Deployment], Awaitable[list[Figure]]]
    benchmark = importlib.import_module(f"bench.{name}").measure
    figures: list[Figure] = []
    for deployed in BENCHMARKS[name]:
        with Deployment(deployed=deployed) as deployment:
            began_at = time.monotonic()
            figures += await benchmark(deployment)
            print(f"{name}, {deployment.name}: {time.monotonic() - began_at:.0f} s", file=sys.stderr)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHMARKS)}; default: all")
    parser.add_argument("--dry", action="store_true", help="leave docs/benchmarks.md as it is")
    arguments = parser.parse_args()
    names = arguments.names or list(BENCHMARKS)
    if unknown := set(names) - set(BENCHMARKS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    allow_many_sockets()
    is_over = False
    try:
        for name in names:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                figures = runner.run(measure(name))
            print(table(figures), flush=True)
            if not arguments.dry:
                report.keep(name, figures)
            is_over = is_over or any(figure.is_over for figure in figures)
    finally:
        remove_collected()
    sys.exit(is_over)


if __name__ == "__main__":
    main()
