"""Small tables with a sentence how to read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


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


def leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted names and values of a nested mapping, in order."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
