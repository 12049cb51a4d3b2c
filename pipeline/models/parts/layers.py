"""Layers that the neural topic models share."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import nn

from pipeline.bow.sparse import SparseRows


class RowKeeper(Protocol):
    """An object that multiplies in place of a sparse layer and keeps the rows of the layer's weight up to date."""

    def product(self, bow: SparseRows, bias: torch.Tensor) -> torch.Tensor:
        """(B, out) ``bow @ weight + bias``."""
        ...


class SparseLinear(nn.Module):
    """A linear layer that reads sparse counts: ``x @ weight + bias``, which touches only the rows of a batch's words.

    ``weight`` is (V, out), the transpose of the weight of ``nn.Linear``, so that the row of a word is contiguous.

    In training on a CPU the optimiser manages this weight, since a step touches few of its rows. A model then

    - may call the layer, as often in a step as it likes;
    - must not read ``weight`` itself within an epoch: rows that no batch has read lately are updated later, so they are
      stale. The weight is up to date at the end of each epoch, in evaluation mode and after training;
    - must not put ``weight`` into a loss, such as a penalty: it has a gradient only through the layer.

    Attributes:
        rows: the optimiser's object that manages the weight, while there is one.
    """

    rows: RowKeeper | None = None

    def __init__(self, vocabulary: int, out: int) -> None:
        super().__init__()
        bound = vocabulary**-0.5  # nn.Linear's default start
        self.weight = nn.Parameter(torch.empty(vocabulary, out).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out).uniform_(-bound, bound))

    def forward(self, bow: SparseRows) -> torch.Tensor:
        """Map B documents to (B, out)."""
        if self.rows and self.training:
            return self.rows.product(bow, self.bias)
        return bow.product(self.weight) + self.bias


class Linear(nn.Linear):
    """A linear layer that may compute in bfloat16: inputs, outputs and gradients are float32, but rounded."""

    rounds = False  # whether it rounds to bfloat16

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (B, inputs) to (B, outputs)."""
        if not self.rounds:
            return super().forward(x)
        with torch.autocast(x.device.type, torch.bfloat16):
            return super().forward(x).to(x.dtype)


class ShiftNorm(nn.BatchNorm1d):
    """BatchNorm with a scale that is fixed at 1 and a shift that is learnt, as in ProdLDA and its successors."""

    running_mean: torch.Tensor
    running_var: torch.Tensor
    num_batches_tracked: torch.Tensor

    def __init__(self, features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__(features, eps, momentum)
        del self.weight
        self.register_parameter("weight", None)

    def of_batch(self, x: torch.Tensor) -> torch.Tensor:
        """(B, features) normalised as in training, in any mode, without a change of the running statistics."""
        return nn.functional.batch_norm(x, None, None, None, self.bias, True, eps=self.eps)

    def of_product(self, theta: torch.Tensor, beta: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """``self(theta @ beta)`` as ``left @ right + shift``.

        A word's mean over the batch is ``mean(theta) @ beta_w`` and its variance is ``beta_w' cov(theta) beta_w``,
        so it is enough to normalise K rows of ``beta`` instead of B rows of the product.

        Args:
            theta: (B, K).
            beta: (K, V).

        Returns:
            (B, K) ``left``, (K, V) ``right`` and (V,) ``shift``.
        """
        if not self.training:
            scale = (self.running_var + self.eps).rsqrt()
            return theta, beta * scale, self.bias - self.running_mean * scale
        mean = theta.mean(dim=0)
        centred = theta - mean
        variance = (beta * (centred.T @ centred / len(theta) @ beta)).sum(dim=0)
        variance = variance.clamp_min(0)  # where topics hardly differ, rounding can make it negative
        self._track(mean.detach() @ beta.detach(), variance.detach() * (len(theta) / (len(theta) - 1)))
        return centred, beta * (variance + self.eps).rsqrt(), self.bias

    @torch.no_grad()
    def _track(self, mean: torch.Tensor, variance: torch.Tensor) -> None:
        self.num_batches_tracked += 1
        self.running_mean.lerp_(mean, self.momentum or 0.0)
        self.running_var.lerp_(variance, self.momentum or 0.0)


class Dropout(nn.Dropout):
    """Dropout that, on a CPU, draws 16 bits for each number: four numbers from each draw of the generator.

    Torch draws 53 bits or more, which takes ten times as long. The rate differs from ``p`` by at most 2**-17.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Zero each number with probability ``p`` and scale the others by ``1 / (1 - p)``."""
        if not self.training or x.device.type != "cpu" or self.p == 0:
            return super().forward(x)
        draws = torch.empty(-(-x.numel() // 4), dtype=torch.int64).random_(-(2**63), None).view(torch.int16)
        is_kept = draws[: x.numel()].view(x.shape) >= round(self.p * 2**16) - 2**15
        return x * is_kept.to(x.dtype).mul_(1 / (1 - self.p))
