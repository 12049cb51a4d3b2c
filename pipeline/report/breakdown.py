"""Topic shares by group and over time, language by language."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.tables.by_language import ByLanguage
from pipeline.tables.vectors import Theta
from pipeline.topics.shares import Shares, topic_shares

MOST_GROUPS = 20
YEARS_BY_MONTH = 3  # a longer span is shown by year

MONTHS_KNOWN = 0.9  # months are shown if at least this share of the dates has a month; other dates are left out

# 2020, 2020-3, 2020/03/01, 202003, 20200301, 2020年3月; a longer number, such as seconds since 1970, is not a date.
_DATE = re.compile(r"\s*(\d{4})(?:[-/.年](1[0-2]|0?[1-9])(?!\d)|(0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?(?!\d)|(?!\d))")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Breakdown:
    """Topic shares in each part of a corpus.

    Attributes:
        keys: names of the parts, in order; empty if no document is in any part.
        shares: language -> one entry for each part, None where the language has no documents in the part.
        left_out: number of documents that are in none of the parts shown.
    """

    keys: Sequence[str]
    shares: Mapping[str, Sequence[Shares | None]]
    left_out: int


def by_group(documents: pl.DataFrame, theta: Theta, languages: ByLanguage) -> Breakdown | None:
    """Shares by ``group``, the largest groups first; None if no document has a group.

    Args:
        documents: column group; D rows.
        theta: theta of these documents.
        languages: the rows of each language.
    """
    groups = documents["group"].cast(pl.String)
    if groups.is_null().all():
        return None
    counts = groups.drop_nulls().value_counts().sort(["count", "group"], descending=[True, False])
    return _breakdown(counts["group"].to_list()[:MOST_GROUPS], groups, theta, languages)


def by_period(documents: pl.DataFrame, theta: Theta, languages: ByLanguage) -> Breakdown | None:
    """Shares by month of ``date``; by year if the span is long or many dates have no month; None without dates.

    A date must begin with a year, or with a year and a month. Documents with other dates are counted as left out; so
    are documents whose date has no month, if the shares are by month. Months and years without documents are not
    listed.

    Args:
        documents: column date; D rows.
        theta: theta of these documents.
        languages: the rows of each language.
    """
    dates = documents["date"].cast(pl.String)
    if dates.is_null().all():
        return None
    _warn_about_unreadable(dates)
    periods = pl.Series(_periods(dates.to_list()), dtype=pl.String)
    return _breakdown(sorted(periods.drop_nulls().unique().to_list()), periods, theta, languages)


def _warn_about_unreadable(dates: pl.Series) -> None:
    filled_dates = [date for date in dates.drop_nulls().to_list() if date]
    unreadable = [date for date in filled_dates if not _DATE.match(date)]
    if unreadable:
        log.warning(
            "%d of %d dates cannot be read and are not shown over time, such as %r; "
            "expected a date that begins with a year, or a year and a month, as 2020, 2020-03 or 20200301",
            len(unreadable),
            len(filled_dates),
            unreadable[0][:40],
        )


def _periods(dates: Sequence[str | None]) -> list[str | None]:
    matches = [_DATE.match(date) if date else None for date in dates]
    read = [(match[1], match[2] or match[3]) if match else None for match in matches]
    years = [int(date[0]) for date in read if date]
    months = sum(bool(date and date[1]) for date in read)
    if not years or max(years) - min(years) >= YEARS_BY_MONTH or months < MONTHS_KNOWN * len(years):
        return [date and date[0] for date in read]
    return [f"{date[0]}-{int(date[1]):02}" if date and date[1] else None for date in read]


def _breakdown(keys: list[str], column: pl.Series, theta: Theta, languages: ByLanguage) -> Breakdown:
    codes = column.replace_strict(keys, range(len(keys)), default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()
    shares = {
        language: [_shares(theta[rows][codes[rows] == key]) for key in range(len(keys))]
        for language, rows in languages.slices.items()
    }
    return Breakdown(keys, shares, int((codes < 0).sum()))


def _shares(theta: Theta) -> Shares | None:
    shares = topic_shares(theta)
    return shares if shares.count else None
