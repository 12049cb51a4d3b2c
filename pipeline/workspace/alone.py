"""One command at a time in a folder: a lock that the system takes back when its holders have ended."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.common.errors import InputError, TryAgainError


@contextmanager
def alone(path: Path, who: str) -> Iterator[None]:
    """Context in which nobody else has the lock.

    The processes that are started in it inherit the lock: where this one is killed, they go on, and nobody must meet
    them.

    Args:
        path: the file of the lock.
        who: who else may have it, for the message, such as ``another run``.

    Raises:
        TryAgainError: somebody else has it.
        InputError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("w")
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}. Copy the project to a folder of your own."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise TryAgainError(
                f"{who} is at work in this folder, or what is left of one that was killed. Wait until it ends, or stop "
                "it; then run again."
            ) from error
        os.set_inheritable(lock.fileno(), True)
        yield
