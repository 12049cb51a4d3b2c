"""The wrapper of every entry point in ``stages/``: its log, its errors and exit codes, and its times."""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import typer

from pipeline.common.errors import PipelineError
from pipeline.common.signals import STOPPED, Stopped, raised
from pipeline.common.terminal import InertFormatter, replace_unknown_characters
from pipeline.common.whole_files import is_full, no_space
from pipeline.run.times import note_time

Arguments = ParamSpec("Arguments")


def stage(main: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Wrap the function that an entry point runs.

    Progress goes to standard error. The wall time and the peak memory are recorded. An error that a user can meet
    becomes a message and an exit code; so do Ctrl-C (130) and SIGTERM (143).
    """
    name = main.__module__.rpartition(".")[2]
    if name == "__main__":
        spec = sys.modules["__main__"].__spec__
        name = spec.name.rpartition(".")[2] if spec else name

    @wraps(main)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        replace_unknown_characters()
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(InertFormatter(f"{name}: %(message)s"))
        logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
        started = time.perf_counter()
        with _told(logging.getLogger(name)):
            main(*args, **kwargs)
        note_time(name, time.perf_counter() - started)

    return run


@contextmanager
def _told(log: logging.Logger) -> Iterator[None]:
    """Context in which errors and signals end the process with a line and an exit code, not with a traceback."""
    try:
        with raised():
            yield
    except PipelineError as error:
        log.error("%s", error)
        raise typer.Exit(error.exit_code) from error
    except OSError as error:
        if not is_full(error):
            raise
        full = no_space(Path(error.filename or "."), error)
        log.error("%s", full)
        raise typer.Exit(full.exit_code) from error
    except KeyboardInterrupt as interrupt:
        log.error(STOPPED)
        raise typer.Exit(128 + signal.SIGINT) from interrupt
    except Stopped as stopped:
        log.error(STOPPED)
        raise typer.Exit(128 + stopped.number) from stopped
