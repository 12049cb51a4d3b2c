"""Layers that the neural topic models share."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from pipeline.sparse import SparseRows


class SparseLinear(nn.Module):
    """A linear layer that reads sparse counts: ``x @ weight + bias`` touching only the rows a batch has.

    ``weight`` is (V, out), the transpose of ``nn.Linear``'s, so that a word's row is contiguous.
    """

    def __init__(self, vocabulary: int, out: int) -> None:
        super().__init__()
        bound = vocabulary**-0.5  # nn.Linear's default start
        self.weight = nn.Parameter(torch.empty(vocabulary, out).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out).uniform_(-bound, bound))

    def forward(self, bow: SparseRows) -> torch.Tensor:
        """Map B documents to (B, out)."""
        summed = functional.embedding_bag(
            bow.terms, self.weight, bow.offsets, mode="sum", per_sample_weights=bow.counts.to(self.weight.dtype)
        )
        return summed + self.bias


class ShiftNorm(nn.BatchNorm1d):
    """BatchNorm whose scale is frozen at 1 and whose shift is learnt, as ProdLDA and its successors use it."""

    def __init__(self, features: int) -> None:
        super().__init__(features)
        del self.weight
        self.register_parameter("weight", None)


class SharedEncoder(nn.Module):
    """From the shared space to the posterior over topics (XTRA, section 3.1).

    Linear, softplus, Linear, softplus, dropout, then two normalised heads.
    """

    def __init__(self, inputs: int, hidden: int, topics: int, dropout: float) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(inputs, hidden), nn.Softplus(), nn.Linear(hidden, hidden), nn.Softplus(), nn.Dropout(dropout)
        )
        self.mean = nn.Linear(hidden, topics)
        self.mean_norm = ShiftNorm(topics)
        self.logvar = nn.Linear(hidden, topics)
        self.logvar_norm = ShiftNorm(topics)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Map (B, inputs) to the (B, K) mean and the (B, K) log-variance."""
        h = self.body(x)
        return self.mean_norm(self.mean(h)), self.logvar_norm(self.logvar(h))


def sample(mean: torch.Tensor, logvar: torch.Tensor, noise: torch.Tensor | None = None) -> torch.Tensor:
    """Draw (B, K) from N(mean, exp(logvar)) by reparameterisation; ``noise`` fixes the draw."""
    noise = torch.randn_like(mean) if noise is None else noise
    return mean + torch.exp(logvar / 2) * noise
