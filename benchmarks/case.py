"""A benchmark: some work of the project, and the same work done in a plain way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Unit = Literal["s", "ms", "MB/s", "GB/s", "GFLOP/s", "documents/s"]


@dataclass(frozen=True)
class Work:
    """Work to time.

    Attributes:
        seconds: does the work, and returns the seconds that it took.
        amount: amount of work in one call. Seconds per step are seconds / steps, megabytes per second MB / seconds.
            The plain way may do less than the project; it is compared by its own amount.
    """

    seconds: Callable[[], float]
    amount: float = 1.0


@dataclass(frozen=True)
class Case:
    """A prepared benchmark.

    Attributes:
        unit: unit of the value. Units that end in ``/s`` are rates, so more is better.
        ours: the project's work. For peak memory or a profile only this runs, so everything that only the yardstick
            needs is made at the first call of the yardstick.
        yardstick: the plain way, or a budget in the unit.
        note: what the yardstick is, and other remarks about the figure; it is read after the measurement.
        repeats: how often both are timed, in turn; the results are medians.
        flops: floating-point operations of one unit of the project's work, if its roofline is simple.
        profiler: the profiler that can look into the project's work.
    """

    unit: Unit
    ours: Work
    yardstick: Work | float
    note: str | Callable[[], str]
    repeats: int = 3
    flops: float | None = None
    profiler: Literal["python", "torch"] = "python"


def timed(call: Callable[[], object]) -> Callable[[], float]:
    """Turn a call into a call that returns its seconds."""

    def seconds() -> float:
        started = time.perf_counter()
        call()
        return time.perf_counter() - started

    return seconds
