"""u-SVD: clusters of reduced embeddings as topics, c-TF-IDF as their words (Chang et al., 2024)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field

from pipeline.bow.sparse import SparseRows
from pipeline.clusters.reduction import Space, need_different_points, project, projection
from pipeline.models.topic_model import CountedModel, LanguageCorpus, ModelParams
from pipeline.tables.vectors import unit_rows
from pipeline.topics.tf_idf import cluster_counts, cluster_tf_idf


class UsvdParams(ModelParams):
    """The ``usvd`` and ``svdlr`` sections of params.yaml.

    Attributes:
        dimension: how many leading dimensions are kept.
        restarts: number of k-means runs; the best run counts.
        temperature: the cosines to the centroids are divided by this number before their softmax gives theta.
    """

    seed: int = Field(0, ge=0, lt=2**32)
    dimension: int = Field(100, ge=1)
    restarts: int = Field(10, ge=1)
    temperature: float = Field(0.1, gt=0)


class Usvd(CountedModel):
    """K-means over the documents of all languages together, on left singular vectors without their values.

    The paper has no theta. Here theta comes from the document's embedding: it is the softmax of the cosines to the
    centroids, divided by ``temperature``.
    """

    section: ClassVar[type[ModelParams]] = UsvdParams
    reads_embeddings = True
    theta_from_paper: ClassVar[bool] = False
    space: ClassVar[Space] = "u-svd"

    params: UsvdParams
    directions: torch.Tensor
    centroids: torch.Tensor

    def __init__(self, vocabulary: Mapping[str, int], topics: int, embedding: int, params: UsvdParams) -> None:
        super().__init__(vocabulary, topics, embedding, params)
        dimension = min(params.dimension, embedding)
        self.register_buffer("directions", torch.zeros(embedding, dimension))
        self.register_buffer("centroids", torch.zeros(topics, dimension))

    def start_from(self, corpus: Mapping[str, LanguageCorpus]) -> None:
        """Cluster the documents and weight each cluster's words in every language; there is nothing to train."""
        from sklearn.cluster import KMeans  # slow to load; the other models do not need it

        embeddings = np.concatenate([corpus[name].embeddings for name in self.languages])
        languages = np.repeat(self.languages, [len(corpus[name].embeddings) for name in self.languages])
        axes = projection(embeddings, languages, self.space, self.params.dimension)
        points = project(embeddings, axes)
        need_different_points(points, self.topics, self.space, "all languages")
        kmeans = KMeans(self.topics, n_init=self.params.restarts, random_state=self.params.seed).fit(points)
        self.directions[:, : axes.shape[1]] = torch.from_numpy(axes)  # fewer where the embeddings' rank is less
        self.centroids[:, : axes.shape[1]] = torch.from_numpy(unit_rows(kmeans.cluster_centers_))
        ends = np.cumsum([len(corpus[name].embeddings) for name in self.languages])
        for name, labels in zip(self.languages, np.split(kmeans.labels_, ends[:-1]), strict=True):
            scores = cluster_tf_idf(cluster_counts(corpus[name].bow, labels, self.topics))
            self.word_scores(name).copy_(torch.from_numpy(scores))

    def infer(self, language: str, bow: SparseRows, embeddings: torch.Tensor | None = None) -> torch.Tensor:
        """(B, K) cosines to the centroids, divided by the temperature; their softmax is theta."""
        assert embeddings is not None
        points = torch.nn.functional.normalize(embeddings @ self.directions, dim=1)
        return points @ self.centroids.T / self.params.temperature
