"""Words of one language and their vectors, from its own documents: PPMI of co-occurrence, then a truncated SVD.

Levy and Goldberg (2014), Neural word embedding as implicit matrix factorization.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.sparse import csr_array
from sklearn.utils.extmath import randomized_svd

from pipeline.tables.vectors import unit_rows

# When the SVD gets the PMI as a dense matrix: with so many entries, and so great a share, of so few words (1 GB).
DENSE_FROM, DENSE_SHARE, DENSE_TO = 1_000_000, 0.02, 16_384


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


def positive_pmi(bow: csr_array) -> csr_array:
    """(V, V) positive pointwise mutual information of two different words in one document.

    Args:
        bow: (D, V) counts; how often a word occurs within a document does not matter.
    """
    present = (bow > 0).astype(np.float32)
    together = (present.T @ present).tocoo()
    apart = together.row != together.col
    rows, columns, counts = together.row[apart], together.col[apart], together.data[apart].astype(np.float64)
    totals = np.bincount(rows, counts, minlength=bow.shape[1])
    pmi = np.log(counts * counts.sum() / (totals[rows] * totals[columns]))
    positive = pmi > 0
    return csr_array((pmi[positive].astype(np.float32), (rows[positive], columns[positive])), shape=together.shape)


def _for_products(pmi: csr_array) -> csr_array | np.ndarray:
    """The matrix as its products are fastest: a dense entry costs about a fiftieth of a sparse one."""
    words = pmi.shape[0]
    many = pmi.nnz >= max(DENSE_FROM, DENSE_SHARE * words**2)
    return pmi.toarray() if many and words <= DENSE_TO else pmi


def word_vectors(bow: csr_array, dimension: int, seed: int) -> np.ndarray:
    """(V, dimension) word vectors: of length 1, then less their mean; zero for a word that meets no other.

    Args:
        bow: (D, V) counts of the training documents.
        dimension: wanted width; columns beyond the matrix's rank are zero.
        seed: of the randomised SVD.
    """
    rank = min(dimension, bow.shape[1])
    pmi = positive_pmi(bow)
    known = np.diff(pmi.indptr) > 0  # the rows of the others hold rounding noise
    left, values, _ = randomized_svd(_for_products(pmi), rank, n_iter=7, random_state=seed)
    vectors = np.zeros((bow.shape[1], dimension), np.float32)
    if known.any():
        vectors[known, :rank] = unit_rows((left * np.sqrt(values))[known])
        vectors[known] -= vectors[known].mean(axis=0)
    return vectors
