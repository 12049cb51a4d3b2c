"""What a cluster's documents say: word counts and c-TF-IDF."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array


def cluster_counts(bow: csr_array, clusters: np.ndarray, topics: int) -> np.ndarray:
    """(K, V) how often each word occurs in each cluster's documents."""
    documents = np.arange(len(clusters))
    member = csr_array((np.ones(len(clusters)), (clusters, documents)), shape=(topics, len(clusters)))
    return (member @ bow).toarray()


def cluster_tf_idf(counts: np.ndarray) -> np.ndarray:
    """c-TF-IDF of clusters, the start of beta (published code).

    Rows are normalised to 1, multiplied by ``idf = ln((K + 1) / (df + 1)) + 1`` with df the number of
    clusters that hold the word, normalised again, and lifted by 1e-8. An empty cluster's row is 1e-8.

    Args:
        counts: (K, V) word counts a cluster.

    Returns:
        (K, V) float64.
    """
    return _weighed(counts, (counts > 0).sum(axis=0))


def theta_tf_idf(mass: np.ndarray) -> np.ndarray:
    """c-TF-IDF where documents are split among topics, so that every word has some mass in every topic.

    As :func:`cluster_tf_idf`, with df the number of topics that a word is spread over: the exponential of the
    entropy of its shares, which is their number where they are equal.

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
