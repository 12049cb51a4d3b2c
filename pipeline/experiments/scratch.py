"""A temporary copy of the project to run in, so that the user's own workspace is never changed."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.common.errors import InputError, MissingResourceError, TryAgainError
from pipeline.common.files import is_byproduct
from pipeline.run.layout import LAYOUT

log = logging.getLogger(__name__)
FOLDER = Path(".dvc/tmp/compare")
SHARED = LAYOUT.cache  # checkpoints and embeddings; their names depend on what decides them, so sharing is safe
GRACE_SECONDS, WAIT_SECONDS = 10.0, 0.5


@contextmanager
def scratch_copy(root: Path, inputs: Iterable[str]) -> Iterator[Path]:
    """Context with a clone of the repository at ``root`` and all uncommitted work; it is deleted at the end.

    The clone shares the objects of Git and the cache of DVC. So it has the results of earlier runs, and its own results
    remain. Inputs that Git does not track are linked, not copied.

    Args:
        root: the repository.
        inputs: files and folders that stages read, relative to ``root``.

    Raises:
        InputError: ``root`` is not a repository with a commit, or another comparison is running there.
    """
    folder = root / FOLDER
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InputError(
                "another comparison is running in this folder, or a run of one that was killed. Wait until it ends, or "
                "stop it."
            ) from error
        # DVC inherits the lock: it goes on where a comparison is killed, and another one must not meet it.
        os.set_inheritable(lock.fileno(), True)
        shutil.rmtree(folder, ignore_errors=True)  # left over from a comparison that was killed
        try:
            _clone(root, folder)
            _fill(root, folder, inputs)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


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
    return variables | {"PATH": f"{tools}{os.pathsep}{variables.get('PATH', '')}", "DVC_NO_ANALYTICS": "1"}


def dvc(folder: Path, arguments: list[str], log: Path, **variables: str) -> int:
    """Run DVC in ``folder`` and write its output to ``log``; no process of it is left, however this ends.

    Returns:
        The exit status.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "dvc", *arguments],
            cwd=folder,
            env=environment() | variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            close_fds=False,  # the lock of the comparison; no other file of Python's is inherited
            start_new_session=True,  # a separate process group, so that its stages can be stopped as well
        )
        try:
            return _wait(process)
        finally:
            if process.poll() is None:
                _stop(process)


def _wait(process: subprocess.Popen[bytes]) -> int:
    """The exit status. The waits are short, because with polars loaded Ctrl-C does not interrupt a wait."""
    while True:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(WAIT_SECONDS)


def _stop(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _clone(root: Path, folder: Path) -> None:
    top = Path(git(root, "rev-parse", "--show-toplevel").strip())
    if top != root.resolve():
        raise InputError(f"the repository's top folder is {top}, not this folder. Run this in the top folder.")
    git(root, "clone", "--quiet", "--shared", "--no-checkout", ".", str(folder))
    git(folder, "read-tree", "HEAD")
    with (folder / ".git/info/exclude").open("a", encoding="utf-8") as file:
        file.write(f"/{SHARED}\n")


def _fill(root: Path, folder: Path, inputs: Iterable[str]) -> None:
    tracked = git(root, "ls-files", "-z").split("\0")
    untracked = git(root, "ls-files", "-z", "--others", "--exclude-standard").split("\0")
    for name in filter(None, (*tracked, *untracked)):
        _copy_or_link(root, folder, Path(name), link=False)
    for name in inputs:
        for file in _files(root, Path(name)):
            _copy_or_link(root, folder, file, link=True)
    for path in (root / SHARED, (folder / SHARED).parent):
        path.mkdir(parents=True, exist_ok=True)
    (folder / SHARED).symlink_to((root / SHARED).resolve())
    _configure(root, folder)


def _files(root: Path, name: Path) -> list[Path]:
    if name.is_absolute():
        return []
    files = (root / name).rglob("*") if (root / name).is_dir() else [root / name]
    return [file.relative_to(root) for file in files if file.is_file() and not is_byproduct(file)]


def _copy_or_link(root: Path, folder: Path, name: Path, link: bool) -> None:
    """Put one file into the copy. A symbolic link stays one, with the same target; other files are copied or linked."""
    for path in (*list(name.parents)[-2::-1], name):
        if (root / path).is_symlink():
            name = path
            break
    source, target = root / name, folder / name
    if target.exists() or target.is_symlink() or not (source.exists() or source.is_symlink()) or source == folder:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_symlink():
        target.symlink_to(source.resolve())
    elif link:
        _link(source, target)
    elif source.is_file():
        shutil.copy2(source, target)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # on another file system, or on one without hard links
        shutil.copy2(source, target)


def _configure(root: Path, folder: Path) -> None:
    local = root / ".dvc/config.local"
    if local.exists():
        shutil.copy2(local, folder / ".dvc/config.local")
    log = root / SHARED / "comparison/dvc.log"
    if dvc(root, ["cache", "dir"], log):
        raise InputError(f"dvc failed in {root}: {_last_line(log)}")
    if dvc(folder, ["cache", "dir", "--local", str((root / _last_line(log)).resolve())], log):
        raise TryAgainError(f"the copy of the project in {folder} cannot be set up: {_last_line(log)}")


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "no output")
