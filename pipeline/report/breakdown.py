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

MONTHS_KNOWN = 0.9  # share of the dates that must have a month for months to be shown; the others are left out

# 2020, 2020-3, 2020/03/01, 202003, 20200301, 2020年3月; a longer number, as seconds since 1970, is no date.
_DATE = re.compile(r"\s*(\d{4})(?:[-/.年](1[0-2]|0?[1-9])(?!\d)|(0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?(?!\d)|(?!\d))")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Breakdown:
    """Shares of the parts of a corpus.

    Attributes:
        keys: names of the parts, in order; none where no document is in one.
        shares: language -> one entry a part, None where the language has no documents in it.
        left_out: documents in no part that is shown.
    """

    keys: Sequence[str]
    shares: Mapping[str, Sequence[Shares | None]]
    left_out: int


def by_group(documents: pl.DataFrame, theta: Theta, languages: ByLanguage) -> Breakdown | None:
    """Shares by ``group``, the largest groups first; None where no document names one.

    Args:
        documents: column group; D rows.
        theta: of these documents.
        languages: where each language's documents stand.
    """
    groups = documents["group"].cast(pl.String)
    if groups.is_null().all():
        return None
    counts = groups.drop_nulls().value_counts().sort(["count", "group"], descending=[True, False])
    return _breakdown(counts["group"].to_list()[:MOST_GROUPS], groups, theta, languages)


def by_period(documents: pl.DataFrame, theta: Theta, languages: ByLanguage) -> Breakdown | None:
    """Shares by month of ``date``, or by year over a long span or where many have no month; None without dates.

    A date begins with its year, or its year and month; others are counted as left out, as are those without a month
    among months. Months or years that no document is of are not listed.

    Args:
        documents: column date; D rows.
        theta: of these documents.
        languages: where each language's documents stand.
    """
    dates = documents["date"].cast(pl.String)
    if dates.is_null().all():
        return None
    _warn_of_unreadable(dates)
    periods = pl.Series(_periods(dates.to_list()), dtype=pl.String)
    return _breakdown(sorted(periods.drop_nulls().unique().to_list()), periods, theta, languages)


def _warn_of_unreadable(dates: pl.Series) -> None:
    given = [date for date in dates.drop_nulls().to_list() if date]
    unreadable = [date for date in given if not _DATE.match(date)]
    if unreadable:
        log.warning(
            "%d of %d dates cannot be read and are not shown over time, such as %r; "
            "expected a year, or a year and a month first, as 2020, 2020-03 or 20200301",
            len(unreadable),
            len(given),
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
