"""What the variational topic models of the project have in common: a beta and a norm for each language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import nn

from pipeline.bow.sparse import SparseRows
from pipeline.losses.kl import gaussian_kl
from pipeline.losses.reconstruction import reconstruction
from pipeline.models.parts.decoder import word_probabilities
from pipeline.models.parts.layers import Dropout, ShiftNorm
from pipeline.models.parts.posterior import Gaussian, Posterior, softplus_layers
from pipeline.models.topic_model import LanguageCorpus, ModelParams, NeuralTopicModel


class Autoencoder(NeuralTopicModel):
    """A beta and a norm for each language, in the languages' order; a flat prior, and betas that start at random."""

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


def flat_prior(topics: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(K,) mean 0 and (K,) variance 1 - 1/K, the Gaussian nearest to a Dirichlet of ones (ProdLDA)."""
    return torch.zeros(topics), torch.full((topics,), 1 - 1 / topics)


def rarely(loss: Callable[[], torch.Tensor], every: int, model: nn.Module) -> torch.Tensor:
    """``loss()`` on average in one of ``every`` steps, drawn at random, times ``every``; its mean stays the same.

    Args:
        loss: function that computes a scalar.
        every: in one of how many steps the loss is computed; 1 means in every step.
        model: the model; when it is not in training mode, the loss is always computed and not scaled.
    """
    if every == 1 or not model.training:
        return loss()
    if float(torch.rand(())) * every >= 1:
        return next(model.parameters()).new_zeros(())
    return every * loss()


class EmbeddingReader(Autoencoder):
    """An encoder and a beta for each language; theta of any document comes from the encoder of its own language.

    Args:
        vocabulary: the number of words, V, of each language, in order, pivot first.
        topics: the number of topics, K.
        embedding: width of the document embeddings, E.
        params: the model's section of params.yaml.
        hidden: units of each hidden layer.
        dropout: dropout rate of the hidden layers and of theta.
    """

    reads_embeddings = True

    def __init__(
        self,
        vocabulary: Mapping[str, int],
        topics: int,
        embedding: int,
        params: ModelParams,
        hidden: Sequence[int],
        dropout: float,
    ) -> None:
        super().__init__(vocabulary, topics, embedding, params)
        self.encoder = nn.ModuleList(
            Posterior(softplus_layers([embedding, *hidden], dropout), hidden[-1], topics) for _ in vocabulary
        )
        self.dropout = Dropout(dropout)

    def posterior(self, index: int, embeddings: torch.Tensor) -> Gaussian:
        """Posterior of B documents under the encoder of the ``index``-th language."""
        posterior: Gaussian = self.encoder[index](embeddings, [len(embeddings)])[0]
        return posterior

    @torch.no_grad()
    def infer(self, language: str, bow: SparseRows, embeddings: torch.Tensor | None = None) -> torch.Tensor:
        """(B, K) posterior means, to be called in evaluation mode. Their softmax is theta."""
        assert embeddings is not None
        return self.posterior(self.languages.index(language), embeddings)[0]
