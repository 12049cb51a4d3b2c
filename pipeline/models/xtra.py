"""XTRA: cross-lingual topic modelling with topic and representation alignments (Nguyen et al., 2025)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import nn

from pipeline.bow.sparse import SparseRows
from pipeline.losses.anchor import cluster_anchor
from pipeline.losses.beta import beta_alignment
from pipeline.losses.cluster import cluster_contrast
from pipeline.losses.infonce import embedding_infonce
from pipeline.losses.shared import LossForm
from pipeline.models.parts.autoencoder import Autoencoder, rarely
from pipeline.models.parts.layers import Dropout, Linear, SparseLinear
from pipeline.models.parts.posterior import Gaussian, Posterior, sample, softplus_layers
from pipeline.models.parts.vector_layer import VectorLayer
from pipeline.models.topic_model import Batch, LanguageCorpus, LossParts, ModelParams
from pipeline.topics.tf_idf import cluster_counts, cluster_tf_idf


class XtraParams(ModelParams):
    """The ``xtra`` section of params.yaml with the three lambdas.

    Attributes:
        lambda1: weight of L_InfoNCE (top level).
        lambda2: weight of L_Cluster (top level).
        lambda3: weight of L_beta (top level).
        shared: units of the first layer, which every language has for itself.
        hidden: units of the layers that the languages share.
        semantic: width of the space in which betas are compared.
        dropout: dropout rate of layers, of theta and of the projections that are compared.
        temperature: temperature of L_Cluster.
        infonce_form: L_InfoNCE as in the authors' code or as in the paper's equation.
        cluster_form: L_Cluster as in the authors' code or as in the paper's equation.
        beta_every: L_beta is computed on average in one of so many steps, see
            :func:`pipeline.models.parts.autoencoder.rarely`.
        anchor: weight of the loss that pulls theta towards the document's cluster; 0 as published.
        theta: what theta is inferred from: a document's ``words`` (as published), its ``vectors`` or ``both``.
        vector_weight: factor of the document's vector in the first layer, see
            :class:`pipeline.models.parts.vector_layer.VectorLayer`.
        ablations: ``prior`` makes the prior flat, ``beta_init`` starts beta at random, the others leave out a term.
    """

    ablations: ClassVar[tuple[str, ...]] = ("infonce", "cluster", "beta", "prior", "beta_init")

    lambda1: float = Field(80.0, ge=0)
    lambda2: float = Field(5.0, ge=0)
    lambda3: float = Field(7.0, ge=0)
    anchor: float = Field(5.0, ge=0)
    theta: Literal["words", "vectors", "both"] = "both"
    vector_weight: float = Field(20.0, gt=0)
    shared: int = Field(1000, ge=1)
    hidden: int = Field(300, ge=1)
    semantic: int = Field(384, ge=1)
    dropout: float = Field(0.2, ge=0, lt=1)
    temperature: float = Field(0.2, gt=0)
    beta_every: int = Field(1, ge=1)
    infonce_form: LossForm = "published"
    cluster_form: LossForm = "published"


class Xtra(Autoencoder):
    """XTRA for any number of languages; betas, maps and norms are lists in the order of the languages."""

    section: ClassVar[type[ModelParams]] = XtraParams
    starts_from_clusters: ClassVar[bool] = True

    params: XtraParams

    def __init__(self, vocabulary: Mapping[str, int], topics: int, embedding: int, params: XtraParams) -> None:
        super().__init__(vocabulary, topics, embedding, params)
        sizes = list(vocabulary.values())
        self.reads_embeddings = params.theta != "words"
        if params.theta != "vectors":
            self.input = nn.ModuleList(SparseLinear(size, params.shared) for size in sizes)
        if self.reads_embeddings:
            self.vector_input = VectorLayer(len(sizes), embedding, params.shared, params.vector_weight)
        body = softplus_layers([params.shared, params.hidden, params.hidden], params.dropout)
        self.encoder = Posterior(body, params.hidden, topics)
        self.beta_map = nn.ModuleList(Linear(size, params.semantic) for size in sizes)
        self.theta_map = Linear(topics, embedding)
        self.dropout = Dropout(params.dropout)

    @torch.no_grad()
    def start_from(self, corpus: Mapping[str, LanguageCorpus]) -> None:
        """Set the prior and the betas from the corpus's clusters (XTRA, section 3.4; published code)."""
        if self.reads_embeddings:
            self.vector_input.learn_means([corpus[language].embeddings for language in self.languages])
        if "prior" not in self.params.ablate:
            mean, variance = cluster_prior(corpus, self.topics)
            self.prior_mean.copy_(torch.from_numpy(mean))
            self.prior_variance.copy_(torch.from_numpy(variance))
        if "beta_init" in self.params.ablate:
            super().start_from(corpus)
            return
        for beta, language in zip(self.beta, self.languages, strict=True):
            documents = corpus[language]
            start = cluster_tf_idf(cluster_counts(documents.bow, documents.clusters, self.topics))
            beta.copy_(torch.from_numpy(start.astype(np.float32)))

    def posteriors(self, batches: Mapping[str, Batch]) -> list[Gaussian]:
        """(B, K) mean and (B, K) log-variance of the posterior over topics, for each language's documents."""
        shared = [self.first_layer(name, batch.bow, batch.embeddings) for name, batch in batches.items()]
        stacked = self.dropout(torch.cat(shared))
        posteriors: list[Gaussian] = self.encoder(stacked, [len(x) for x in shared])
        return posteriors

    def first_layer(self, language: str, bow: SparseRows, embeddings: torch.Tensor | None) -> torch.Tensor:
        """(B, shared) what the layers that the languages share read of documents: words, vectors or both."""
        index, parts = self.languages.index(language), []
        if self.params.theta != "vectors":
            parts.append(self.input[index](bow))
        if self.reads_embeddings:
            parts.append(self.vector_input(index, embeddings))
        return torch.relu(sum(parts))

    def loss(self, batches: Mapping[str, Batch], noise: Mapping[str, torch.Tensor] | None = None) -> LossParts:
        """The paper's objective (section 3.4), every term weighted and summed over languages.

        Args:
            batches: one batch for each language.
            noise: (B, K) standard normal draws for each language; drawn afresh by default.
        """
        posteriors = self.posteriors({language: batches[language] for language in self.languages})
        scores = [
            sample(mean, logvar, noise[language] if noise else None)
            for language, (mean, logvar) in zip(self.languages, posteriors, strict=True)
        ]
        thetas = [self.dropout(score.softmax(dim=1)) for score in scores]
        batch_list = [batches[language] for language in self.languages]
        explained = [self.explain(i, theta, batch_list[i].bow) for i, theta in enumerate(thetas)]
        terms = {"reconstruction": torch.stack(explained).sum(), "kl": self.prior_kl(posteriors)}
        clusters = torch.cat([batch.clusters for batch in batch_list])
        if self._has("infonce"):
            terms["infonce"] = self.params.lambda1 * self._embedding_alignment(thetas, batch_list)
        if self._has("cluster"):
            contrast = cluster_contrast(torch.cat(thetas), clusters, self.params.temperature, self.params.cluster_form)
            terms["cluster"] = self.params.lambda2 * contrast
        if self._has("beta"):
            terms["beta"] = self.params.lambda3 * rarely(self._beta_alignment, self.params.beta_every, self)
        if self.params.anchor:
            terms["anchor"] = self.params.anchor * cluster_anchor(torch.cat(scores), clusters)
        return LossParts(terms)

    def _has(self, term: str) -> bool:
        return term not in self.params.ablate

    def _embedding_alignment(self, thetas: list[torch.Tensor], batches: list[Batch]) -> torch.Tensor:
        """L_InfoNCE, summed over languages."""
        losses = [
            embedding_infonce(self.dropout(self.theta_map(theta)), self._target(index, batch), self.params.infonce_form)
            for index, (theta, batch) in enumerate(zip(thetas, batches, strict=True))
        ]
        return torch.stack(losses).sum()

    def _target(self, index: int, batch: Batch) -> torch.Tensor:
        """(B, E) what the thetas are aligned with: the vectors, where theta reads them less their language's mean.

        Many encoders put all texts into a narrow cone, in which the cosines of any two documents are nearly the same.
        """
        return self.vector_input.centred(index, batch.embeddings) if self.reads_embeddings else batch.embeddings

    def _beta_alignment(self) -> torch.Tensor:
        projected = [self.dropout(layer(beta)) for layer, beta in zip(self.beta_map, self.beta, strict=True)]
        return beta_alignment(projected)

    @torch.no_grad()
    def infer(self, language: str, bow: SparseRows, embeddings: torch.Tensor | None = None) -> torch.Tensor:
        """(B, K) posterior means, to be called in evaluation mode. Their softmax is theta."""
        shared = self.first_layer(language, bow, embeddings)
        mean: torch.Tensor = self.encoder(shared, [len(shared)])[0][0]
        return mean


def cluster_prior(corpus: Mapping[str, LanguageCorpus], topics: int) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian prior from the cluster sizes over all languages (XTRA, section 3.4).

    The sizes are divided by their mean, as in the published code; the paper does not mention this.

    Returns:
        (K,) mean and (K,) variance, float64.
    """
    sizes = np.sum([np.bincount(documents.clusters, minlength=topics) for documents in corpus.values()], axis=0)
    alpha = sizes / sizes.mean() + 1e-6
    mean = np.log(alpha) - np.log(alpha).mean()
    variance = (1 - 2 / topics) / alpha + (1 / alpha).sum() / topics**2
    return mean, variance
