"""Keeps the figures in docs/benchmarks.md, between markers."""

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure, table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def keep(results: dict[str, list[Figure]]) -> None:
    """Replace the tables of the benchmarks that were run; the others stay as they are."""
    text = PAGE.read_text()
    for name, figures in results.items():
        begin, end = f"<!-- bench {name} -->", f"<!-- end {name} -->"
        block = f"{begin}\n{table(figures)}\n\n{machine()}\n{end}"
        text, found = re.subn(
            f"{re.escape(begin)}.*?{re.escape(end)}", lambda _, b=block: b, text, flags=re.DOTALL
        )  # type: ignore[misc]
        if not found:
            raise RuntimeError(f"{PAGE} has no place for {name}")
    PAGE.write_text(text)


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
