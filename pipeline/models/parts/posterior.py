"""From a document to the Gaussian posterior over its topics."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn

from pipeline.models.parts.layers import Dropout, Linear, ShiftNorm

Gaussian = tuple[torch.Tensor, torch.Tensor]  # (B, K) mean and (B, K) log-variance


def softplus_layers(sizes: Sequence[int], dropout: float) -> nn.Sequential:
    """A linear layer and softplus from each size to the next, then dropout."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [Linear(inputs, outputs), nn.Softplus()]
    return nn.Sequential(*layers, Dropout(dropout))


class Posterior(nn.Module):
    """A body, then two heads, each with its own norm (XTRA, section 3.1).

    Args:
        body: maps (B, inputs) to (B, hidden).
        hidden: width of the body's output.
        topics: the number of topics, K.
        eps: number that the norms add to the variance.
        momentum: momentum of the norms' running statistics.
    """

    def __init__(self, body: nn.Module, hidden: int, topics: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.body = body
        self.mean = Linear(hidden, topics)
        self.mean_norm = ShiftNorm(topics, eps, momentum)
        self.logvar = Linear(hidden, topics)
        self.logvar_norm = ShiftNorm(topics, eps, momentum)

    def forward(self, x: torch.Tensor, sizes: list[int]) -> list[Gaussian]:
        """Map the batches of languages that share the body to their posteriors.

        Args:
            x: (sum of sizes, inputs) the stacked batches: one pass through the body serves all of them.
            sizes: number of documents in each batch; the norms see one language at a time.
        """
        h = self.body(x)
        means, logvars = self.mean(h).split(sizes), self.logvar(h).split(sizes)
        return [(self.mean_norm(m), self.logvar_norm(v)) for m, v in zip(means, logvars, strict=True)]

    @torch.no_grad()
    def lesson(self, x: torch.Tensor) -> Gaussian:
        """Posteriors of (B, inputs) for others to learn from: normalised by the batch, without dropout.

        They have no gradient, and the norms' running statistics do not change.
        """
        self.body.eval()
        h = self.body(x)
        self.body.train(self.training)
        return self.mean_norm.of_batch(self.mean(h)), self.logvar_norm.of_batch(self.logvar(h))


def sample(mean: torch.Tensor, logvar: torch.Tensor, noise: torch.Tensor | None = None) -> torch.Tensor:
    """Draw (B, K) from N(mean, exp(logvar)) by reparameterisation; ``noise`` fixes the draw."""
    noise = torch.randn_like(mean) if noise is None else noise
    return mean + torch.exp(logvar / 2) * noise
