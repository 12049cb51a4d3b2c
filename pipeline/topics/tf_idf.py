"""The words of a cluster's documents: word counts and c-TF-IDF."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array


def cluster_counts(bow: csr_array, clusters: np.ndarray, topics: int) -> np.ndarray:
    """(K, V) how often each word occurs in each cluster's documents."""
    documents = np.arange(len(clusters))
    membership = csr_array((np.ones(len(clusters)), (clusters, documents)), shape=(topics, len(clusters)))
    return (membership @ bow).toarray()


def cluster_tf_idf(counts: np.ndarray) -> np.ndarray:
    """c-TF-IDF of clusters, the start of beta (published code).

    Rows are normalised to sum 1 and multiplied by ``idf = ln((K + 1) / (df + 1)) + 1``, where df is the number of
    clusters with the word. They are normalised again, and 1e-8 is added. The row of an empty cluster is 1e-8.

    Args:
        counts: (K, V) word counts of each cluster.

    Returns:
        (K, V) float64.
    """
    return _weighed(counts, (counts > 0).sum(axis=0))


def theta_tf_idf(mass: np.ndarray) -> np.ndarray:
    """c-TF-IDF where documents are split among topics, so that every word has some mass in every topic.

    It is computed as in :func:`cluster_tf_idf`, but df is the effective number of topics of a word: the exponential of
    the entropy of the word's shares. For equal shares this is the number of shares.

    Args:
        mass: (K, V) from :func:`pipeline.topics.selection.topic_mass`.

    Returns:
        (K, V) float64.
    """
    share = _rows_to_one(mass.T).T
    entropy = -(share * np.log(share, out=np.zeros_like(share), where=share > 0)).sum(axis=0)
    return _weighed(mass, np.where(mass.any(axis=0), np.exp(entropy), 0))


def _weighed(counts: np.ndarray, topics_of_word: np.ndarray) -> np.ndarray:
    idf = np.log((len(counts) + 1) / (topics_of_word + 1)) + 1
    return _rows_to_one(_rows_to_one(counts) * idf) + 1e-8


def _rows_to_one(matrix: np.ndarray) -> np.ndarray:
    totals = matrix.sum(axis=1, keepdims=True)
    return np.divide(matrix, totals, out=np.zeros_like(matrix, dtype=np.float64), where=totals > 0)
