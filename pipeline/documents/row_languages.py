"""The languages of rows: identified where none is declared, doubted where the text is clearly in another."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Sequence

import polars as pl

from pipeline.languages.codes import language_name
from pipeline.languages.identify import (
    DECIDED,
    Identified,
    are_relatives,
    can_identify,
    contradictions,
    identify,
)

log = logging.getLogger(__name__)

UNCLEAR = "language unclear"
RARE = "language identified in few rows only"
FEWEST_ROWS = 2
LEAST_SHARE = 0.02  # of the rows that are clearly in some language
MINOR = 0.2  # a language is taken for a relative that has five times as many rows


def with_languages(rows: pl.DataFrame, listed: Collection[str] | None, least: float) -> pl.DataFrame:
    """The rows with a language where none was declared, and its ``lang_certainty``, which is null where one was.

    A row whose language is not clear enough is rejected. Without a list, a language that only few rows are in is
    rejected as well, so that a name or a quotation does not become a language of the run.

    Args:
        rows: columns lang, text and reason among others.
        listed: the languages of the run, or None if the documents decide.
        least: the least certainty.
    """
    certainty = pl.lit(None, pl.Float32)
    missing = pl.col("lang").is_null() & pl.col("reason").is_null()
    texts = rows.filter(missing)["text"].to_list()
    if not texts:
        return rows.with_columns(lang_certainty=certainty)
    expected = list(listed) if listed else likely_languages(declared_languages(rows), texts)
    if unknown := [lang for lang in expected if not can_identify(lang)]:
        log.warning("rows without `lang` are never taken for %s, which cannot be identified", ", ".join(unknown))
    found = identify(texts, expected)
    reasons = [_reason(one, expected, listed, least) for one in found]
    named = rows.with_row_index("number").filter(missing).select("number")
    named = named.with_columns(
        pl.Series("found", [None if one.certainty < least else one.lang for one in found], pl.String),
        pl.Series("lang_certainty", [one.certainty for one in found], pl.Float32),
        pl.Series("problem", reasons, pl.String),
    )
    joined = rows.with_row_index("number").join(named, on="number", how="left", maintain_order="left")
    return joined.with_columns(lang=pl.coalesce("lang", "found"), reason=pl.coalesce("reason", "problem")).drop(
        "number", "found", "problem"
    )


def declared_languages(rows: pl.DataFrame) -> list[str]:
    """The languages that usable rows say they are in."""
    return sorted(rows.filter(pl.col("reason").is_null())["lang"].drop_nulls().unique())


def likely_languages(declared: Sequence[str], texts: Sequence[str]) -> list[str]:
    """The languages that rows without one may be in: the declared ones, and those that many texts are clearly in."""
    counts = Counter(found.lang for found in identify(texts) if found.certainty >= DECIDED)
    least = max(FEWEST_ROWS, LEAST_SHARE * counts.total())
    frequent = [lang for lang, count in counts.most_common() if count >= least]
    likely = list(declared)
    for lang in frequent:
        nearest_ones = [other for other in likely if are_relatives(lang, other)]
        if lang not in likely and not any(
            other in declared or counts[lang] < MINOR * counts[other] for other in nearest_ones
        ):
            likely.append(lang)
    return sorted(likely)


def language_notes(texts: Sequence[str], languages: Sequence[str]) -> list[str | None]:
    """A remark about each text that is clearly in another language than it is said to be in; null for the others."""
    return [_note(others, lang) for others, lang in zip(contradictions(texts, languages), languages, strict=True)]


def _reason(found: Identified, expected: Sequence[str], listed: Collection[str] | None, least: float) -> str | None:
    if found.certainty < least:
        return f"{UNCLEAR}: most likely {found.lang}, with a certainty of {found.certainty:.2f}; add a column `lang`"
    if found.lang not in expected:
        return f"language not listed: {found.lang}, as identified" if listed else f"{RARE}: {found.lang}"
    return None


def _note(others: Sequence[str], lang: str) -> str | None:
    if not others:
        return None
    names = " and ".join(map(language_name, others))
    return f"the text seems to be in {names}" + (
        "" if lang in others or len(others) == 1 else f", not {language_name(lang)}"
    )
