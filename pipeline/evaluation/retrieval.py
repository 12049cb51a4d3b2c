"""Does a document's theta find its translation? (Mimno et al., 2009; Zosa and Pivovarova, 2022)."""

from __future__ import annotations

import numpy as np

CHUNK = 256  # queries at a time, so that memory grows with the number of documents and not with its square


def retrieval(queries: np.ndarray, answers: np.ndarray) -> tuple[float, float]:
    """Rank all answers of each query by Jensen-Shannon divergence.

    Args:
        queries: (D, K) thetas in one language.
        answers: (D, K) thetas in another language; row i is the translation of query i.

    Returns:
        The mean reciprocal rank of the translation (ties share their mean rank), and the mean divergence
        between translations, in bits: 0 means equal, 1 means nothing in common.
    """
    from scipy.stats import rankdata  # takes half a second to import

    ranks, divergences = [], []
    for start in range(0, len(queries), CHUNK):
        block = jensen_shannon(queries[start : start + CHUNK], answers)
        translations = np.arange(len(block)), np.arange(start, start + len(block))
        ranks.append(rankdata(block, axis=1)[translations])
        divergences.append(block[translations])
    return float((1 / np.concatenate(ranks)).mean()), float(np.concatenate(divergences).mean())


def jensen_shannon(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """(N, M) Jensen-Shannon divergence in bits between the rows of p (N, K) and of q (M, K)."""
    p, q = p.astype(np.float64), q.astype(np.float64)  # the smallest number below would be 0 in float32
    middle = np.zeros((len(p), len(q)))
    for topic in range(p.shape[1]):  # topic by topic: an (N, M, K) array would not fit in memory
        middle += _information(p[:, None, topic] / 2 + q[None, :, topic] / 2)
    ends = _information(p).sum(axis=1)[:, None] + _information(q).sum(axis=1)[None, :]
    return np.maximum(ends / 2 - middle, 0)


def _information(p: np.ndarray) -> np.ndarray:
    return p * np.log2(np.maximum(p, 1e-300))
