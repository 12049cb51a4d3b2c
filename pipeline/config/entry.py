"""The wrapper of every entry point in ``stages/``: its log, its errors and exit codes, and its times."""

from __future__ import annotations

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
from pipeline.common.files import is_full, no_space
from pipeline.run.layout import LAYOUT

Arguments = ParamSpec("Arguments")


def stage(main: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Wrap the function that an entry point runs.

    Progress goes to standard error. The wall time and the peak memory are recorded. An error that a user can meet
    becomes a message and an exit code.
    """
    name = main.__module__.rpartition(".")[2]
    if name == "__main__":
        spec = sys.modules["__main__"].__spec__
        name = spec.name.rpartition(".")[2] if spec else name

    @wraps(main)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        logging.basicConfig(level=logging.INFO, format=f"{name}: %(message)s", stream=sys.stderr, force=True)
        started = time.perf_counter()
        try:
            main(*args, **kwargs)
        except PipelineError as error:
            logging.getLogger(name).error("%s", error)
            raise typer.Exit(error.exit_code) from error
        except OSError as error:
            if not is_full(error):
                raise
            full = no_space(Path(error.filename or "."), error)
            logging.getLogger(name).error("%s", full)
            raise typer.Exit(full.exit_code) from error
        _note_time(name, time.perf_counter() - started)

    return run


def peak_memory() -> float | None:
    """The peak memory of this process in MB (10^6 bytes); None where the system does not report it."""
    # Not getrusage: on Linux its peak counts the memory of the process that started this one, too.
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    kilobytes = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return round(kilobytes[0] * 1024 / 1e6, 1) if kilobytes else None


def _note_time(name: str, seconds: float) -> None:
    """Add a line to the file of times, which PIPELINE_TIMES can change; PIPELINE_RUN gives the name of the run."""
    path = Path(os.environ.get("PIPELINE_TIMES", LAYOUT.times))
    row = {"stage": name, "seconds": round(seconds, 2), "peak_mb": peak_memory(), "finished": round(time.time(), 1)}
    if run := os.environ.get("PIPELINE_RUN"):
        row["run"] = run
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
    except OSError as error:  # the work is done; its time is of little use
        logging.getLogger(name).warning("the time is not noted in %s: %s", path, error.strerror)
