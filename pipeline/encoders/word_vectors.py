"""Words of one language and their vectors, from documents of that language: PPMI of co-occurrence, then truncated SVD.

Levy and Goldberg (2014), Neural word embedding as implicit matrix factorization.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.sparse import csr_array
from sklearn.utils.extmath import randomized_svd

from pipeline.tables.vectors import unit_rows

# The SVD gets the PMI as a dense matrix if it has at least DENSE_FROM entries, if these are at least a share of
# DENSE_SHARE of all cells, and if there are at most DENSE_TO words (1 GB).
DENSE_FROM, DENSE_SHARE, DENSE_TO = 1_000_000, 0.02, 16_384


def frequent_words(tokens: pl.Series, min_documents: int, most: int) -> list[str]:
    """The words that occur in most documents, the most frequent first, equally frequent ones by code point.

    Args:
        tokens: the documents' lists of words.
        min_documents: number of documents that must contain a word.
        most: largest number of words.
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
        bow: (D, V) counts; only whether a word occurs in a document matters.
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
    """The matrix in the form whose products are faster: a dense entry costs about a fiftieth of a sparse one."""
    words = pmi.shape[0]
    many = pmi.nnz >= max(DENSE_FROM, DENSE_SHARE * words**2)
    return pmi.toarray() if many and words <= DENSE_TO else pmi


def word_vectors(bow: csr_array, dimension: int, seed: int) -> np.ndarray:
    """(V, dimension) word vectors, scaled to length 1, then centred; zeros for a word that never meets another.

    Args:
        bow: (D, V) counts of the training documents.
        dimension: width of the vectors; columns beyond the matrix's rank are zero.
        seed: seed of the randomised SVD.
    """
    rank = min(dimension, bow.shape[1])
    pmi = positive_pmi(bow)
    has_neighbours = np.diff(pmi.indptr) > 0  # the rows of the other words hold only rounding noise
    left, values, _ = randomized_svd(_for_products(pmi), rank, n_iter=7, random_state=seed)
    vectors = np.zeros((bow.shape[1], dimension), np.float32)
    if has_neighbours.any():
        vectors[has_neighbours, :rank] = unit_rows((left * np.sqrt(values))[has_neighbours])
        vectors[has_neighbours] -= vectors[has_neighbours].mean(axis=0)
    return vectors
