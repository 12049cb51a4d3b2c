"""Pivot clusters: k-means on the pivot language, every other document to a centroid (XTRA, appendix C)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, Field
from scipy.sparse import csr_array

from pipeline.common.arrays import unit_rows
from pipeline.common.errors import InputError
from pipeline.common.layout import LAYOUT

log = logging.getLogger(__name__)

BLOCK = 50_000  # documents that are float64 at once, which keeps the memory flat

Space = Literal["u-svd", "svd", "svd-lr"]


class ClusterParams(BaseModel):
    """The ``cluster`` section of params.yaml.

    Attributes:
        num_topics: K, the number of clusters (top level).
        seed: of k-means (top level).
        labels: clusters given in a file instead, see :func:`given_clusters` (top level).
        space: ``u-svd``: left singular vectors alone, as the paper; ``svd``: times the singular values, which
            small corpora need; ``svd-lr``: those without the dimensions that tell languages apart (Chang et
            al., 2024).
        dimension: how many leading dimensions are kept.
        restarts: k-means runs, of which the best counts.
        centre: take each language's mean away first, which tells the languages apart and nothing else.
        rounds: of moving centroids to the middle between the languages, see :func:`shared_clusters`; 0 as the paper.
        translated: weight of the unit vector of the document translated word by word by the dictionary, added to
            its own; topics then agree better across languages. 0 as the paper.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    num_topics: int = Field(50, ge=2)
    seed: int = Field(0, ge=0, lt=2**32)
    labels: Path = LAYOUT.none
    space: Space = "svd"
    dimension: int = Field(100, ge=1)
    restarts: int = Field(10, ge=1)
    centre: bool = False
    rounds: int = Field(0, ge=0)
    translated: float = Field(0.0, ge=0)


def projection(embeddings: np.ndarray, languages: np.ndarray, space: Space, dimension: int) -> np.ndarray:
    """(E, <= dimension) the map from embeddings to their leading singular directions; see :func:`project`.

    Args:
        embeddings: (D, E), all languages stacked.
        languages: (D,) language of each document.
        space: which directions, see :class:`ClusterParams`.
        dimension: how many; never more than the rank.
    """
    blocks = [embeddings[start : start + BLOCK] for start in range(0, len(embeddings), BLOCK)]
    values, right = _singular(blocks)
    scaled = right / values if space == "u-svd" else right
    if space == "svd-lr":
        left = np.concatenate([block.astype(np.float64) @ scaled for block in blocks])
        scaled = np.delete(scaled, _language_dimensions(left, languages), axis=1)
    return scaled[:, :dimension]


def project(embeddings: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """(D, E) embeddings to (D, d) unit rows in the (E, d) ``directions``."""
    blocks = (embeddings[start : start + BLOCK] for start in range(0, len(embeddings), BLOCK))
    return np.concatenate([unit_rows(block.astype(np.float64) @ directions) for block in blocks])


def reduce(embeddings: np.ndarray, languages: np.ndarray, space: Space, dimension: int) -> np.ndarray:
    """(D, <= dimension) unit rows of the documents in their leading singular directions; as :func:`projection`."""
    return project(embeddings, projection(embeddings, languages, space, dimension))


def _singular(blocks: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Singular values and right singular vectors of a tall matrix, in blocks of rows, from its small Gram matrix."""
    squares, right = np.linalg.eigh(sum(block.T @ block for block in (block.astype(np.float64) for block in blocks)))
    squares, right = squares[::-1], right[:, ::-1]
    kept = squares > squares[0] * 1e-12
    return np.sqrt(squares[kept]), right[:, kept]


def _language_dimensions(left: np.ndarray, languages: np.ndarray) -> np.ndarray:
    """The L - 1 dimensions whose variance the language explains best: L means span L - 1 directions."""
    names = np.unique(languages)
    centred = left - left.mean(axis=0)
    between = sum((languages == name).sum() * centred[languages == name].mean(axis=0) ** 2 for name in names)
    explained = between / np.maximum((centred**2).sum(axis=0), 1e-30)
    return np.argsort(-explained, kind="stable")[: len(names) - 1]


def pivot_clusters(embeddings: np.ndarray, languages: np.ndarray, params: ClusterParams) -> np.ndarray:
    """(D,) int64 cluster of each document; the first document's language is the pivot.

    Raises:
        InputError: more clusters are wanted than the pivot has documents.
    """
    from sklearn.cluster import KMeans  # slow to load, and training, which needs this module, needs none

    pivot = languages == languages[0]
    if params.num_topics > pivot.sum():
        raise InputError(
            f"num_topics is {params.num_topics}, but the pivot language {languages[0]} has only {pivot.sum()} "
            "training documents with words. Lower num_topics or add documents."
        )
    points = reduce(embeddings, languages, params.space, params.dimension)
    if params.centre:
        points = centred(points, languages)
    kmeans = KMeans(params.num_topics, n_init=params.restarts, random_state=params.seed).fit(points[pivot])
    clusters = np.empty(len(points), dtype=np.int64)
    clusters[pivot] = kmeans.labels_
    clusters[~pivot] = (points[~pivot] @ kmeans.cluster_centers_.T).argmax(axis=1)
    return shared_clusters(points, languages, clusters, params.num_topics, params.rounds)


def centred(points: np.ndarray, languages: np.ndarray) -> np.ndarray:
    """(D, d) unit rows less their language's mean, unit rows again."""
    moved = points.copy()
    for name in np.unique(languages):
        moved[languages == name] -= points[languages == name].mean(axis=0)
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
        topics: K.
        rounds: at most; fewer where nothing moves any more.
    """
    for _ in range(rounds):
        sums = np.zeros((topics, points.shape[1]))
        for name in np.unique(languages):
            mine = languages == name
            sizes = np.bincount(clusters[mine], minlength=topics)
            member = csr_array((np.ones(mine.sum()), (clusters[mine], np.arange(mine.sum()))), (topics, mine.sum()))
            sums += (member @ points[mine]) / np.maximum(sizes, 1)[:, None]
        moved = (points @ unit_rows(sums).T).argmax(axis=1)
        if (moved == clusters).all():
            break
        clusters = moved
    return clusters


def given_clusters(path: Path, ids: pl.Series, topics: int) -> np.ndarray:
    """(D,) int64 clusters from a CSV or Parquet table with the columns ``id`` and ``cluster``.

    Raises:
        InputError: a document has no cluster, or a cluster lies outside 0..num_topics-1.
    """
    table = _read_labels(path)
    if table["id"].is_duplicated().any():
        twice = table.filter(pl.col("id").is_duplicated())["id"][0]
        raise InputError(f"{path}: id {twice!r} stands there more than once; expected one row a document.")
    found = ids.to_frame("id").join(table, on="id", how="left", maintain_order="left")
    missing = found.filter(pl.col("cluster").is_null())["id"]
    if len(missing):
        raise InputError(
            f"{path}: {len(missing)} of {len(ids)} training documents have no cluster: {missing[:10].to_list()}"
        )
    clusters = found["cluster"].to_numpy()
    if clusters.min() < 0 or clusters.max() >= topics:
        raise InputError(
            f"{path}: clusters go from {clusters.min()} to {clusters.max()}; with num_topics {topics} "
            f"they must lie in 0..{topics - 1}."
        )
    return clusters


def _read_labels(path: Path) -> pl.DataFrame:
    """Columns ``id`` (as written, leading zeros and all) and ``cluster``."""
    if not path.is_file():
        raise InputError(f"{path}, the `labels` of the clusters, is not a file.")
    try:
        table = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
        # By way of text: a number with a fraction is no cluster, and must not be cut to one.
        return table.select(pl.col("id").cast(pl.String), pl.col("cluster").cast(pl.String).cast(pl.Int64))
    except pl.exceptions.ColumnNotFoundError as error:
        raise InputError(f"{path}: expected the columns id and cluster, found {table.columns}.") from error
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{path}: expected a table with id and cluster, a whole number; found: {error}") from error


def warn_of_one_language_clusters(clusters: np.ndarray, languages: np.ndarray, topics: int) -> None:
    """Log the clusters that hold one language only, or nothing; they cannot align anything."""
    names = list(dict.fromkeys(languages.tolist()))
    sizes = {name: np.bincount(clusters[languages == name], minlength=topics) for name in names}
    lonely = [k for k in range(topics) if sum(sizes[name][k] > 0 for name in names) < 2]
    for k in lonely:
        counts = ", ".join(f"{name} {sizes[name][k]}" for name in names)
        log.warning("cluster %d holds documents of one language only: %s", k, counts)
