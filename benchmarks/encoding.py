"""From documents to vectors and clusters; the yardstick does the same with dense matrices."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.cluster import KMeans

from benchmarks.case import Case, Work, timed
from benchmarks.made_up import token_table
from pipeline.clusters.pivot import ClusterParams, pivot_clusters
from pipeline.encoders.aligned import AlignedEncoder, AlignedParams
from pipeline.tables.vectors import unit_rows

LANGUAGES = ("en", "zh")
DOCUMENTS, TOKENS, WORDS = 20_000, 12, 2000
POINTS, WIDTH = 10_000, 300


def aligned_encoder() -> Case:
    """Word vectors, their alignment, and document vectors, all made from the documents."""
    table = token_table(LANGUAGES, DOCUMENTS, TOKENS, WORDS)
    params = AlignedParams.model_validate({"dictionary": _dictionary()})
    return Case(
        "s",
        Work(timed(lambda: _aligned_vectors(table, params))),
        Work(timed(lambda: _dense_vectors(table, params.dimension))),
        f"2 x {DOCUMENTS:,} documents, {WORDS:,} words a language: word vectors, alignment, documents; "
        "dense PPMI and full SVD for the word vectors, and no alignment",
        repeats=2,
    )


def cluster() -> Case:
    """Pivot clusters: k-means on one language; documents of the other go to the nearest centre."""
    points = unit_rows(np.random.default_rng(0).normal(size=(2 * POINTS, WIDTH)).astype(np.float32))
    languages, params = np.repeat(LANGUAGES, POINTS), ClusterParams.model_validate({"centre": True, "rounds": 30})
    return Case(
        "s",
        Work(timed(lambda: pivot_clusters(points, languages, params))),
        Work(timed(lambda: _plain_clusters(points, params))),
        f"2 x {POINTS:,} vectors of {WIDTH}, {params.num_topics} clusters, {params.restarts} restarts; "
        "full SVD, then k-means on one language and a product for the other, without centring and rounds",
        repeats=2,
    )


def _aligned_vectors(table: pl.DataFrame, params: AlignedParams) -> np.ndarray:
    encoder = AlignedEncoder(params)
    encoder.learn(table)
    return encoder.encode(table)


def _dictionary() -> Path:
    """A temporary folder with a dictionary that translates every second word; it is deleted with the process."""
    folder = tempfile.TemporaryDirectory()
    _FOLDERS.append(folder)
    first, second = LANGUAGES
    lines = [f"{first}{number}\t{second}{number}" for number in range(0, WORDS, 2)]
    (Path(folder.name) / f"{first}-{second}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Path(folder.name)


_FOLDERS: list[
    tempfile.TemporaryDirectory[str]
] = []  # a temporary folder exists only as long as something refers to it


def _dense_vectors(table: pl.DataFrame, dimension: int) -> list[np.ndarray]:
    return [_dense_language(part, dimension) for part in table.partition_by("lang", maintain_order=True)]


def _dense_language(part: pl.DataFrame, dimension: int) -> np.ndarray:
    words = {word: index for index, word in enumerate(part["tokens"].explode().unique().sort())}
    counts = np.zeros((len(part), len(words)), np.float32)
    for row, tokens in enumerate(part["tokens"].to_list()):
        for token in tokens:
            counts[row, words[token]] += 1
    has_word = (counts[(part["split"] == "train").to_numpy()] > 0).astype(np.float32)
    together = has_word.T @ has_word
    np.fill_diagonal(together, 0)
    totals = together.sum(axis=1)
    expected = np.outer(totals, totals) / totals.sum()
    pmi = np.log(np.divide(together, expected, out=np.ones_like(together), where=together > 0))
    left, values, _ = np.linalg.svd(np.maximum(pmi, 0))
    vectors: np.ndarray = counts @ unit_rows(left[:, :dimension] * np.sqrt(values[:dimension]))
    return vectors


def _plain_clusters(points: np.ndarray, params: ClusterParams) -> np.ndarray:
    left, values, _ = np.linalg.svd(points.astype(np.float64), full_matrices=False)
    reduced = unit_rows((left * values)[:, : params.dimension])
    pivot, other = reduced[:POINTS], reduced[POINTS:]
    kmeans = KMeans(params.num_topics, n_init=params.restarts, random_state=params.seed).fit(pivot)
    return np.concatenate([kmeans.labels_, (other @ kmeans.cluster_centers_.T).argmax(axis=1)])
