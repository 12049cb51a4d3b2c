"""Which words count: the frequent ones of the train documents, or those of given files."""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from pipeline.bow.counts import BLOCK
from pipeline.common.errors import InputError
from pipeline.common.files import read_utf8
from pipeline.tables.by_language import ByLanguage

log = logging.getLogger(__name__)


class BowParams(BaseModel):
    """The parameters of the vocabulary.

    Attributes:
        vocabulary: a folder with a given ``<lang>.txt`` for each language, one word on each line, in the terms' order.
        size: the most words that a language gets.
        min_documents: in how many training documents of its language a word must be.
        max_document_share: in what share of them it may be at most.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    vocabulary: Path | None = None
    size: int = Field(default=5000, ge=1)
    min_documents: int = Field(default=3, ge=1)
    max_document_share: float = Field(default=0.5, gt=0, le=1)


def build_vocabulary(tokens: pl.DataFrame, split: pl.Series, params: BowParams) -> pl.DataFrame:
    """The words of each language, chosen from the train documents unless they are given.

    Of the words within the bounds those are chosen that occur most often (of equals, the first by code
    point); they stand in the order of their code points. Given words stand in their file's order.

    Args:
        tokens: columns ``lang`` and ``tokens``.
        split: ``train`` or ``test`` for each of these documents.
        params: the bounds, or where the given words are.

    Returns:
        Columns ``lang``, ``term``, ``word`` and ``documents`` (how many train documents have the word).

    Raises:
        InputError: no word is left for a language, or its given list is missing or wrong.
    """
    parts = []
    for lang, rows in ByLanguage.of(tokens["lang"]).slices.items():
        training = tokens["tokens"][rows].filter(split[rows] == "train")
        folder = params.vocabulary
        words = _frequent(lang, training, params) if folder is None else _given(lang, training, folder)
        columns = words.with_row_index("term").with_columns(pl.lit(lang).alias("lang"))
        parts.append(columns.select("lang", "term", "word", pl.col("documents").cast(pl.UInt32)))
    return pl.concat(parts)


def _frequent(lang: str, documents: pl.Series, params: BowParams) -> pl.DataFrame:
    words = _count(documents)
    often = pl.col("documents") >= params.min_documents
    seldom = pl.col("documents") / len(documents) <= params.max_document_share
    within = words.filter(often, seldom)
    if within.is_empty():
        raise InputError(
            f"{lang}: no word is left for the vocabulary. {len(documents):,} train documents have {len(words):,} "
            f"different words; {words.filter(often).height:,} are in at least bow.min_documents = "
            f"{params.min_documents} of them, {words.filter(seldom).height:,} in at most the share "
            f"bow.max_document_share = {params.max_document_share}, none in both. Add documents, loosen a bound, "
            "or loosen the filters of `tokenise`."
        )
    if len(within) < params.size:
        log.info("%s: only %d words are within the bounds, of the %d of bow.size", lang, len(within), params.size)
    return within.sort("count", "word", descending=[True, False]).head(params.size).sort("word")


def _given(lang: str, documents: pl.Series, folder: Path) -> pl.DataFrame:
    path = folder / f"{lang}.txt"
    words = pl.DataFrame({"word": read_vocabulary(path)}, schema={"word": pl.String})
    counted = words.join(_count(documents), on="word", how="left", maintain_order="left").fill_null(0)
    if counted["documents"].sum() == 0:
        raise InputError(
            f"{path}: none of its {len(words):,} words is in the {len(documents):,} train documents of {lang}. "
            "The words must stand as the tokens do (case, script, dictionary form)."
        )
    return counted


def _count(documents: pl.Series) -> pl.DataFrame:
    """Columns ``word``, ``count`` and ``documents``, in no particular order."""
    tokens = documents.to_frame("word")
    parts = [_count_block(block) for block in tokens.iter_slices(BLOCK)] or [_count_block(tokens)]
    return pl.concat(parts).group_by("word").agg(pl.col("count", "documents").sum())


def _count_block(tokens: pl.DataFrame) -> pl.DataFrame:
    occurrences = tokens.with_row_index("document").explode("word").drop_nulls()
    per_document = occurrences.group_by("document", "word").agg(count=pl.len())
    return per_document.group_by("word").agg(pl.col("count").sum(), documents=pl.len())


def read_vocabulary(path: Path) -> list[str]:
    """The words of a given vocabulary, in order.

    Raises:
        InputError: the file is missing, or a line is not one word, or a word stands there twice.
    """
    if not path.exists():
        raise InputError(f"{path} is missing: bow.vocabulary = {path.parent} must hold one list for each language.")
    words = [line.strip() for line in read_utf8(path).rstrip().split("\n")]
    for number, word in enumerate(words, 1):
        if len(word.split()) != 1:
            raise InputError(f"{path}, line {number}: found {word!r}; expected one word, without a blank in it.")
    repeated = [word for word, times in Counter(words).items() if times > 1]
    if repeated:
        raise InputError(f"{path}: {len(repeated)} words stand more than once: {repeated[:10]}. Keep each only once.")
    return words
