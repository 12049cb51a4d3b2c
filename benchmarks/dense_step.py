"""The yardstick of training: a straightforward implementation of XTRA's step, with dense inputs and layers.

Its layers are those of the published code, so it costs as much: (B, V) float bags of words through ordinary layers,
BatchNorm and softmax over the whole vocabulary, beta mapped again for each direction of the alignment, PyTorch's own
Adam and clipping. It is only for timing: the inputs are random and nothing is learnt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from benchmarks.ec_news import LANGUAGES, Sizes


@dataclass(frozen=True)
class DenseBatch:
    """B documents of one language: (B, V) counts, (B, E) embeddings, (B,) clusters."""

    counts: torch.Tensor
    embeddings: torch.Tensor
    clusters: torch.Tensor


class LanguageLayers(nn.Module):
    """The layers of one language: the input layer, the words of the topics, and the output layers."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.enter = nn.Sequential(nn.Linear(sizes.vocabulary, sizes.shared), nn.ReLU(), nn.Dropout(sizes.dropout))
        self.beta = nn.Parameter(torch.rand(sizes.topics, sizes.vocabulary) / sizes.vocabulary)
        self.word_norm = nn.BatchNorm1d(sizes.vocabulary)
        self.beta_map = nn.Sequential(nn.Linear(sizes.vocabulary, sizes.semantic), nn.Dropout(sizes.dropout))

    def reconstruction(self, theta: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
        """Scalar: the negative log likelihood of a document, averaged over the documents."""
        p = torch.softmax(self.word_norm(theta @ self.beta), dim=1)
        return -(counts * torch.log(p + 1e-10)).sum(dim=1).mean()

    def mapped_beta(self) -> torch.Tensor:
        """(K, S) unit rows."""
        return functional.normalize(self.beta_map(self.beta), dim=1)


class DenseXtra(nn.Module):
    """XTRA for two languages, in the plain way."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        hidden, topics, dropout = sizes.hidden, sizes.topics, nn.Dropout(sizes.dropout)
        self.sides = [LanguageLayers(sizes) for _ in LANGUAGES]
        self.languages = nn.ModuleList(self.sides)  # so that their weights belong to this module
        self.encoder = nn.Sequential(
            nn.Linear(sizes.shared, hidden), nn.Softplus(), nn.Linear(hidden, hidden), nn.Softplus(), dropout
        )
        self.mean = nn.Sequential(nn.Linear(hidden, topics), nn.BatchNorm1d(topics))
        self.logvar = nn.Sequential(nn.Linear(hidden, topics), nn.BatchNorm1d(topics))
        self.theta_map = nn.Sequential(nn.Linear(topics, sizes.embedding), nn.Dropout(sizes.dropout))
        self.dropout = dropout

    def forward(self, batches: list[DenseBatch]) -> torch.Tensor:
        """The loss of one step."""
        loss, thetas = torch.zeros(()), []
        for layers, batch in zip(self.sides, batches, strict=True):
            h = self.encoder(layers.enter(batch.counts))
            mean, logvar = self.mean(h), self.logvar(h)
            theta = self.dropout(torch.softmax(mean + torch.exp(logvar / 2) * torch.randn_like(mean), dim=1))
            loss = loss + layers.reconstruction(theta, batch.counts)
            loss = loss + 0.5 * (torch.exp(logvar) + mean**2 - 1 - logvar).sum(dim=1).mean()
            loss = loss + 80 * _infonce(self.theta_map(theta), batch.embeddings)
            thetas.append(theta)
        loss = loss + 5 * _contrast(torch.cat(thetas), torch.cat([batch.clusters for batch in batches]))
        for source, target in ((0, 1), (1, 0)):
            first, second = self.sides[source].mapped_beta(), self.sides[target].mapped_beta()
            loss = loss + 7 / 2 * functional.cross_entropy(first @ second.T, torch.arange(len(first)))
        return loss


def dense_steps(sizes: Sizes) -> Callable[[int], None]:
    """A function that does a number of steps on one batch."""
    torch.manual_seed(0)
    model, batches = DenseXtra(sizes), [_batch(sizes) for _ in LANGUAGES]
    adam = torch.optim.Adam(model.parameters(), lr=0.002)

    def steps(number: int) -> None:
        for _ in range(number):
            adam.zero_grad()
            model(batches).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            adam.step()

    return steps


def _infonce(projected: torch.Tensor, embeddings: torch.Tensor) -> torch.Tensor:
    cosine = functional.normalize(projected, dim=1) @ functional.normalize(embeddings, dim=1).T
    return functional.cross_entropy(cosine, torch.arange(len(cosine)))


def _contrast(thetas: torch.Tensor, clusters: torch.Tensor) -> torch.Tensor:
    unit = functional.normalize(thetas, dim=1)
    others = 1 - torch.eye(len(unit))
    similar = torch.exp(unit @ unit.T / 0.2) * others
    positive = (similar * (clusters[:, None] == clusters[None, :])).sum(dim=1)
    return -torch.log(positive / (positive + similar.sum(dim=1) + 1e-8) + 1e-8).mean()


def _batch(sizes: Sizes) -> DenseBatch:
    counts = torch.zeros(sizes.batch, sizes.vocabulary)
    counts.scatter_(1, torch.randint(sizes.vocabulary, (sizes.batch, sizes.tokens)), 1.0)
    embeddings = torch.randn(sizes.batch, sizes.embedding)
    return DenseBatch(counts, embeddings, torch.randint(sizes.topics, (sizes.batch,)))
