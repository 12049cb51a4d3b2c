"""Links between words as sparse matrices."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.sparse import csr_array, diags_array

from pipeline.tables.by_language import vocabulary_sizes


def link_matrices(vocabulary: pl.DataFrame, links: pl.DataFrame) -> dict[str, csr_array]:
    """For each language, (P, V) how often the dictionary pairs the pivot's P words with its V words.

    The matrix of the pivot is empty.

    Args:
        vocabulary: has the column lang and one row for each word, the pivot's words first.
        links: from :func:`link_vocabularies`.
    """
    sizes = vocabulary_sizes(vocabulary)
    pivot_size = next(iter(sizes.values()))
    matrices = {}
    for language, size in sizes.items():
        language_links = links.filter(pl.col("lang") == language)
        places = (language_links["pivot_term"].to_numpy(), language_links["term"].to_numpy())
        matrices[language] = csr_array(
            (language_links["count"].to_numpy().astype(np.float64), places), shape=(pivot_size, size)
        )
    return matrices


def rows_to_one(links: csr_array) -> csr_array:
    """Divide each row by its sum; rows of zeros stay."""
    totals = np.asarray(links.sum(axis=1), dtype=np.float64)
    return csr_array(diags_array(np.divide(1, totals, out=np.zeros_like(totals), where=totals > 0)) @ links)
