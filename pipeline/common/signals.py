"""Ctrl-C and SIGTERM: a line and the usual exit code, at any moment of a process."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

STOPPED: Final = "stopped. What is finished is kept; to go on, type the same command again."


class Stopped(BaseException):
    """The process was asked to end (SIGTERM). Like KeyboardInterrupt, it is no error that a library may handle."""


def end_at_once() -> None:
    """Let Ctrl-C and SIGTERM end the process while it still imports its libraries, when there is nothing to tidy up."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)


@contextmanager
def raised() -> Iterator[None]:
    """Context in which Ctrl-C raises KeyboardInterrupt and SIGTERM :class:`Stopped`, so that work can be tidied up."""
    handlers = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: _stop}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, frame: FrameType | None) -> None:
    sys.stderr.write(f"{STOPPED}\n")
    raise SystemExit(128 + number)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped
