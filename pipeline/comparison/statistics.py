"""Means over seeds, the best row of a column, and the differences that are only noise."""

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
    """A figure summarised over seeds.

    Attributes:
        mean: mean over the seeds.
        std: sample standard deviation (n - 1); None for one seed.
        n: number of seeds.
    """

    mean: float
    std: float | None
    n: int


def summarise(values: Iterable[float | None]) -> SeedSummary | None:
    """Mean and standard deviation of the known values; None if no value is known."""
    known_values = [value for value in values if value is not None]
    if not known_values:
        return None
    return SeedSummary(
        statistics.fmean(known_values),
        statistics.stdev(known_values) if len(known_values) > 1 else None,
        len(known_values),
    )


def pooled_std(first: SeedSummary, second: SeedSummary) -> float | None:
    """Pooled standard deviation within two samples; None if each has only one seed."""
    freedom = first.n + second.n - 2
    if freedom < 1:
        return None
    squares = sum((part.n - 1) * (part.std or 0.0) ** 2 for part in (first, second))
    return math.sqrt(squares / freedom)


def mark_column(column: Mapping[str, SeedSummary | None], better: Better | None) -> dict[str, Mark]:
    """Which rows of a column are best, and which differ from the best by no more than one pooled deviation.

    Nothing is marked if there is only one figure, if all are equal, or if neither high nor low is better.
    """
    summaries = {name: summary for name, summary in column.items() if summary}
    marks: dict[str, Mark] = dict.fromkeys(column, "")
    if better is None or len({summary.mean for summary in summaries.values()}) < 2:
        return marks
    best = (max if better == "high" else min)(summaries.values(), key=lambda summary: summary.mean)
    for name, summary in summaries.items():
        noise = pooled_std(summary, best)
        if summary.mean == best.mean:
            marks[name] = "best"
        elif noise is not None and abs(summary.mean - best.mean) <= noise:
            marks[name] = "noise"
    return marks
