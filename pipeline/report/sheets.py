"""Small tables with a sentence how to read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sheet:
    """A table for people.

    Attributes:
        title: its heading.
        remark: how to read it.
        head: names of its columns.
        rows: cells as shown, each row with its name first.
        fold: whether it starts folded.
    """

    title: str
    remark: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    fold: bool = False


def figure(value: float | int | None, digits: int = 3) -> str:
    """A figure as shown."""
    if value is None:
        return "not measured"
    return f"{value:,}" if isinstance(value, int) else f"{value:.{digits}f}"
