"""Writing a file: it appears whole or not at all, whatever ends the process; a full disk is told."""

from __future__ import annotations

import errno
import fcntl
import glob
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from pipeline.common.errors import InputError, TryAgainError

# Not only "delete it": DVC would bring the same bytes back where its cache is damaged, too.
MAKE_AGAIN: Final = (
    "In a project, type `make verify MEND=1`, which removes what is damaged, also in DVC's cache, and then `dvc repro` "
    "or `make run`, which makes it again. Of an exported model, ask for a new export."
)
# Why the system takes no more bytes, and what the user can do.
_NO_MORE_BYTES: Final = {
    errno.ENOSPC: ("the disk is full", "Free some space"),
    errno.EDQUOT: ("your share of the disk (its quota) is used up", "Delete files of yours"),
    errno.EFBIG: ("the system allows no larger file", "Type `ulimit -f unlimited`"),
}


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path next to ``path`` to write to. On success the file is flushed to disk and renamed.

    What killed processes left unfinished at the same path is removed.

    Raises:
        TryAgainError: the disk is full; an earlier file at ``path`` stays.
        InputError: the path cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with _explain_write_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.touch()
        with unfinished.open("rb") as lock:
            with suppress(OSError):  # some file systems have no locks; there, nothing is removed either
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            yield unfinished
            os.fsync(lock.fileno())
        with _explain_write_errors(path):
            unfinished.replace(path)
        _remove_left_over(path)
    except OSError as error:
        if not is_full(error):
            raise
        raise no_space(path, error, unfinished.stat().st_size if unfinished.exists() else 0) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def is_full(error: OSError) -> bool:
    """Whether the system takes no more bytes: the disk, the user's quota or a limit on file size is reached."""
    return error.errno in _NO_MORE_BYTES


def no_space(path: Path, error: OSError, written: int = 0) -> TryAgainError:
    """The error for an ``error`` of which :func:`is_full` is true.

    Args:
        path: what was to be written; it need not exist.
        error: the system's error.
        written: bytes of the unfinished file.
    """
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    reason, mend = _NO_MORE_BYTES[error.errno or errno.ENOSPC]
    free = shutil.disk_usage(folder).free
    return TryAgainError(
        f"{path}: {reason}: more than {written:,} bytes are needed and {free:,} are free. {mend} and run again; "
        "finished stages are kept."
    )


def is_unfinished(path: Path) -> bool:
    """Whether a file is what a process is writing, or left when it was killed."""
    return re.fullmatch(r"\..+\.\d+\.partial", path.name) is not None


def _remove_left_over(path: Path) -> None:
    """Remove what killed processes left of ``path``; a process that still writes holds a lock."""
    for unfinished in path.parent.glob(f".{glob.escape(path.name)}.*.partial"):
        with suppress(OSError), unfinished.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            unfinished.unlink()


@contextmanager
def _explain_write_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise
        raise InputError(f"{path} cannot be written: {error.strerror}.") from error


def write_text(text: str, path: Path) -> None:
    """Write UTF-8 text with Unix line ends."""
    with whole_file(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")


def copy_file(source: Path, target: Path) -> None:
    """Copy a file; the copy appears whole or not at all."""
    with whole_file(target) as unfinished:
        shutil.copyfile(source, unfinished)


def copy_folder(source: Path, target: Path) -> None:
    """Copy every file in a folder and below, each whole or not at all; nothing if there is no such folder."""
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        if path.is_file():
            copy_file(path, target / path.relative_to(source))
