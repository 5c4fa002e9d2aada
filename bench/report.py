"""Keeps the figures in docs/benchmarks.md, between markers."""

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure, table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def keep(name: str, figures: list[Figure]) -> None:
    """Put the table of a benchmark in the place of the one before."""
    text = PAGE.read_text()
    begin, end = f"<!-- bench {name} -->", f"<!-- end {name} -->"
    before, begins, rest = text.partition(begin)
    _, ends, after = rest.partition(end)
    if not (begins and ends):
        raise RuntimeError(f"{PAGE} has no place for {name}")
    PAGE.write_text(f"{before}{begin}\n{table(figures)}\n\n{machine()}\n{end}{after}")


def machine() -> str:
    """When and on what it was measured."""
    model = "unknown processor"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists() and (found := re.search(r"model name\s*:\s*(.+)", cpuinfo.read_text())):
        model = found[1]
    load = os.getloadavg()[0]
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} × {model}, {platform.system()},"
        f" Python {platform.python_version()}; load {load:.1f} at the end."
    )
