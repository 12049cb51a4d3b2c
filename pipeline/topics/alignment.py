"""Whether a topic is about the same in two languages: do its documents lie in the same direction."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipeline.tables.vectors import Theta, unit_rows

BLOCK = 10_000  # documents whose vectors are in double precision at once


def topic_vectors(theta: Theta, vectors: np.ndarray) -> np.ndarray:
    """(K, E) the theta-weighted mean vector of each topic's documents, the language's mean taken away.

    Languages lie in places of their own in an embedding space; without its mean each topic of a language is near
    every other of the same language. A topic that no document holds is zeros.

    Args:
        theta: of D documents of one language, of which those that have one count.
        vectors: (D, E) of the same documents.
    """
    sums = np.zeros((theta.topics, vectors.shape[1]))
    total = np.zeros(vectors.shape[1])
    for start in range(0, len(theta), BLOCK):
        part = theta[start : start + BLOCK]
        block = vectors[start : start + BLOCK][part.known].astype(np.float64)
        sums += part.of_known.T.astype(np.float64) @ block
        total += block.sum(axis=0)
    mass = theta.of_known.sum(axis=0, dtype=np.float64)[:, None]
    means = np.divide(sums, mass, out=np.zeros_like(sums), where=mass > 0)
    return np.where(mass > 0, means - total / max(1, theta.known.sum()), 0)


def alignment_matrices(theta: Mapping[str, Theta], vectors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Each language but the pivot -> (K, K) cosines between the pivot's topics (rows) and its own (columns).

    Args:
        theta: language -> that of its D documents, the pivot first.
        vectors: language -> (D, E) in a space that the languages share.
    """
    directions = {name: unit_rows(topic_vectors(theta[name], vectors[name])) for name in theta}
    pivot, *others = directions
    return {name: directions[pivot] @ directions[name].T for name in others}


def topic_alignment(matrices: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """(K,) each topic's cosine with itself in the pivot, mean over languages; None where there is one language."""
    diagonals = [matrix.diagonal() for matrix in matrices.values()]
    return np.mean(diagonals, axis=0) if diagonals else None
