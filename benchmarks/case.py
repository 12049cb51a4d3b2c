"""What a benchmark is: some work of the project, and the same work done the plain way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Unit = Literal["s", "ms", "MB/s", "GB/s", "GFLOP/s", "documents/s"]


@dataclass(frozen=True)
class Work:
    """Something to time.

    Attributes:
        seconds: does it, and returns how long it took.
        amount: how much one call does: seconds of a step are seconds / steps, megabytes a second MB / seconds.
            The plain way may do less than the project and is compared by what it did.
    """

    seconds: Callable[[], float]
    amount: float = 1.0


@dataclass(frozen=True)
class Case:
    """A benchmark, prepared.

    Attributes:
        unit: of the value; those that end in ``/s`` are rates, of which more is better.
        ours: the project's work. It alone runs where peak memory or a profile is taken, so what only the
            yardstick needs is made when that is first called.
        yardstick: the plain way, or a budget in the unit.
        note: what the yardstick is, and what else the figure needs; asked for after the measurement.
        repeats: how often both are timed, in turn; medians count.
        flops: floating-point operations of one unit of ours, if its roofline is simple.
        profiler: which one sees into ours.
    """

    unit: Unit
    ours: Work
    yardstick: Work | float
    note: str | Callable[[], str]
    repeats: int = 3
    flops: float | None = None
    profiler: Literal["python", "torch"] = "python"


def timed(call: Callable[[], object]) -> Callable[[], float]:
    """Turn a call into one that returns its seconds."""

    def seconds() -> float:
        started = time.perf_counter()
        call()
        return time.perf_counter() - started

    return seconds
