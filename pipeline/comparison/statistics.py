"""Means over seeds, which row is best, and which differences are noise."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Mark = Literal["best", "noise", ""]
Better = Literal["high", "low"]


@dataclass(frozen=True)
class SeedSummary:
    """A figure over seeds.

    Attributes:
        mean: over the seeds.
        std: sample standard deviation (n - 1); None of one seed.
        n: number of seeds.
    """

    mean: float
    std: float | None
    n: int


def summarise(values: Iterable[float | None]) -> SeedSummary | None:
    """Mean and standard deviation of what is known; None if nothing is."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    return SeedSummary(statistics.fmean(known), statistics.stdev(known) if len(known) > 1 else None, len(known))


def pooled_std(first: SeedSummary, second: SeedSummary) -> float | None:
    """Standard deviation within two samples together; None where each has one seed."""
    freedom = first.n + second.n - 2
    if freedom < 1:
        return None
    squares = sum((part.n - 1) * (part.std or 0.0) ** 2 for part in (first, second))
    return math.sqrt(squares / freedom)


def mark_column(column: Mapping[str, SeedSummary | None], better: Better | None) -> dict[str, Mark]:
    """Which rows of a column are best, and which differ from the best by no more than one pooled deviation.

    Nothing is marked where there is one figure, where all are equal, or where neither end is better.
    """
    known = {name: summary for name, summary in column.items() if summary}
    marks: dict[str, Mark] = dict.fromkeys(column, "")
    if better is None or len({summary.mean for summary in known.values()}) < 2:
        return marks
    best = (max if better == "high" else min)(known.values(), key=lambda summary: summary.mean)
    for name, summary in known.items():
        noise = pooled_std(summary, best)
        if summary.mean == best.mean:
            marks[name] = "best"
        elif noise is not None and abs(summary.mean - best.mean) <= noise:
            marks[name] = "noise"
    return marks
