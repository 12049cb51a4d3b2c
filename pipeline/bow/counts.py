"""Tokens to bags of words: one vocabulary a language, counts in sparse form."""

from __future__ import annotations

import logging

import numpy as np
import polars as pl
from scipy.sparse import csr_array

BLOCK = 50_000  # documents whose words are strings one a row at a time; keeps memory flat

log = logging.getLogger(__name__)


def count_words(tokens: pl.DataFrame, vocabulary: pl.DataFrame) -> pl.DataFrame:
    """How often each document has each word of its language's vocabulary.

    Args:
        tokens: columns ``lang`` and ``tokens``.
        vocabulary: columns ``lang``, ``term`` and ``word``.

    Returns:
        Columns ``document`` (row number), ``term`` and ``count``, sorted; no row for a document without words.
    """
    words = vocabulary.select("lang", "word", "term")
    blocks = [_count_block(block, words) for block in tokens.select("lang", "tokens").iter_slices(BLOCK)]
    starts = range(0, len(tokens), BLOCK)
    numbered = [block.with_columns(pl.col("document") + start) for start, block in zip(starts, blocks, strict=True)]
    return pl.concat(numbered) if numbered else _count_block(tokens, words)


def _count_block(tokens: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    occurrences = tokens.select("lang", word="tokens").with_row_index("document").explode("word")
    known = occurrences.join(words, on=["lang", "word"])
    return known.group_by("document", "term").agg(count=pl.len()).sort("document", "term")


def language_bow(bow: pl.DataFrame, vocabulary: pl.DataFrame, languages: pl.Series) -> dict[str, csr_array]:
    """The counts as one sparse matrix a language.

    Args:
        bow: columns ``document``, ``term`` and ``count``.
        vocabulary: column ``lang``, one row a term.
        languages: the language of every document, in table order.

    Returns:
        For each language (its D documents in table order, its V terms) of int32; a document without words is
        an empty row.
    """
    document, term, count = (bow[name].to_numpy() for name in ("document", "term", "count"))
    matrices = {}
    for lang, terms in vocabulary.group_by("lang", maintain_order=True).len().iter_rows():
        mine = (languages == lang).to_numpy()
        rows = np.cumsum(mine, dtype=np.int32) - 1  # of the language's documents within the language
        entries = mine[document]
        places = (rows[document[entries]], term[entries].astype(np.int32))
        matrices[lang] = csr_array((count[entries].astype(np.int32), places), shape=(mine.sum(), terms))
    return matrices


def log_counts(bow: pl.DataFrame, vocabulary: pl.DataFrame, languages: pl.Series) -> None:
    """Tell each language's sizes, and how many documents have no word of the vocabulary."""
    per_document = bow.group_by("document").agg(entries=pl.len(), tokens=pl.col("count").sum())
    documents = pl.DataFrame({"lang": languages}).with_row_index("document").join(per_document, "document", "left")
    words = vocabulary.group_by("lang").agg(words=pl.len())
    sizes = documents.group_by("lang", maintain_order=True).agg(
        pl.len().alias("documents"), pl.col("entries", "tokens").sum(), pl.col("tokens").null_count().alias("without")
    )
    for row in sizes.join(words, "lang", "left", maintain_order="left").iter_rows(named=True):
        log.info(
            "%(lang)s: %(documents)d documents, %(words)d words, %(entries)d entries, %(tokens)d tokens; "
            "%(without)d documents have no word of the vocabulary (kept)",
            row,
        )
