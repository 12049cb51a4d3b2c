"""Texts whose translations are known, of which a dictionary is made where no file is given."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from scipy.sparse import csr_array, vstack

from pipeline.bow.counts import word_counts
from pipeline.lexicon.word_alignment import translated_words
from pipeline.tables.catalogue import PARALLEL_TOKENS


def aligned_texts(documents: pl.DataFrame, parallel: pl.DataFrame) -> pl.DataFrame:
    """The training documents with a pair, and the texts of `parallel`.

    Test documents are left out, since retrieval is measured on their pairs.

    Args:
        documents: columns ``lang``, ``split``, ``pair`` and ``tokens``.
        parallel: the table :data:`pipeline.tables.catalogue.PARALLEL_TOKENS`.

    Returns:
        Columns ``pair``, ``lang`` and ``tokens``; a pair of documents and one of `parallel` never have the same name.
    """
    columns = list(PARALLEL_TOKENS.columns)
    paired = documents.filter(pl.col("split") == "train", pl.col("pair").is_not_null()).select(columns)
    names = (pl.format("document {}", "pair"), pl.format("parallel {}", "pair"))
    parts = [table.with_columns(name.alias("pair")) for table, name in zip((paired, parallel), names, strict=True)]
    return pl.concat([part.select(columns) for part in parts])


def words_of_texts(
    texts: pl.DataFrame, pivot: str, pivot_words: Sequence[str], language: str, words: Sequence[str]
) -> dict[tuple[int, int], float]:
    """Pairs of words that translate each other in the texts, see :func:`translated_words`; none without such texts.

    Args:
        texts: from :func:`aligned_texts`.
        pivot: the language of ``pivot_words``.
        pivot_words: the words that may be translated.
        language: the language of ``words``.
        words: the words that may be translations.
    """
    sides = [
        texts.filter(pl.col("lang") == name).group_by("pair").agg(pl.col("tokens").explode(empty_as_null=False))
        for name in (pivot, language)
    ]
    both = sides[0].join(sides[1], on="pair", suffix="_other").sort("pair")
    if both.is_empty():
        return {}
    return translated_words(_counts(both["tokens"], pivot_words), _counts(both["tokens_other"], words))


def _counts(tokens: pl.Series, words: Sequence[str]) -> csr_array:
    return csr_array(vstack([counts for _, counts in word_counts(tokens, words)], format="csr"))
