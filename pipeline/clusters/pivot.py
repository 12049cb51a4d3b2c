"""Pivot clusters: k-means on the pivot language, every other document to a centroid (XTRA, appendix C)."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from scipy.sparse import csr_array

from pipeline.clusters.reduction import Space, reduce
from pipeline.common.errors import InputError
from pipeline.tables.vectors import unit_rows

log = logging.getLogger(__name__)


class ClusterParams(BaseModel):
    """The ``cluster`` section of params.yaml.

    Attributes:
        num_topics: K, the number of clusters (top level).
        seed: of k-means (top level).
        labels: a table of given clusters instead, see :func:`pipeline.clusters.given.given_clusters` (top level).
        space: ``u-svd``: left singular vectors only, as in the paper; ``svd``: times the singular values, which
            small corpora need; ``svd-lr``: those without the dimensions that tell languages apart (Chang et
            al., 2024).
        dimension: how many leading dimensions are kept.
        restarts: k-means runs, of which the best counts.
        centre: take each language's mean away first, which tells the languages apart and nothing else.
        rounds: of moving centroids to the middle between the languages, see :func:`shared_clusters`; 0 in the paper.
        translated: weight of the unit vector of the document translated word by word by the dictionary, added to
            its own; topics then agree better across languages. 0 in the paper.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    num_topics: int = Field(10, ge=2)
    seed: int = Field(0, ge=0, lt=2**32)
    labels: Path | None = None
    space: Space = "svd"
    dimension: int = Field(100, ge=1)
    restarts: int = Field(10, ge=1)
    centre: bool = True
    rounds: int = Field(30, ge=0)
    translated: float = Field(0.0, ge=0)


def pivot_clusters(embeddings: np.ndarray, languages: np.ndarray, params: ClusterParams) -> np.ndarray:
    """The cluster of each document.

    Documents whose embedding is zeros, of which nothing is known, join the largest cluster and move no centroid.

    Args:
        embeddings: (D, E), the pivot's documents first.
        languages: (D,) language of each document.
        params: how to cluster.

    Returns:
        (D,) int64, from 0 to K - 1.

    Raises:
        InputError: more clusters are wanted than the pivot has documents.
    """
    known = embeddings.any(axis=1)
    if known.all():
        return _clusters(embeddings, languages, languages[0], params)
    clusters = np.empty(len(embeddings), dtype=np.int64)
    clusters[known] = _clusters(embeddings[known], languages[known], languages[0], params)
    clusters[~known] = np.bincount(clusters[known]).argmax()
    log.warning("%d documents have no embedding; they join the largest cluster", (~known).sum())
    return clusters


def _clusters(embeddings: np.ndarray, languages: np.ndarray, pivot: str, params: ClusterParams) -> np.ndarray:
    from sklearn.cluster import KMeans  # slow to load, and training, which needs this room, needs none

    is_pivot = languages == pivot
    if params.num_topics > is_pivot.sum():
        raise InputError(
            f"num_topics is {params.num_topics}, but the pivot language {pivot} has only {is_pivot.sum()} "
            "training documents with words and an embedding. Lower num_topics or add documents."
        )
    points = reduce(embeddings, languages, params.space, params.dimension)
    if params.centre:
        points = centred(points, languages)
    kmeans = KMeans(params.num_topics, n_init=params.restarts, random_state=params.seed).fit(points[is_pivot])
    clusters = np.empty(len(points), dtype=np.int64)
    clusters[is_pivot] = kmeans.labels_
    clusters[~is_pivot] = (points[~is_pivot] @ kmeans.cluster_centers_.T).argmax(axis=1)
    return shared_clusters(points, languages, clusters, params.num_topics, params.rounds)


def centred(points: np.ndarray, languages: np.ndarray) -> np.ndarray:
    """(D, d) unit rows less their language's mean, unit rows again."""
    moved = points.copy()
    for language in np.unique(languages):
        own = languages == language
        moved[own] -= points[own].mean(axis=0)
    return unit_rows(moved)


def shared_clusters(
    points: np.ndarray, languages: np.ndarray, clusters: np.ndarray, topics: int, rounds: int
) -> np.ndarray:
    """(D,) clusters after rounds of k-means in which every language weighs the same.

    A centroid is the mean of its languages' mean points, so that a cluster that only the pivot has moves to where
    the others can join it; documents go to the nearest by cosine.

    Args:
        points: (D, d) unit rows.
        languages: (D,) language of each document.
        clusters: (D,) where they begin.
        topics: the number of clusters, K.
        rounds: at most; fewer where nothing moves any more.
    """
    for _ in range(rounds):
        sums = np.zeros((topics, points.shape[1]))
        for language in np.unique(languages):
            own = languages == language
            sizes = np.bincount(clusters[own], minlength=topics)
            member = csr_array((np.ones(own.sum()), (clusters[own], np.arange(own.sum()))), (topics, own.sum()))
            sums += (member @ points[own]) / np.maximum(sizes, 1)[:, None]
        moved = (points @ unit_rows(sums).T).argmax(axis=1)
        if (moved == clusters).all():
            break
        clusters = moved
    return clusters


def warn_of_one_language_clusters(clusters: np.ndarray, languages: np.ndarray, topics: int) -> None:
    """Log the clusters that hold one language only, or nothing; they cannot align anything."""
    names = list(dict.fromkeys(languages.tolist()))
    sizes = {name: np.bincount(clusters[languages == name], minlength=topics) for name in names}
    for cluster in range(topics):
        if sum(sizes[name][cluster] > 0 for name in names) < 2:
            counts = ", ".join(f"{name} {sizes[name][cluster]}" for name in names)
            log.warning("cluster %d holds documents of one language only: %s", cluster, counts)
