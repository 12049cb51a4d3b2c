"""Selection of the languages of a run, the pivot first, and of the documents that are held out for testing."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import polars as pl

from pipeline.common.errors import InputError
from pipeline.languages.codes import check_language

AUTO = "auto"
PREFERRED_PIVOT = "en"
UNLISTED = "language not listed"


def listed_languages(languages: str | Sequence[str]) -> tuple[str, ...] | None:
    """The languages that the parameter names, checked; None where the data decides.

    Raises:
        InputError: neither ``auto`` nor a list of at least two different codes.
    """
    if languages == AUTO:
        return None
    if isinstance(languages, str):
        raise InputError(f"languages = {languages!r}: expected `{AUTO}` or a list of at least two codes, pivot first.")
    codes = tuple(check_language(code, "languages") for code in languages)
    repeated = sorted({code for code in codes if codes.count(code) > 1})
    if repeated:
        raise InputError(f"languages = {list(codes)}: {', '.join(repeated)} is listed more than once.")
    if len(codes) < 2:
        raise InputError(f"languages = {list(codes)}: expected at least two codes, pivot first, or `{AUTO}`.")
    return codes


def reject_unlisted(rows: pl.DataFrame, listed: Sequence[str] | None) -> pl.DataFrame:
    """Reject rows in languages that the parameter does not name."""
    if listed is None:
        return rows
    new_reason = pl.when(~pl.col("lang").is_in(listed)).then(pl.format(UNLISTED + ": {}", "lang"))
    return rows.with_columns(reason=pl.coalesce("reason", new_reason))


def order_languages(rows: pl.DataFrame, listed: tuple[str, ...] | None) -> tuple[str, ...]:
    """The run's languages, pivot first.

    Without a list the pivot is English if there are English documents, else the language with the most documents.
    The other languages follow in the order of their codes.

    Args:
        rows: all rows with ``reason``.
        listed: the languages that the parameter names.

    Raises:
        InputError: a listed language has no documents, or there are fewer than two languages.
    """
    usable = pl.col("reason").is_null() | pl.col("reason").str.starts_with(UNLISTED)
    counts = {code: count for code, count in sorted(rows.filter(usable).group_by("lang").len().iter_rows())}
    counts_by_code = ", ".join(f"{code} {count}" for code, count in counts.items()) or "none"
    if listed is not None:
        missing_codes = [code for code in listed if code not in counts]
        if missing_codes:
            raise InputError(
                f"languages: no document is in {', '.join(missing_codes)}. Documents found: {counts_by_code}."
            )
        return listed
    if len(counts) < 2:
        raise InputError(f"Documents in at least two languages are needed; found: {counts_by_code}.")
    pivot = PREFERRED_PIVOT if PREFERRED_PIVOT in counts else max(counts, key=lambda code: counts[code])
    return (pivot, *(code for code in counts if code != pivot))


def in_order(documents: pl.DataFrame, languages: Sequence[str]) -> pl.DataFrame:
    """The documents sorted by language; within a language they stay in the order of the input."""
    return pl.concat(documents.filter(pl.col("lang") == language) for language in languages)


def assign_split(documents: pl.DataFrame, test_share: float, seed: int) -> pl.DataFrame:
    """Assign a split to each document without one; it depends only on the seed and the document's pair (or its id).

    The pair is hashed where there is one, so that translations of one text have the same split, and the content of
    a test document is not used for training in another language.

    Raises:
        InputError: a language has no document left for training.
    """
    drawn = [_draw(key, test_share, seed) for key in documents.select(pl.coalesce("pair", "id")).to_series()]
    documents = documents.with_columns(split=pl.coalesce("split", pl.Series(drawn, dtype=pl.String)))
    _need_training(documents)
    return documents


def _draw(key: str, test_share: float, seed: int) -> str:
    digest = blake2b(f"{seed}:{key}".encode(), digest_size=8).digest()
    return "test" if int.from_bytes(digest, "big") < test_share * 2**64 else "train"


def _need_training(documents: pl.DataFrame) -> None:
    counts = documents.group_by("lang", maintain_order=True).agg(
        train=(pl.col("split") == "train").sum(), test=(pl.col("split") == "test").sum()
    )
    for language, train, test in counts.iter_rows():
        if train == 0:
            raise InputError(
                f"{language}: all of its documents ({test}) are for testing, and none is left for training. "
                f"Is `{language}` right? Add documents, lower `documents.test_share`, or change the column `split`."
            )
