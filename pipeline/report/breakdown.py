"""Topic shares by group and over time, language by language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.tables.by_language import ByLanguage
from pipeline.tables.vectors import Theta
from pipeline.topics.shares import Shares, topic_shares

MOST_GROUPS = 20
YEARS_BY_MONTH = 3  # a longer span is shown by year

MONTHS_KNOWN = 0.9  # months are shown if at least this share of the dates has a month; other dates are left out


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

    Documents without a date are counted as left out; so are documents whose date has no month, if the shares are by
    month. Months and years without documents are not listed.

    Args:
        documents: column date, in ISO 8601; D rows.
        theta: theta of these documents.
        languages: the rows of each language.
    """
    dates = documents["date"].cast(pl.String)
    if dates.is_null().all():
        return None
    periods = pl.Series(_periods(dates.to_list()), dtype=pl.String)
    return _breakdown(sorted(periods.drop_nulls().unique().to_list()), periods, theta, languages)


def _periods(dates: Sequence[str | None]) -> list[str | None]:
    known = [date for date in dates if date]
    years = [int(date[:4]) for date in known]
    with_month = sum(len(date) > 4 for date in known)
    if max(years) - min(years) >= YEARS_BY_MONTH or with_month < MONTHS_KNOWN * len(years):
        return [date and date[:4] for date in dates]
    return [date[:7] if date and len(date) > 4 else None for date in dates]


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
