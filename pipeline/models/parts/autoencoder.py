"""What the variational topic models of the project have in common: a beta and a norm for each language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import nn

from pipeline.losses import gaussian_kl, reconstruction
from pipeline.models.base import LanguageCorpus, ModelParams, NeuralTopicModel
from pipeline.models.parts.decoder import word_probabilities
from pipeline.models.parts.layers import ShiftNorm
from pipeline.models.parts.posterior import Gaussian
from pipeline.models.parts.start import flat_prior
from pipeline.sparse import SparseRows


class Autoencoder(NeuralTopicModel):
    """A beta and a norm for each language, in their order; a flat prior, and betas that start at random."""

    prior_mean: torch.Tensor
    prior_variance: torch.Tensor

    def __init__(self, vocabulary: Mapping[str, int], topics: int, embedding: int, params: ModelParams) -> None:
        super().__init__(vocabulary, topics, embedding, params)
        self.beta = nn.ParameterList(nn.Parameter(torch.zeros(topics, size)) for size in vocabulary.values())
        self.decoder_norm = nn.ModuleList(ShiftNorm(size) for size in vocabulary.values())
        mean, variance = flat_prior(topics)
        self.register_buffer("prior_mean", mean)
        self.register_buffer("prior_variance", variance)

    @torch.no_grad()
    def start_from(self, corpus: Mapping[str, LanguageCorpus]) -> None:
        """Draw the betas from Xavier's uniform distribution."""
        for beta in self.beta:
            nn.init.xavier_uniform_(beta)

    def explain(self, index: int, theta: torch.Tensor, bow: SparseRows) -> torch.Tensor:
        """Reconstruction loss of B documents of the ``index``-th language under their (B, K) theta."""
        return explain(theta, self.beta[index], self.decoder_norm[index], bow)

    def prior_kl(self, posteriors: Sequence[Gaussian]) -> torch.Tensor:
        """KL to the prior, summed over languages."""
        kls = [gaussian_kl(mean, logvar, self.prior_mean, self.prior_variance) for mean, logvar in posteriors]
        return torch.stack(kls).sum()

    def word_scores(self, language: str) -> torch.Tensor:
        """(K, V) beta of a language."""
        beta: torch.Tensor = self.beta[self.languages.index(language)]
        return beta.detach()


def explain(theta: torch.Tensor, beta: torch.Tensor, norm: nn.Module, bow: SparseRows) -> torch.Tensor:
    """Reconstruction loss of B documents under their (B, K) theta, a (K, V) beta and the norm of its words."""
    assert isinstance(norm, ShiftNorm)
    return reconstruction(word_probabilities(theta, beta, norm, bow), bow)
