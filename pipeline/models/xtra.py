"""XTRA: cross-lingual topic modelling with topic and representation alignments (Nguyen et al., 2025)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import nn

from pipeline.losses import beta_alignment, cluster_contrast, embedding_infonce, gaussian_kl, reconstruction
from pipeline.models.base import Batch, LanguageCorpus, LossParts, NeuralTopicModel
from pipeline.models.decoder import word_probabilities
from pipeline.models.layers import Dropout, SharedEncoder, ShiftNorm, SparseLinear, sample
from pipeline.models.start import cluster_prior
from pipeline.sparse import SparseRows
from pipeline.topics.tf_idf import cluster_counts, cluster_tf_idf


class XtraParams(BaseModel):
    """The ``xtra`` section of params.yaml with the three lambdas; sizes are numbers of units."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lambda1: float = Field(80.0, ge=0)
    lambda2: float = Field(5.0, ge=0)
    lambda3: float = Field(7.0, ge=0)
    shared: int = Field(1000, ge=1)
    hidden: int = Field(300, ge=1)
    semantic: int = Field(384, ge=1)
    dropout: float = Field(0.2, ge=0, lt=1)
    temperature: float = Field(0.2, gt=0)
    beta_every: int = Field(1, ge=1)
    infonce_form: Literal["published", "paper"] = "published"
    cluster_form: Literal["published", "paper"] = "published"


class Xtra(NeuralTopicModel):
    """XTRA for any number of languages; betas, maps and norms are lists in the order of the languages.

    Args:
        vocabulary: number of words V of each language, in the order of the languages.
        topics: K.
        embedding: width E of the document embeddings.
        params: weights of the losses and sizes of the layers.
    """

    prior_mean: torch.Tensor
    prior_variance: torch.Tensor

    def __init__(self, vocabulary: Mapping[str, int], topics: int, embedding: int, params: XtraParams) -> None:
        super().__init__()
        self.languages = tuple(vocabulary)
        self.params: XtraParams = params
        self.topics, self.embedding = topics, embedding
        sizes = list(vocabulary.values())
        self.input = nn.ModuleList(SparseLinear(size, params.shared) for size in sizes)
        self.encoder = SharedEncoder(params.shared, params.hidden, topics, params.dropout)
        self.beta = nn.ParameterList(nn.Parameter(torch.zeros(topics, size)) for size in sizes)
        self.decoder_norm = nn.ModuleList(ShiftNorm(size) for size in sizes)
        self.beta_map = nn.ModuleList(nn.Linear(size, params.semantic) for size in sizes)
        self.theta_map = nn.Linear(topics, embedding)
        self.dropout = Dropout(params.dropout)
        self.register_buffer("prior_mean", torch.zeros(topics))
        self.register_buffer("prior_variance", torch.ones(topics))

    @torch.no_grad()
    def start_from(self, corpus: Mapping[str, LanguageCorpus]) -> None:
        """Set the prior and the betas from the corpus's clusters (XTRA, section 3.4; published code)."""
        mean, variance = cluster_prior(corpus, self.topics)
        self.prior_mean.copy_(torch.from_numpy(mean))
        self.prior_variance.copy_(torch.from_numpy(variance))
        for beta, language in zip(self.beta, self.languages, strict=True):
            part = corpus[language]
            start = cluster_tf_idf(cluster_counts(part.bow, part.clusters, self.topics))
            beta.copy_(torch.from_numpy(start.astype(np.float32)))

    def posteriors(self, bows: Mapping[str, SparseRows]) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """(B, K) mean and log-variance of the posterior over topics, of each language's documents."""
        shared = [torch.relu(self.input[self.languages.index(name)](bow)) for name, bow in bows.items()]
        stacked = self.dropout(torch.cat(shared))
        posteriors: list[tuple[torch.Tensor, torch.Tensor]] = self.encoder(stacked, [len(x) for x in shared])
        return posteriors

    def loss(self, batches: Mapping[str, Batch], noise: Mapping[str, torch.Tensor] | None = None) -> LossParts:
        """The paper's objective (section 3.4), every term weighted and summed over languages.

        Args:
            batches: one batch a language.
            noise: (B, K) standard normal draws a language; drawn afresh by default.
        """
        reconstructions, kls, infonces, thetas = [], [], [], []
        posteriors = self.posteriors({language: batches[language].bow for language in self.languages})
        for index, (language, (mean, logvar)) in enumerate(zip(self.languages, posteriors, strict=True)):
            norm: ShiftNorm = self.decoder_norm[index]  # type: ignore[assignment]
            batch = batches[language]
            theta = self.dropout(sample(mean, logvar, noise[language] if noise else None).softmax(dim=1))
            words = word_probabilities(theta, self.beta[index], norm, batch.bow)
            projected = self.dropout(self.theta_map(theta))
            thetas.append(theta)
            reconstructions.append(reconstruction(words, batch.bow))
            kls.append(gaussian_kl(mean, logvar, self.prior_mean, self.prior_variance))
            infonces.append(embedding_infonce(projected, batch.embeddings, self.params.infonce_form))
        clusters = torch.cat([batches[language].clusters for language in self.languages])
        cluster = cluster_contrast(torch.cat(thetas), clusters, self.params.temperature, self.params.cluster_form)
        beta = self._beta_alignment()
        return LossParts(
            {
                "reconstruction": torch.stack(reconstructions).sum(),
                "kl": torch.stack(kls).sum(),
                "infonce": self.params.lambda1 * torch.stack(infonces).sum(),
                "cluster": self.params.lambda2 * cluster,
                "beta": self.params.lambda3 * beta,
            }
        )

    def _beta_alignment(self) -> torch.Tensor:
        """L_beta in one step of ``beta_every``, drawn at random, and as many times as heavy: the same on average."""
        every = self.params.beta_every if self.training else 1
        if every > 1 and float(torch.rand(())) * every >= 1:
            return self.prior_mean.new_zeros(())
        return every * beta_alignment([self.dropout(to(b)) for to, b in zip(self.beta_map, self.beta, strict=True)])

    @torch.no_grad()
    def infer(self, language: str, bow: SparseRows) -> torch.Tensor:
        """(B, K) posterior means; call in evaluation mode. Their softmax is theta."""
        return self.posteriors({language: bow})[0][0]

    def word_scores(self, language: str) -> torch.Tensor:
        """(K, V) beta of a language."""
        beta: torch.Tensor = self.beta[self.languages.index(language)]
        return beta.detach()
