"""Positions of documents and topics in the plane."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

PERPLEXITY = 30.0
FEWEST = 8  # with fewer documents, neighbours mean nothing


def in_plane(theta: np.ndarray, seed: int) -> np.ndarray:
    """(N, 2) t-SNE of sqrt(theta), in which Euclidean distance is Hellinger distance; between -1 and 1.

    Van der Maaten and Hinton, Visualizing Data using t-SNE, 2008. It runs on one thread: with several threads the
    order of additions varies, and t-SNE turns a difference in the last digit into a different picture.

    Args:
        theta: (N, K) rows that sum to 1.
        seed: seed of t-SNE.
    """
    from sklearn.manifold import TSNE

    roots = np.sqrt(theta.astype(np.float64))
    if len(roots) < FEWEST:
        return _in_unit_square(_principal(roots)) if len(roots) else np.zeros((0, 2))
    tsne = TSNE(
        init="pca" if roots.shape[1] > 1 else "random",
        perplexity=min(PERPLEXITY, (len(roots) - 1) / 3),
        random_state=seed,
        n_jobs=1,
    )
    with threadpool_limits(1):
        return _in_unit_square(tsne.fit_transform(roots).astype(np.float64))


def topic_positions(theta: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """(K, 2) for each topic, the theta-weighted mean position of the documents in which it is the largest topic.

    A topic that is not the largest in any document gets the weighted mean over all documents. That mean is near the
    middle of the map, because each document has a little of each topic.

    Args:
        theta: (N, K) theta of the documents.
        positions: (N, 2) positions of the documents.
    """
    is_largest = theta.argmax(axis=1)[:, None] == np.arange(theta.shape[1])
    weights = np.where(is_largest, theta, 0) + np.where(is_largest.any(axis=0), 0, theta) + 1e-12
    return (weights.T @ positions) / weights.sum(axis=0)[:, None]


def _principal(points: np.ndarray) -> np.ndarray:
    centred = points - points.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    plane = np.zeros((len(points), 2))
    plane[:, : min(2, len(sizes))] = (left * sizes)[:, :2]
    return plane


def _in_unit_square(points: np.ndarray) -> np.ndarray:
    centred = points - (points.min(axis=0) + points.max(axis=0)) / 2
    return centred / max(np.abs(centred).max(), 1e-12)
