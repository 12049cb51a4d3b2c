"""What every stage needs around its work: threads, errors, times."""

from __future__ import annotations

import ctypes
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import typer

from pipeline.common.errors import PipelineError
from pipeline.common.layout import LAYOUT

# Fixed, since the order of floating-point sums depends on it: another number changes the last digits of results.
THREADS = os.environ.get("PIPELINE_THREADS", "2")

P = ParamSpec("P")


def stage(main: Callable[P, None]) -> Callable[P, None]:
    """Wrap a stage's entry point.

    Sends progress to standard error, notes the wall
    time and the peak memory, and turns the errors a user can meet into a message and an exit code.
    """
    name = main.__module__.rpartition(".")[2]
    if name == "__main__":
        spec = sys.modules["__main__"].__spec__
        name = spec.name.rpartition(".")[2] if spec else name

    @wraps(main)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        logging.basicConfig(level=logging.INFO, format=f"{name}: %(message)s", stream=sys.stderr, force=True)
        started = time.perf_counter()
        try:
            main(*args, **kwargs)
        except PipelineError as error:
            logging.getLogger(name).error("%s", error)
            raise typer.Exit(error.exit_code) from error
        _note_time(name, time.perf_counter() - started)

    return run


def fix_threads() -> None:
    """Give every numeric library the same number of threads on every machine."""
    numbers = "OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS NUMBA_NUM_THREADS POLARS_MAX_THREADS"
    for variable in numbers.split():
        os.environ[variable] = THREADS
    # Threads wait awake for some microseconds, since waking them takes as long as a small operation does, and no
    # longer, since they would starve the work beside them.
    os.environ.setdefault("GOMP_SPINCOUNT", "20000")


def keep_freed_memory() -> None:
    """Let the C library keep what is freed: a training step asks for the same arrays again and again.

    Given back to the system, their pages cost more to fetch anew than to compute on. Does nothing but on glibc.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    trim_threshold, mmap_threshold = -1, -3  # malloc.h
    mallopt(trim_threshold, 2**31 - 1)
    mallopt(mmap_threshold, 2**30)


def prepare_torch() -> None:
    """Let torch's vector functions choose their code for this processor before two threads make them choose at once.

    A first call does so. When both halves of a large tensor are a first call, one of them may take other code, and
    the last digits differ from one run to the next.
    """
    import torch

    one = torch.ones(1)
    for function in (torch.exp, torch.log, torch.sqrt, torch.erf):
        function(one)


def peak_memory() -> float | None:
    """The most memory that this process has held, in MB (10^6 bytes); None where the system does not say."""
    # Not getrusage: on Linux its peak counts the memory of the process that started this one, too.
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    kilobytes = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return round(kilobytes[0] * 1024 / 1e6, 1) if kilobytes else None


def _note_time(name: str, seconds: float) -> None:
    """Add a line to the times, or to the file that PIPELINE_TIMES names; PIPELINE_RUN says what run it is of."""
    path = Path(os.environ.get("PIPELINE_TIMES", LAYOUT.times))
    row = {"stage": name, "seconds": round(seconds, 2), "peak_mb": peak_memory(), "finished": round(time.time(), 1)}
    if run := os.environ.get("PIPELINE_RUN"):
        row["run"] = run
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
