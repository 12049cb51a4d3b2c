"""The words of documents: which are frequent, and sparse counts by blocks, which keep the memory flat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from scipy.sparse import csr_array

BLOCK = 50_000  # documents worked on at once


def frequent_words(tokens: pl.Series, min_documents: int, most: int) -> list[str]:
    """The words that are in most documents, the most frequent first, equals by code point.

    Args:
        tokens: the documents' lists of words.
        min_documents: how many a word must be in.
        most: words, at most.
    """
    return (
        tokens.to_frame("tokens")
        .select(pl.col("tokens").list.unique())
        .explode("tokens")
        .drop_nulls()
        .group_by("tokens")
        .len()
        .filter(pl.col("len") >= min_documents)
        .sort(["len", "tokens"], descending=[True, False])
        .head(most)["tokens"]
        .to_list()
    )


def count_blocks(tokens: pl.Series, words: Sequence[str]) -> Iterator[tuple[slice, csr_array]]:
    """Count ``words`` in documents.

    Args:
        tokens: D lists of words.
        words: V words, none twice.

    Yields:
        Which documents, and their (<= BLOCK, V) float32 counts.
    """
    index = pl.DataFrame({"tokens": words, "term": np.arange(len(words))}, schema_overrides={"tokens": pl.String})
    for start in range(0, len(tokens), BLOCK):
        block = tokens.slice(start, BLOCK)
        yield slice(start, start + len(block)), _count_block(block, index)


def _count_block(tokens: pl.Series, index: pl.DataFrame) -> csr_array:
    occurrences = tokens.to_frame("tokens").with_row_index("document").explode("tokens")
    entries = occurrences.join(index, on="tokens", how="inner", maintain_order="left")
    ones = np.ones(len(entries), np.float32)
    places = (entries["document"].to_numpy(), entries["term"].to_numpy())
    return csr_array((ones, places), shape=(len(tokens), len(index)))
