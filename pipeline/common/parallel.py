"""Work over several processes, with results that do not depend on how many."""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from pipeline.common.errors import TryAgainError
from pipeline.common.progress import track

START_SECONDS = 3.0  # a further process must have this much work, or starting it costs more than it saves
AHEAD = 2  # items that every other process has before it, so that it never waits for this one

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
        processes: how many to use, this one counted; by default as many as are worth it.

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
    """How many processes share ``seconds`` of work best, of those that this one may start."""
    return max(1, min(processes_allowed(), int(seconds / START_SECONDS)))


def processes_allowed() -> int:
    """How many processes may work at once: one for each core, where neither a container nor the user grants fewer.

    A container's quota and the cores that a process is bound to count; ``PIPELINE_THREADS``, where it is set, is the
    user's word for how much of the machine a run may take.
    """
    from joblib import cpu_count  # knows quotas of containers, which os.cpu_count does not; slow to load

    asked = os.environ.get("PIPELINE_THREADS")
    return max(1, min(cpu_count(), int(asked)) if asked else cpu_count())


def _rest(work: Callable[[Item], Result], items: Sequence[Item], what: str, processes: int) -> Iterator[Result]:
    if processes == 1 or not items:
        yield from map(work, items)
        return
    others = min(processes - 1, len(items))
    try:
        # Spawned, not forked: polars and torch have threads, whose locks a fork would copy as they stand.
        with ProcessPoolExecutor(others, mp_context=get_context("spawn")) as pool:
            yield from _shared(work, items, pool, AHEAD * others)
    except BrokenProcessPool as error:
        raise TryAgainError(
            f"{what}: one of {processes} processes was killed, most often for want of memory. "
            "Free some memory and run again; finished stages are kept."
        ) from error


def _shared(work: Callable[[Item], Result], items: Sequence[Item], pool: Executor, ahead: int) -> Iterator[Result]:
    """Results in order; this process works along with the pool's, and has nothing to load first."""
    results: deque[Future[Result]] = deque()
    for item in items:
        busy = sum(not result.done() for result in results) >= ahead
        results.append(_done(work(item)) if busy else pool.submit(work, item))
        while results and results[0].done():
            yield results.popleft().result()
    for result in results:
        yield result.result()


def _done(value: Result) -> Future[Result]:
    future: Future[Result] = Future()
    future.set_result(value)
    return future
