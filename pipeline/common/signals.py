"""Ctrl-C, SIGTERM and a closed terminal: a line and the usual exit code, at any moment of a process."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

ENDING: Final = (signal.SIGTERM, signal.SIGHUP)  # asked to end; the terminal was closed
STOPPED: Final = "stopped. What is finished is kept; to go on, type the same command again."


class Stopped(BaseException):
    """The process was asked to end. Like KeyboardInterrupt, it is no error that a library may handle.

    Args:
        number: the signal.
    """

    def __init__(self, number: int) -> None:
        self.number = number


def end_at_once() -> None:
    """Let signals end the process while it still imports its libraries, when there is nothing to tidy up."""
    for number in (signal.SIGINT, *ENDING):
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup does
            signal.signal(number, _end)


@contextmanager
def raised() -> Iterator[None]:
    """Context in which Ctrl-C raises KeyboardInterrupt, and other ends :class:`Stopped`, so that work is tidied up."""
    handlers = {signal.SIGINT: signal.default_int_handler} | dict.fromkeys(ENDING, _stop)
    before = {
        number: signal.signal(number, handler)
        for number, handler in handlers.items()
        if signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, frame: FrameType | None) -> None:
    sys.stderr.write(f"{STOPPED}\n")
    raise SystemExit(128 + number)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped(number)
