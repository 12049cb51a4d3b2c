"""Measures whether a topic is about the same in two languages: whether its documents have the same direction."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipeline.tables.vectors import Theta, unit_rows

BLOCK = 10_000  # how many documents have their vectors in double precision at once


def topic_vectors(theta: Theta, vectors: np.ndarray) -> np.ndarray:
    """(K, E) theta-weighted mean vector of each topic's documents, minus the mean of the language.

    Each language has its own place in an embedding space. If its mean were not subtracted, all topics of a language
    would be close to each other. The vector of a topic that occurs in no document is zeros.

    Args:
        theta: theta of D documents of one language; documents without a theta do not count.
        vectors: (D, E) vectors of the same documents.
    """
    sums = np.zeros((theta.topics, vectors.shape[1]))
    total = np.zeros(vectors.shape[1])
    for start in range(0, len(theta), BLOCK):
        theta_block = theta[start : start + BLOCK]
        vector_block = vectors[start : start + BLOCK][theta_block.known].astype(np.float64)
        sums += theta_block.of_known.T.astype(np.float64) @ vector_block
        total += vector_block.sum(axis=0)
    mass = theta.of_known.sum(axis=0, dtype=np.float64)[:, None]
    means = np.divide(sums, mass, out=np.zeros_like(sums), where=mass > 0)
    return np.where(mass > 0, means - total / max(1, theta.known.sum()), 0)


def alignment_matrices(theta: Mapping[str, Theta], vectors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Language -> (K, K) cosines between the pivot's topics (rows) and the language's topics (columns).

    Args:
        theta: language -> theta of its D documents, the pivot first.
        vectors: language -> (D, E) vectors of the same documents, in a space that the languages share.

    Returns:
        One matrix for each language except for the pivot.
    """
    directions = {name: unit_rows(topic_vectors(theta[name], vectors[name])) for name in theta}
    pivot, *others = directions
    return {name: directions[pivot] @ directions[name].T for name in others}


def topic_alignment(matrices: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """(K,) cosine of each topic with itself in the pivot, mean over languages; None if there is only one language."""
    diagonals = [matrix.diagonal() for matrix in matrices.values()]
    return np.mean(diagonals, axis=0) if diagonals else None
