"""Pivot clusters: k-means on the pivot's documents; each other document joins a centroid (XTRA, appendix C)."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from scipy.sparse import csr_array

from pipeline.clusters.reduction import Space, need_different_points, reduce
from pipeline.common.errors import InputError
from pipeline.common.mending import Advice, Weight
from pipeline.common.wording import counted
from pipeline.languages.codes import named_language
from pipeline.tables.vectors import unit_rows

log = logging.getLogger(__name__)


class ClusterParams(BaseModel):
    """The ``cluster`` section of params.yaml.

    Attributes:
        num_topics: the number of clusters, K (top level).
        seed: seed of k-means (top level).
        labels: a table with the user's clusters, used instead of k-means; see
            :func:`pipeline.clusters.given.given_clusters` (top level).
        space: the space in which documents are clustered. ``u-svd``: left singular vectors only, as in the paper;
            ``svd``: left singular vectors times the singular values, which small corpora need; ``svd-lr``: as ``svd``,
            without the dimensions that tell languages apart (Chang et al., 2024).
        dimension: how many leading dimensions are kept.
        restarts: number of k-means runs; the best run counts.
        centre: whether each language's mean is subtracted first; the mean only tells the languages apart.
        rounds: how often the centroids are moved to the middle between the languages, see :func:`shared_clusters`; 0
            in the paper.
        translated: each document is also translated word by word with the dictionary, and the unit vector of the
            translation is added to the document's own vector with this weight. Topics then agree better across
            languages. 0 in the paper.
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

    Documents without an embedding (all zeros) join the largest cluster and do not move any centroid.

    Args:
        embeddings: (D, E), the pivot's documents first.
        languages: (D,) language of each document.
        params: how to cluster.

    Returns:
        (D,) int64, from 0 to K - 1.

    Raises:
        InputError: there are more clusters than documents of the pivot or than different ones, or no document of the
            pivot has an embedding.
    """
    has_embedding = np.asarray(embeddings.any(axis=1))
    is_pivot = languages == languages[0]
    if not has_embedding[is_pivot].any():
        raise InputError(
            f"none of the {counted(int(is_pivot.sum()), 'training document')} of the pivot, "
            f"{named_language(languages[0])}, has a vector that can be clustered: all are zero. Either the encoder "
            "knows none of their words, or all texts are alike. Add other documents, or use another `encoder`."
        )
    if has_embedding.all():
        return _clusters(embeddings, languages, languages[0], params)
    clusters = np.empty(len(embeddings), dtype=np.int64)
    clusters[has_embedding] = _clusters(embeddings[has_embedding], languages[has_embedding], languages[0], params)
    clusters[~has_embedding] = np.bincount(clusters[has_embedding]).argmax()
    log.warning(
        "without an embedding, and so in the largest cluster: %s", counted(int((~has_embedding).sum()), "document")
    )
    return clusters


def _clusters(embeddings: np.ndarray, languages: np.ndarray, pivot: str, params: ClusterParams) -> np.ndarray:
    from sklearn.cluster import KMeans  # slow to load; training imports this module but does not need k-means

    is_pivot = languages == pivot
    if params.num_topics > is_pivot.sum():
        count = int(is_pivot.sum())
        mend = f"Set `num_topics` to {count // 3} or less, or add documents." if count > 5 else "Add documents."
        raise InputError(
            f"`num_topics` is {params.num_topics:,}, but the pivot, {named_language(pivot)}, has only "
            f"{counted(count, 'training document')} with words and an embedding, and each topic needs several. {mend}"
        )
    points = reduce(embeddings, languages, params.space, params.dimension)
    if params.centre:
        points = centred(points, languages)
    need_different_points(points[is_pivot], params.num_topics, params.space, f"the pivot, {named_language(pivot)},")
    kmeans = KMeans(params.num_topics, n_init=params.restarts, random_state=params.seed).fit(points[is_pivot])
    clusters = np.empty(len(points), dtype=np.int64)
    clusters[is_pivot] = kmeans.labels_
    clusters[~is_pivot] = (points[~is_pivot] @ kmeans.cluster_centers_.T).argmax(axis=1)
    return shared_clusters(points, languages, clusters, params.num_topics, params.rounds)


def centred(points: np.ndarray, languages: np.ndarray) -> np.ndarray:
    """(D, d) unit rows minus their language's mean, scaled to unit length again."""
    moved = points.copy()
    for language in np.unique(languages):
        is_language = languages == language
        moved[is_language] -= points[is_language].mean(axis=0)
    return unit_rows(moved)


def shared_clusters(
    points: np.ndarray, languages: np.ndarray, clusters: np.ndarray, topics: int, rounds: int
) -> np.ndarray:
    """(D,) clusters after rounds of k-means in which every language has the same weight.

    A centroid is the mean of its languages' mean points. So a cluster that only the pivot has moves to where the other
    languages can join it. Each document goes to the nearest centroid by cosine.

    Args:
        points: (D, d) unit rows.
        languages: (D,) language of each document.
        clusters: (D,) clusters at the start.
        topics: the number of clusters, K.
        rounds: largest number of rounds; they end early when no document moves any more.
    """
    for _ in range(rounds):
        sums = np.zeros((topics, points.shape[1]))
        for language in np.unique(languages):
            is_language = languages == language
            sizes = np.bincount(clusters[is_language], minlength=topics)
            places = (clusters[is_language], np.arange(is_language.sum()))
            membership = csr_array((np.ones(is_language.sum()), places), (topics, is_language.sum()))
            sums += (membership @ points[is_language]) / np.maximum(sizes, 1)[:, None]
        moved = (points @ unit_rows(sums).T).argmax(axis=1)
        if (moved == clusters).all():
            break
        clusters = moved
    return clusters


def cluster_advice(clusters: np.ndarray, languages: np.ndarray, topics: int) -> list[Advice]:
    """What to mend about clusters with documents of only one language, or with none; they cannot align anything.

    Each of them is logged with its counts.

    Args:
        clusters: (D,) cluster of each training document.
        languages: (D,) language of each document.
        topics: the number of clusters, K.
    """
    names = list(dict.fromkeys(languages.tolist()))
    sizes = np.stack([np.bincount(clusters[languages == name], minlength=topics) for name in names])
    present = (sizes > 0).sum(axis=0)
    for cluster in np.flatnonzero(present < 2).tolist():
        counts = ", ".join(f"{name} {size}" for name, size in zip(names, sizes[:, cluster].tolist(), strict=True))
        log.warning("cluster %d has documents of only one language, or none: %s", cluster, counts)
    kinds = (
        ("Clusters without documents", "Lower `num_topics`.", present == 0),
        (
            "Clusters with documents of only one language, which align nothing",
            "Lower `num_topics`, or see whether that language is about other subjects or its dictionary is too small.",
            present == 1,
        ),
    )
    return [
        Advice(
            Weight.WORSE,
            f"{found}: {len(numbers)} of {topics} (numbers {', '.join(map(str, numbers[:8]))}"
            f"{', ...' if len(numbers) > 8 else ''})",
            mend,
        )
        for found, mend, where in kinds
        if (numbers := np.flatnonzero(where).tolist())
    ]
