"""How long each stage took: lines that every entry point adds, for the screen and for comparisons of models."""

from __future__ import annotations

import json
import logging
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from pipeline.run.layout import LAYOUT

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StageTime:
    """When a stage ended, and what it took.

    Attributes:
        stage: its name.
        seconds: wall time.
        finished: Unix time of its end.
        peak_mb: peak memory in MB (10^6 bytes); None where the system does not report it.
        run: the key of the compared run that it belongs to; None for other runs.
    """

    stage: str
    seconds: float
    finished: float = 0.0
    peak_mb: float | None = None
    run: str | None = None


def note_time(stage: str, seconds: float) -> None:
    """Add a line to the file of times, which PIPELINE_TIMES can change; PIPELINE_RUN gives the name of the run.

    A line that cannot be written is left out: the stage has done its work.
    """
    path = Path(os.environ.get("PIPELINE_TIMES", LAYOUT.times))
    taken = StageTime(stage, round(seconds, 2), round(time.time(), 1), peak_memory(), os.environ.get("PIPELINE_RUN"))
    row = {name: value for name, value in asdict(taken).items() if name != "run" or value}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
    except OSError as error:
        log.warning("the time is not noted in %s: %s", path, error.strerror)


def read_times(path: Path) -> list[StageTime]:
    """The lines of a file of times, the oldest first; lines that are damaged are passed over."""
    read = TypeAdapter(StageTime).validate_json
    times = []
    with suppress(OSError):
        for line in path.read_bytes().splitlines():
            with suppress(ValidationError):
                times.append(read(line))
    return times


def peak_memory() -> float | None:
    """The peak memory of this process in MB (10^6 bytes); None where the system does not report it."""
    # Not getrusage: on Linux its peak counts the memory of the process that started this one, too.
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    kilobytes = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return round(kilobytes[0] * 1024 / 1e6, 1) if kilobytes else None
