"""Stages as forks of one process that has imported everything: a run takes a fraction of a second and can be killed.

``python forked_stages.py`` reads requests, one JSON object a line, and answers each with a line (see ``Forks.run``).
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from project import ROOT, STAGES

COMMANDS = ("infer", "export", "dictionary", "figures", "show")
LATER = (  # what these stages import in their functions
    "pipeline.config.sections",
    "pipeline.encoders.all_encoders",
    "pipeline.encoders.aligned",
    "pipeline.encoders.encoder",
    "sklearn.svm",
    "jieba",
)


@dataclass(frozen=True)
class Done:
    """How a stage ended: its exit code, or minus the signal that killed it; its seconds; what it printed."""

    code: int
    seconds: float
    stdout: str
    stderr: str

    @property
    def said(self) -> str:
        """All that it printed."""
        return self.stdout + self.stderr


class Forks:
    """The process that forks; it ends with this one, which closes its standard input."""

    def __init__(self) -> None:
        paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
        self.process = subprocess.Popen(
            [sys.executable, __file__],
            env=os.environ | {"PYTHONPATH": paths, "PIPELINE_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        folder: Path,
        stage: str,
        *arguments: str,
        kill_after: float | None = None,
        files: int | None = None,
        most_bytes: int | None = None,
    ) -> Done:
        """Run a stage in a folder.

        Args:
            folder: the project.
            stage: name of the stage.
            arguments: its arguments.
            kill_after: seconds after which it and its children get SIGKILL.
            files: it is killed when it has put this number of files in their places.
            most_bytes: the largest size of a file that it can write.
        """
        assert self.process.stdin and self.process.stdout
        request = [str(folder), stage, arguments, kill_after, files, most_bytes]
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return Done(*json.loads(self.process.stdout.readline()))


@cache
def forks() -> Forks:
    """The one process that forks for all tests of this process."""
    return Forks()


def _stage(
    folder: str, stage: str, arguments: list[str], files: int | None, most_bytes: int | None, pipes: list[int]
) -> None:
    os.setsid()
    os.chdir(folder)
    for stream, pipe in enumerate(pipes, start=1):
        os.dup2(pipe, stream)
    # New ones, since the old ones believe that they can seek in the file that was there before.
    sys.stdout, sys.stderr = (open(stream, "w", encoding="utf-8", closefd=False) for stream in (1, 2))  # noqa: SIM115
    if most_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    if files is not None:
        _kill_after(files)
    import typer

    sys.argv = [stage, *arguments]
    code = 1
    try:
        typer.run(sys.modules[f"stages.{stage}"].main)
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)


def _kill_after(files: int) -> None:
    rename, left = Path.replace, [files]

    def replace(path: Path, target: Path) -> Path:
        done = rename(path, target)
        left[0] -= 1
        if not left[0]:
            os.killpg(0, signal.SIGKILL)
        return done

    Path.replace = replace  # type: ignore[method-assign,assignment]


def _all(read: int) -> str:
    with os.fdopen(read, "rb") as pipe:
        return pipe.read().decode(errors="replace")


def _serve() -> None:
    for name in (*(f"stages.{stage}" for stage in (*STAGES, *COMMANDS)), *LATER):
        importlib.import_module(name)
    for line in sys.stdin:
        folder, stage, arguments, kill_after, files, most_bytes = json.loads(line)
        started = time.perf_counter()
        pipes = [os.pipe(), os.pipe()]  # no files, which the largest size of a file would cut
        for _, write in pipes if hasattr(fcntl, "F_SETPIPE_SZ") else ():  # elsewhere, what is said must be short
            fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 2**20)
        child = os.fork()
        if not child:
            _stage(folder, stage, arguments, files, most_bytes, [write for _, write in pipes])
        for _, write in pipes:
            os.close(write)
        if kill_after is not None:
            time.sleep(kill_after)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            os.kill(child, signal.SIGKILL)  # it may have had no group of its own yet
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        seconds = time.perf_counter() - started
        said = [_all(read) for read, _ in pipes]
        sys.stdout.write(json.dumps([code, seconds, *said]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
