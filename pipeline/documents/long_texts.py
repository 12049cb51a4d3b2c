"""Long texts as passages: each passage is a document of the run, and knows which text it is from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise
from typing import Any, Final

import polars as pl

from pipeline.common.errors import InputError

REACH: Final = 4  # a border is looked for within a quarter of a passage's length around its even place


def with_passages(documents: pl.DataFrame, length: int) -> pl.DataFrame:
    """Cut long texts into passages, which take the place of their text's row.

    The passages of the text `a` are called `a#1`, `a#2`, ...; all other columns are those of the text.

    Args:
        documents: columns id, lang and text among others.
        length: about how many characters a passage has, see :func:`passages_of_text`; 0 cuts nothing.

    Returns:
        The rows in the same order, with ``whole``: the id of the text that was cut, or null.
    """
    if not length:
        return documents.with_columns(whole=pl.lit(None, pl.String))
    passages = [passages_of_text(text, lang, length) for text, lang in documents.select("text", "lang").iter_rows()]
    numbers = [range(1, len(parts) + 1) for parts in passages]
    is_cut = pl.Series([len(parts) > 1 for parts in passages], dtype=pl.Boolean)
    return (
        documents.with_columns(
            text=pl.Series(passages, dtype=pl.List(pl.String)),
            number=pl.Series(numbers, dtype=pl.List(pl.UInt32)),
            whole=pl.when(is_cut).then("id"),
        )
        .explode("text", "number")
        .with_columns(id=pl.coalesce(pl.format("{}#{}", "whole", "number"), "id"))
        .drop("number")
    )


def check_passage_ids(documents: pl.DataFrame) -> None:
    """Refuse documents of which one has the name of another one's passage.

    Raises:
        InputError: an id stands twice.
    """
    repeated = documents.filter(pl.col("id").is_duplicated())
    if len(repeated):
        first, whole = repeated.filter(pl.col("whole").is_not_null()).select("id", "whole").row(0)
        raise InputError(
            f"documents.split_length: a passage of `{whole}` is called `{first}`, but another document has this id. "
            "Give one of the two texts another `id`."
        )


def passage_counts(documents: pl.DataFrame) -> dict[str, int]:
    """How many texts were cut, and into how many passages."""
    wholes = documents["whole"].drop_nulls()
    return {"texts": wholes.n_unique(), "passages": len(wholes)}


def passages_of_text(text: str, lang: str, length: int) -> list[str]:
    """Cut one text into passages of nearly equal length.

    A border is put where it disturbs least: between paragraphs, else between sentences, lines or words, and of these
    nearest to the place that makes the passages equal. No passage is longer than twice ``length``.

    Args:
        text: the text.
        lang: code of its language.
        length: about how many characters a passage has; a text with less than one and a half times as many stays whole.
    """
    count = (2 * len(text) + length) // (2 * length)
    if count < 2:
        return [text]
    reach = len(text) // count // REACH
    places = (len(text) * number // count for number in range(1, count))
    borders = [0, *(_border(text, place, reach, lang) for place in places), len(text)]
    return [passage for start, end in pairwise(borders) if (passage := text[start:end].strip())]


def _border(text: str, place: int, reach: int, lang: str) -> int:
    """The best place for a border that is at most ``reach`` characters from ``place``."""
    window = text[place - reach : place + reach]
    for ends in BORDERS:
        if inside := [end for end in ends(window, lang) if 0 < end < len(window)]:
            return place - reach + min(inside, key=lambda end: abs(end - reach))
    return place


def _after(pattern: str) -> Callable[[str, str], Iterator[int]]:
    return lambda window, lang: (match.end() for match in re.finditer(pattern, window))


def _sentences(window: str, lang: str) -> Iterator[int]:
    from icu4py.breakers import SentenceBreaker

    return _ends(SentenceBreaker(window.replace("\n", " "), lang))  # a line's end is not the end of a sentence


def _words(window: str, lang: str) -> Iterator[int]:
    from icu4py.breakers import WordBreaker

    return _ends(WordBreaker(window, lang))


def _ends(segments: Any) -> Iterator[int]:  # noqa: ANN401 - an iterable of strings from an untyped package
    return accumulate(map(len, segments))


BORDERS: Final = (_after(r"\n\s*\n"), _sentences, _after(r"\n"), _after(r"\s"), _words)  # the best first
