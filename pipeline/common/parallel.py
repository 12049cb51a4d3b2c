"""Work in several processes; the results do not depend on their number."""

from __future__ import annotations

import logging
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from pipeline.common.errors import TryAgainError
from pipeline.common.progress import track
from pipeline.common.reproducible import threads_asked
from pipeline.common.wording import counted

START_SECONDS = 3.0  # with less work than this for each process, starting another one costs more than it saves
AHEAD = 2  # items that are ready for each other process, so that it never waits for this one

Item = TypeVar("Item")
Result = TypeVar("Result")

log = logging.getLogger(__name__)


def map_in_order(
    work: Callable[[Item], Result], items: Sequence[Item], what: str, processes: int | None = None
) -> list[Result]:
    """Apply ``work`` to every item. The time of the first item decides how many processes do the rest.

    Args:
        work: the function to apply, picklable, so that other processes can receive it.
        items: its arguments, picklable and of about the same size.
        what: the name of the work in the log.
        processes: the number of processes, including this one; by default as many as save time.

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
        log.info("%s: about %.0f s in %s", what, seconds / processes, counted(processes, "process", "processes"))
    results += track(_rest(work, items[1:], what, processes), what, len(items) - 1)
    return results


def worth_starting(seconds: float) -> int:
    """The best number of processes for ``seconds`` of work, within the number that is allowed."""
    return max(1, min(processes_allowed(), int(seconds / START_SECONDS)))


def processes_allowed() -> int:
    """How many processes may work at once: one for each core, unless a container or the user allows fewer.

    The quota of a container and the cores that a process is bound to are respected. The user can set
    ``PIPELINE_THREADS`` to limit how much of the machine a run takes.

    Raises:
        InputError: as for :func:`pipeline.common.reproducible.threads_asked`.
    """
    from joblib import cpu_count  # respects quotas of containers, unlike os.cpu_count; slow to load

    cores = cpu_count()
    return max(1, min(cores, threads_asked() or cores))


def _rest(work: Callable[[Item], Result], items: Sequence[Item], what: str, processes: int) -> Iterator[Result]:
    if processes == 1 or not items:
        yield from map(work, items)
        return
    other_processes = min(processes - 1, len(items))
    try:
        # Spawned, not forked: polars and torch have threads, and a fork would copy their locks in any state.
        with ProcessPoolExecutor(other_processes, get_context("spawn"), _leave_ctrl_c_to_the_first) as pool:
            yield from _shared(work, items, pool, AHEAD * other_processes)
    except BrokenProcessPool as error:
        raise TryAgainError(
            f"{what}: one of {counted(processes, 'process', 'processes')} was killed, most often because "
            "memory ran out. Free some memory and run again; finished stages are kept."
        ) from error


def _leave_ctrl_c_to_the_first() -> None:
    """A terminal sends Ctrl-C to all processes; the first one ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _shared(work: Callable[[Item], Result], items: Sequence[Item], pool: Executor, ahead: int) -> Iterator[Result]:
    """Yield results in order; this process works as well as those of the pool, since it has nothing to load first."""
    results: deque[Future[Result]] = deque()
    for item in items:
        is_pool_busy = sum(not result.done() for result in results) >= ahead
        results.append(_done(work(item)) if is_pool_busy else pool.submit(work, item))
        while results and results[0].done():
            yield results.popleft().result()
    for result in results:
        yield result.result()


def _done(value: Result) -> Future[Result]:
    future: Future[Result] = Future()
    future.set_result(value)
    return future
