"""Layers that the neural topic models share."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import nn

from pipeline.bow.sparse import SparseRows


class RowKeeper(Protocol):
    """Whoever multiplies in a sparse layer's place, because it keeps the rows of its weight up to date."""

    def product(self, bow: SparseRows, bias: torch.Tensor) -> torch.Tensor:
        """(B, out) ``bow @ weight + bias``."""
        ...


class SparseLinear(nn.Module):
    """A linear layer that reads sparse counts: ``x @ weight + bias`` touching only the rows a batch has.

    ``weight`` is (V, out), the transpose of ``nn.Linear``'s, so that a word's row is contiguous.

    In training on a CPU the optimiser keeps this weight, since a step touches few of its rows. A model then may

    - call the layer, as often in a step as it likes;
    - not read ``weight`` itself within an epoch: rows that no batch has read lately are moved later, so it is stale. It
      is whole again at the end of each epoch, in evaluation mode and after training;
    - not put ``weight`` into a loss, such as a penalty: it has no gradient but by way of the layer.

    Attributes:
        rows: the optimiser's keeper of the weight, while there is one.
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
    """A linear layer that may work in bfloat16: what it takes and gives is float32, rounded, and so are gradients."""

    rounds = False  # to bfloat16

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (B, inputs) to (B, outputs)."""
        if not self.rounds:
            return super().forward(x)
        with torch.autocast(x.device.type, torch.bfloat16):
            return super().forward(x).to(x.dtype)


class ShiftNorm(nn.BatchNorm1d):
    """BatchNorm whose scale is frozen at 1 and whose shift is learnt, as ProdLDA and its successors use it."""

    running_mean: torch.Tensor
    running_var: torch.Tensor
    num_batches_tracked: torch.Tensor

    def __init__(self, features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__(features, eps, momentum)
        del self.weight
        self.register_parameter("weight", None)

    def of_batch(self, x: torch.Tensor) -> torch.Tensor:
        """(B, features) as in training, whatever the mode, with the running figures left as they are."""
        return nn.functional.batch_norm(x, None, None, None, self.bias, True, eps=self.eps)

    def of_product(self, theta: torch.Tensor, beta: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """``self(theta @ beta)`` as ``left @ right + shift``.

        A word's mean over the batch is ``mean(theta) @ beta_w`` and its variance ``beta_w' cov(theta) beta_w``,
        so normalising takes K rows of ``beta`` in place of B rows of the product.

        Args:
            theta: (B, K).
            beta: (K, V).

        Returns:
            (B, K), (K, V) and (V,).
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
    """Dropout that draws 16 bits a number on a CPU, four numbers from each draw of the generator.

    Torch draws 53 or more, which takes ten times as long; the rate is ``p`` to within 2**-17.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Zero each number with probability ``p`` and scale the others by ``1 / (1 - p)``."""
        if not self.training or x.device.type != "cpu" or self.p == 0:
            return super().forward(x)
        draws = torch.empty(-(-x.numel() // 4), dtype=torch.int64).random_(-(2**63), None).view(torch.int16)
        kept = draws[: x.numel()].view(x.shape) >= round(self.p * 2**16) - 2**15
        return x * kept.to(x.dtype).mul_(1 / (1 - self.p))
