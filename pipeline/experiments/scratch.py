"""A copy of the project to run in, so that the user's own workspace is never touched, come what may."""

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

log = logging.getLogger(__name__)


FOLDER = Path(".dvc/tmp/compare")


SHARED = Path("data/cache")  # checkpoints and embeddings, each named by what decides it, so safe to share


GRACE_SECONDS, WAIT_SECONDS = 10.0, 0.5


@contextmanager
def scratch_copy(root: Path, inputs: Iterable[str]) -> Iterator[Path]:
    """A clone of the repository at ``root`` with all uncommitted work, which goes when it is left.

    It shares the objects of Git and the cache of DVC, so results of earlier runs are known in it and its results
    afterwards. Inputs that Git does not know are linked, not copied.

    Args:
        root: the repository.
        inputs: files and folders that stages read, relative to ``root``.

    Raises:
        InputError: ``root`` is no repository with a commit, or another comparison runs there.
    """
    folder = root / FOLDER
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InputError("another comparison is running in this folder; wait for it, or stop it.") from error
        shutil.rmtree(folder, ignore_errors=True)  # what a killed comparison left
        try:
            _clone(root, folder)
            _fill(root, folder, inputs)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def git(folder: Path, *arguments: str) -> str:
    """What Git answers in ``folder``.

    Raises:
        MissingResourceError: there is no Git.
        InputError: Git refuses.
    """
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, env=environment(), capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise MissingResourceError("git is not installed; a comparison needs it.") from error
    if done.returncode:
        raise InputError(f"git {arguments[0]} in {folder}: {done.stderr.strip()}")
    return done.stdout


def environment() -> dict[str, str]:
    """For child processes: this Python's tools first, and no repository named from outside, as in a Git hook."""
    kept = {name: value for name, value in os.environ.items() if name not in ("GIT_DIR", "GIT_WORK_TREE")}
    kept.pop("GIT_INDEX_FILE", None)
    tools = str(Path(sys.executable).parent)
    return kept | {"PATH": f"{tools}{os.pathsep}{kept.get('PATH', '')}", "DVC_NO_ANALYTICS": "1"}


def dvc(folder: Path, arguments: list[str], log: Path, **variables: str) -> int:
    """Run DVC in ``folder``, its output in ``log``; however this ends, no process of it stays.

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
            start_new_session=True,  # a group of its own, so that the stages can be stopped with it
        )
        try:
            return _wait(process)
        finally:
            if process.poll() is None:
                _stop(process)


def _wait(process: subprocess.Popen[bytes]) -> int:
    """The exit status; in short waits, since polars has the system go on waiting when Ctrl-C is pressed."""
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
        raise InputError(f"the repository begins at {top}, not here; run this in its first folder.")
    git(root, "clone", "--quiet", "--shared", "--no-checkout", ".", str(folder))
    git(folder, "read-tree", "HEAD")
    with (folder / ".git/info/exclude").open("a", encoding="utf-8") as file:
        file.write(f"/{SHARED}\n")


def _fill(root: Path, folder: Path, inputs: Iterable[str]) -> None:
    tracked = git(root, "ls-files", "-z").split("\0")
    others = git(root, "ls-files", "-z", "--others", "--exclude-standard").split("\0")
    for name in filter(None, (*tracked, *others)):
        _bring(root, folder, Path(name), link=False)
    for name in inputs:
        for file in _files(root, Path(name)):
            _bring(root, folder, file, link=True)
    for path in (root / SHARED, (folder / SHARED).parent):
        path.mkdir(parents=True, exist_ok=True)
    (folder / SHARED).symlink_to((root / SHARED).resolve())
    _configure(root, folder)


def _files(root: Path, name: Path) -> list[Path]:
    if name.is_absolute():
        return []
    files = (root / name).rglob("*") if (root / name).is_dir() else [root / name]
    return [file.relative_to(root) for file in files if file.is_file() and not is_byproduct(file)]


def _bring(root: Path, folder: Path, name: Path, link: bool) -> None:
    """Put one file into the copy: a symbolic link as one, to the same place; others copied or linked."""
    for part in (*list(name.parents)[-2::-1], name):
        if (root / part).is_symlink():
            name = part
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
    except OSError:  # another file system, or one without hard links
        shutil.copy2(source, target)


def _configure(root: Path, folder: Path) -> None:
    local = root / ".dvc/config.local"
    if local.exists():
        shutil.copy2(local, folder / ".dvc/config.local")
    log = root / SHARED / "comparison/dvc.log"
    if dvc(root, ["cache", "dir"], log):
        raise InputError(f"dvc does not work in {root}: {_last(log)}")
    if dvc(folder, ["cache", "dir", "--local", str((root / _last(log)).resolve())], log):
        raise TryAgainError(f"the copy of the project in {folder} cannot be set up: {_last(log)}")


def _last(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "no output")
