"""What was measured, as a table; and how: ratios of rounds that alternate, so that a busy machine hits both sides."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

HEADINGS = ("what", "unit", "floor", "product", "ratio", "limit", "")


@dataclass(frozen=True)
class Figure:
    """One line of the table. `floor` is what the product is compared with: the reference, or another state of it."""

    what: str
    unit: str
    product: float
    floor: float | None = None
    ratio: float | None = None
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_over(self) -> bool:
        compared = self.product if self.ratio is None else self.ratio
        too_much = self.at_most is not None and compared > self.at_most
        return too_much or (self.at_least is not None and compared < self.at_least)

    def cells(self) -> tuple[str, ...]:
        limit = f"≤ {self.at_most:g}" if self.at_most is not None else ""
        limit = f"≥ {self.at_least:g}" if self.at_least is not None else limit
        return (
            self.what,
            self.unit,
            _readable(self.floor),
            _readable(self.product),
            f"{self.ratio:.2f}" if self.ratio is not None else "",
            limit,
            ("**over**" if self.is_over else "ok") if limit else "",
        )


def compared(
    what: str, unit: str, rounds: Iterable[tuple[float, float]], *, scale: float = 1.0, **limits: float
) -> Figure:
    """The figure of rounds (floor, product): the median of each, and the median of the rounds' own ratios."""
    rounds = list(rounds)
    return Figure(
        what,
        unit,
        floor=median(floor for floor, _ in rounds) * scale,
        product=median(product for _, product in rounds) * scale,
        ratio=median(product / floor for floor, product in rounds),
        **limits,
    )


def alternate(times: int, floor: Callable[[], Any], product: Callable[[], Any]) -> list[tuple[Any, Any]]:
    """What both gave in each of `times` rounds; who goes first alternates as well."""
    rounds = []
    for number in range(times):
        if number % 2:
            second, first = product(), floor()
        else:
            first, second = floor(), product()
        rounds.append((first, second))
    return rounds


def table(figures: Iterable[Figure]) -> str:
    """The figures as Markdown, in columns that line up in a terminal too."""
    rows = [HEADINGS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [
        "| "
        + " | ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        + " |"
        for row in rows
    ]
    rule = (
        "|"
        + "|".join("-" * (width + 1) + ("-" if column < 2 else ":") for column, width in enumerate(widths))
        + "|"
    )
    return "\n".join([lines[0], rule, *lines[1:]])


def _readable(value: float | None) -> str:
    if value is None:
        return ""
    if value >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


# --- reading a process (Linux) ------------------------------------------------------------------------------------


def cpu_seconds(*pids: int) -> float:
    """The processor time that the processes have used so far, all their threads together, ended ones too."""
    # The clock of another process's time is its number in disguise (clock_getcpuclockid); /proc counts in hundredths.
    return sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)


def memory_kib(pid: int) -> float:
    """Resident memory. What is shared with a parent counts too, so that copying a page on write changes nothing."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Rss:"):
            return float(line.split()[1])
    raise RuntimeError("no Rss")
