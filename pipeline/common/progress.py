"""Progress of long work: a bar on a terminal, and otherwise a log line now and then."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import track as rich_track

T = TypeVar("T")
SECONDS_BETWEEN_LINES = 20.0

log = logging.getLogger(__name__)


def track(items: Iterable[T], what: str, total: int) -> Iterator[T]:
    """Yield ``items``, and report how many are done and how long the rest will take."""
    if sys.stderr.isatty():
        yield from rich_track(items, description=what, total=total, console=Console(stderr=True))
        return
    started = last_line = time.perf_counter()
    for done, item in enumerate(items, 1):
        yield item
        now = time.perf_counter()
        if now - last_line >= SECONDS_BETWEEN_LINES and done < total:
            last_line = now
            seconds_left = (now - started) / done * (total - done)
            log.info("%s: %d of %d, about %.0f s left", what, done, total, seconds_left)
