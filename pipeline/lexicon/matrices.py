"""Links of words as sparse matrices."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.sparse import csr_array, diags_array

from pipeline.tables.by_language import vocabulary_sizes


def link_matrices(vocabulary: pl.DataFrame, links: pl.DataFrame) -> dict[str, csr_array]:
    """(P, V) how often the dictionary pairs the pivot's P words with each language's V; empty for the pivot.

    Args:
        vocabulary: column lang, a row for each word, the pivot's first.
        links: from :func:`link_vocabularies`.
    """
    sizes = vocabulary_sizes(vocabulary)
    pivot_size = next(iter(sizes.values()))
    matrices = {}
    for language, size in sizes.items():
        part = links.filter(pl.col("lang") == language)
        places = (part["pivot_term"].to_numpy(), part["term"].to_numpy())
        matrices[language] = csr_array((part["count"].to_numpy().astype(np.float64), places), shape=(pivot_size, size))
    return matrices


def rows_to_one(links: csr_array) -> csr_array:
    """Rows divided by their sums; rows of zeros stay."""
    totals = np.asarray(links.sum(axis=1), dtype=np.float64)
    return csr_array(diags_array(np.divide(1, totals, out=np.zeros_like(totals), where=totals > 0)) @ links)
