"""Dates as people write them become ISO 8601: `2019-03-04`, `2019-03` or `2019`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

DateOrder = Literal["auto", "ymd", "dmy", "mdy"]

# 2020, 2020-3, 2020/03/01, 202003, 20200301, 2020年3月1日; a longer number, such as seconds since 1970, is not a date.
_YEAR_FIRST: Final = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})(?!\d)(?:[-/.月](\d{1,2})(?!\d))?|(\d{2})(\d{2})?(?!\d)|(?!\d))"
)
_YEAR_LAST: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)")


@dataclass(frozen=True)
class DateReading:
    """How the dates of one file were read.

    Attributes:
        iso: a date as written -> ISO 8601, None where it cannot be read.
        ambiguous: those that cannot be read because day and month may stand in either order.
    """

    iso: dict[str, str | None]
    ambiguous: frozenset[str]


def read_dates(written: Iterable[str], order: DateOrder) -> DateReading:
    """Read the different dates of one file.

    A date that begins with a year has its parts in the order year, month, day. Of `04.03.2019` and `03/04/2019` the
    parameter tells the order; with ``auto`` other dates of the file do, where a part is above 12, and dates with dots
    have the day first. What is still open is ambiguous and not read.

    Args:
        written: the dates.
        order: the order of day and month in dates that end with a year; ``ymd`` reads none of those.
    """
    iso: dict[str, str | None] = {}
    ambiguous = set()
    local: dict[str, tuple[int, str, int, int]] = {}
    for date in written:
        text = date.strip()
        if match := _YEAR_LAST.match(text):
            local[date] = (int(match[1]), match[2], int(match[3]), int(match[4]))
        else:
            iso[date] = _year_first(text)
    settled = _settled_order(local.values()) if order == "auto" else order
    for date, (first, mark, second, year) in local.items():
        own = settled or ("dmy" if first > 12 or mark == "." or first == second else "mdy" if second > 12 else None)
        if own is None:
            ambiguous.add(date)
        day, month = (second, first) if own == "mdy" else (first, second)
        iso[date] = _iso(year, month, day) if own in ("dmy", "mdy") else None
    return DateReading(iso, frozenset(ambiguous))


def normalised_dates(rows: pl.DataFrame, order: DateOrder) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with ISO dates, null where a date cannot be read, and the rows with such dates.

    Args:
        rows: columns file and date among others.
        order: see :func:`read_dates`.

    Returns:
        The rows; and of the rows whose date is not read: file, row, id, date as written, and is_ambiguous.
    """
    dates = rows.select("file", "date").drop_nulls().unique(maintain_order=True)
    parts = []
    for (file,), part in dates.group_by("file", maintain_order=True):
        reading = read_dates(part["date"], order)
        written = list(reading.iso)
        ambiguous = [date in reading.ambiguous for date in written]
        parts.append(
            pl.DataFrame(
                {
                    "file": [file] * len(written),
                    "date": written,
                    "iso": list(reading.iso.values()),
                    "is_ambiguous": ambiguous,
                },
                schema={"file": pl.String, "date": pl.String, "iso": pl.String, "is_ambiguous": pl.Boolean},
            )
        )
    if not parts:
        return rows, rows.select("file", "row", "id", "date", is_ambiguous=pl.lit(False)).clear()
    read = rows.join(pl.concat(parts), on=["file", "date"], how="left", maintain_order="left")
    unread = read.filter(pl.col("date").is_not_null() & pl.col("iso").is_null() & pl.col("reason").is_null())
    return (
        read.with_columns(date=pl.col("iso")).drop("iso", "is_ambiguous"),
        unread.select("file", "row", "id", "date", "is_ambiguous"),
    )


def _year_first(text: str) -> str | None:
    match = _YEAR_FIRST.match(text)
    if match is None:
        return None
    month, day = match[2] or match[4], match[3] or match[5]
    return _iso(int(match[1]), int(month) if month else None, int(day) if day else None)


def _iso(year: int, month: int | None, day: int | None) -> str | None:
    """The date in ISO 8601; None for a day or a month that does not exist."""
    try:
        date = datetime.date(year, month or 1, day or 1)
    except ValueError:
        return None
    return date.isoformat()[: 4 if month is None else 7 if day is None else 10]


def _settled_order(dates: Iterable[tuple[int, str, int, int]]) -> Literal["dmy", "mdy"] | None:
    """The order that a part above 12 tells, if all such parts tell the same."""
    orders = {"dmy" if first > 12 else "mdy" for first, _, second, _ in dates if max(first, second) > 12}
    return orders.pop() if len(orders) == 1 else None  # type: ignore[return-value]
