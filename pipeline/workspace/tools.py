"""Git and DVC as child processes. However a command ends, no process of it is left, unless this one is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.workspace.tool_failures import failure

GRACE_SECONDS, WAIT_SECONDS = 10.0, 0.2


def git(folder: Path, *arguments: str) -> str:
    """Run Git in ``folder`` and return its output.

    Raises:
        MissingResourceError: Git is not installed.
        InputError: Git fails.
    """
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, env=environment(), capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise MissingResourceError("git is not installed, but a comparison needs it. Install it.") from error
    if done.returncode:
        raise InputError(f"git {arguments[0]} in {folder}: {done.stderr.strip()}")
    return done.stdout


def environment() -> dict[str, str]:
    """The environment of child processes: this Python's tools first, and no Git repository from a Git hook."""
    variables = {name: value for name, value in os.environ.items() if name not in ("GIT_DIR", "GIT_WORK_TREE")}
    variables.pop("GIT_INDEX_FILE", None)
    tools = str(Path(sys.executable).parent)
    return variables | {
        "PATH": f"{tools}{os.pathsep}{variables.get('PATH', '')}",
        "DVC_NO_ANALYTICS": "1",
        "PYTHONIOENCODING": "utf-8",  # as what they print is read
    }


def dvc(
    folder: Path,
    arguments: list[str],
    log: Path,
    say: Callable[[str], None] | None = None,
    variables: Mapping[str, str] | None = None,
) -> int:
    """Run DVC in ``folder``, and write what it and its stages print to ``log``.

    Args:
        folder: the working folder.
        arguments: what follows ``dvc`` on the command line.
        log: the file of the output; an earlier one is replaced.
        say: takes each line of the output while DVC runs.
        variables: further environment variables.

    Returns:
        The exit status.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as output, log.open(encoding="utf-8", errors="replace") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "dvc", *arguments],
            cwd=folder,
            env=environment() | dict(variables or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            close_fds=False,  # a lock may be inherited; no other file of Python's is
            start_new_session=True,  # a separate process group, so that its stages can be stopped as well
        )
        try:
            return _wait(process, written, say)
        finally:
            if process.poll() is None:
                _stop(process)


def dvc_cache(root: Path) -> Path:
    """The folder of DVC's cache for the project at ``root``.

    Raises:
        PipelineError: DVC fails; the message says why.
    """
    with TemporaryDirectory() as folder:
        log = Path(folder) / "dvc.log"
        status = dvc(root, ["cache", "dir"], log)
        output = log.read_text(encoding="utf-8", errors="replace")
    if status:
        raise failure(output)
    return (root / output.strip().split("\n")[-1].strip()).resolve()


def _wait(process: subprocess.Popen[bytes], written: TextIO, say: Callable[[str], None] | None) -> int:
    """The exit status. The waits are short, because with polars loaded Ctrl-C does not interrupt a wait."""
    lines, has_ended = _lines(written), False
    while not has_ended:
        with suppress(subprocess.TimeoutExpired):
            process.wait(WAIT_SECONDS)
        has_ended = process.poll() is not None  # asked before the last lines are read
        for line in iter(lambda: next(lines), None):
            if say:
                say(line)
    return process.returncode


def _lines(written: TextIO) -> Iterator[str | None]:
    """Yield the lines of a file that grows, and None whenever it has no further line yet."""
    begun = ""
    while True:
        begun += written.readline()
        if begun.endswith("\n"):
            yield begun.removesuffix("\n")
            begun = ""
        else:
            yield None


def _stop(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(GRACE_SECONDS)
    except BaseException as error:  # it takes too long, or the user asks again
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
