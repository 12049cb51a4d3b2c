"""Work over several processes, with results that do not depend on how many."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from pipeline.common.errors import TryAgainError
from pipeline.common.progress import track

START_SECONDS = 3.0  # a further process must have this much work, or starting it costs more than it saves

Item = TypeVar("Item")
Result = TypeVar("Result")

log = logging.getLogger(__name__)


def map_in_order(
    work: Callable[[Item], Result], items: Sequence[Item], what: str, processes: int | None = None
) -> list[Result]:
    """Apply ``work`` to every item; the first is timed here to see how many processes the rest is worth.

    Args:
        work: picklable, so that other processes can have it.
        items: of about the same size, picklable too.
        what: names the work in the log.
        processes: how many to use; by default as many as are worth it.

    Returns:
        The results in the order of the items.

    Raises:
        TryAgainError: a process was killed.
    """
    if not items:
        return []
    started = time.perf_counter()
    results = [work(items[0])]
    seconds = (time.perf_counter() - started) * (len(items) - 1)
    processes = processes or worth_starting(seconds)
    if seconds >= START_SECONDS:
        log.info("%s: about %.0f s in %d processes", what, seconds / processes, processes)
    results += track(_rest(work, items[1:], what, processes), what, len(items) - 1)
    return results


def worth_starting(seconds: float) -> int:
    """How many processes share ``seconds`` of work best on this machine."""
    return max(1, min(os.cpu_count() or 1, int(seconds / START_SECONDS)))


def _rest(work: Callable[[Item], Result], items: Sequence[Item], what: str, processes: int) -> Iterator[Result]:
    if processes == 1 or not items:
        yield from map(work, items)
        return
    try:
        # Spawned, not forked: polars and torch have threads, whose locks a fork would copy as they stand.
        with ProcessPoolExecutor(min(processes, len(items)), mp_context=get_context("spawn")) as pool:
            yield from pool.map(work, items)
    except BrokenProcessPool as error:
        raise TryAgainError(
            f"{what}: one of {processes} processes was killed, most often for want of memory. "
            "Free some memory and run again; finished stages are kept."
        ) from error
