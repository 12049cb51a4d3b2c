"""Small tables, each with a remark on how to read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sheet:
    """A table for people.

    Attributes:
        title: the heading.
        remark: how to read the table.
        head: names of the columns.
        rows: rows of cells as they are shown; the first cell is the row's name.
        fold: whether the table is folded at first.
    """

    title: str
    remark: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    fold: bool = False


def figure(value: float | int | None, digits: int = 3) -> str:
    """A figure as text."""
    if value is None:
        return "not measured"
    return f"{value:,}" if isinstance(value, int) else f"{value:.{digits}f}"
