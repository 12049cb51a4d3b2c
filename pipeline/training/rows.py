"""Weights of which a step touches few rows, brought up to date only when they are read."""

from __future__ import annotations

from dataclasses import dataclass

import torch

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8  # Adam's defaults, as the papers use it
CHUNK = 4096  # rows brought up to date at a time, so that a large vocabulary does not double the memory


@dataclass(frozen=True)
class Taken:
    """The rows that one step works on.

    Attributes:
        words: (U,) their numbers, ascending.
        rows: (U, out) copies that ask for a gradient.
        mean: (U, out) of their gradients.
        square: (U, out) of their gradients.
    """

    words: torch.Tensor
    rows: torch.Tensor
    mean: torch.Tensor
    square: torch.Tensor


class RowTable:
    """A weight whose untouched rows wait, and are caught up on before they are next read.

    Adam moves a weight even where its gradient is zero, by what is left of its momentum. A row with state (m, v)
    whose last gradient came at step s moves, until step t, by ``m / (sqrt(v) + eps)`` times the sum over
    j = s+1..t of ``(b1 / sqrt(b2))^(j-s) * rate_j * sqrt(1 - b2^j) / (1 - b1^j)``. That sum is the same for all
    its weights, so one number a row (``pending``) is kept in place of moving them. The result is dense Adam's,
    but for rounding and for eps where v has almost vanished.

    Args:
        weight: (V, out), updated in place; on a CPU.
    """

    def __init__(self, weight: torch.Tensor) -> None:
        self.weight = weight
        self.mean, self.square = torch.zeros_like(weight), torch.zeros_like(weight)
        self.taken: Taken | None = None
        self._forget()

    def take(self, terms: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Rows for one forward pass, up to date.

        Args:
            terms: (N,) row numbers, repeats allowed.

        Returns:
            (U, out) distinct rows that ask for a gradient, and (N,) where each term's row is among them.

        Raises:
            RuntimeError: a second batch in one step; batches that share a layer are to be stacked.
        """
        if self.taken:
            raise RuntimeError("a sparse layer read two batches in one step; stack them into one")
        words, local = terms.unique(return_inverse=True)
        rows, mean, square = (whole.index_select(0, words) for whole in (self.weight, self.mean, self.square))
        _catch_up(rows, mean, square, self.pending[words], self.skipped[words])
        self.taken = Taken(words, rows.requires_grad_(), mean, square)
        return rows, local

    @torch.no_grad()
    def put(self, learning_rate: float, step: int) -> None:
        """Write back the rows taken, which have made the ``step``-th step; for the others it is pending."""
        if not self.taken:
            return
        rate = learning_rate * (1 - BETA2**step) ** 0.5 / (1 - BETA1**step)
        self.skipped += 1
        self.decay *= BETA1 / BETA2**0.5
        self.pending += rate * self.decay
        words = self.taken.words
        self.weight.index_copy_(0, words, self.taken.rows)
        self.mean.index_copy_(0, words, self.taken.mean)
        self.square.index_copy_(0, words, self.taken.square)
        self.skipped[words], self.decay[words], self.pending[words] = 0, 1, 0
        self.taken = None

    def drop(self) -> None:
        """Forget the rows taken, which have made no step."""
        self.taken = None

    @torch.no_grad()
    def settle(self) -> None:
        """Bring every row up to date, for whoever reads the weight itself."""
        whole = (self.weight, self.mean, self.square, self.pending, self.skipped)
        for rows in zip(*(part.split(CHUNK) for part in whole), strict=True):
            _catch_up(*rows)
        self._forget()

    def _forget(self) -> None:
        rows, like = len(self.weight), self.weight
        self.pending, self.decay, self.skipped = like.new_zeros(rows), like.new_ones(rows), like.new_zeros(rows)


def _catch_up(
    rows: torch.Tensor, mean: torch.Tensor, square: torch.Tensor, pending: torch.Tensor, skipped: torch.Tensor
) -> None:
    """Make the steps that each row has skipped, in place."""
    rows.addcdiv_(mean * -pending[:, None], square.sqrt().add_(EPSILON))
    mean.mul_((BETA1**skipped)[:, None])
    square.mul_((BETA2**skipped)[:, None])
