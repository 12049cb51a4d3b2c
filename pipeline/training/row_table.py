"""Weights of which a step touches few rows, brought up to date only when they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import torch

from pipeline.bow.sparse import SparseRows
from pipeline.training.row_kernels import AdamStep, adam, catch_up, squared_norms
from pipeline.training.train_params import BETA1, BETA2, EPSILON


@dataclass
class Taken:
    """The rows that a batch reads.

    Attributes:
        words: (U,) their numbers, ascending.
        starts: (U + 1,) where each one's entries begin.
        documents: (N,) of the batch, the rows' entries one row after the other.
        counts: (N,) of the word in the document.
        pulled: (B, out) gradient of the layer's output; of another shape until there is one.
    """

    words: np.ndarray
    starts: np.ndarray
    documents: np.ndarray
    counts: np.ndarray
    pulled: np.ndarray


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
        _start_threads()
        self.weight = weight
        self.mean, self.square = torch.zeros_like(weight), torch.zeros_like(weight)
        self.taken: list[Taken] = []  # of each batch that a loss has been differentiated for, since the last step
        self._arrays = weight.numpy(), self.mean.numpy(), self.square.numpy()  # the same memory
        self._forget()

    def product(self, bow: SparseRows, bias: torch.Tensor) -> torch.Tensor:
        """(B, out) ``bow @ weight + bias``; backward, it keeps what the weight's gradient is made of."""
        taken = _by_word(bow, self.weight.dtype)
        self._catch_up(taken.words)
        product: torch.Tensor = _Product.apply(bias, self, bow, taken)  # type: ignore[no-untyped-call]
        return product

    def squared_norm(self) -> float:
        """The sum of squares of the rows' gradient; 0 where there is none."""
        if not self.taken:
            return 0.0
        taken = self._together()
        return float(squared_norms(taken.starts, taken.documents, taken.counts, taken.pulled).sum(dtype=np.float64))

    def step(self, learning_rate: float, step: int, scale: float) -> None:
        """Move the rows taken by the ``step``-th step, their gradient times ``scale``; for the others it is pending."""
        taken = self._together()
        self.drop()
        if self.pending[taken.words].any():  # where steps came between the reading of the batch and this one
            self._catch_up(taken.words)
        rate, correction = learning_rate / (1 - BETA1**step), (1 - BETA2**step) ** -0.5
        self.skipped += 1
        self.decay *= BETA1 / BETA2**0.5  # to the power of `skipped`; a product is cheaper
        self.pending += rate / correction * self.decay
        words, cast = taken.words, self._arrays[0].dtype.type
        keep_mean, keep_square = BETA1 ** self.skipped[words], BETA2 ** self.skipped[words]
        with np.errstate(over="ignore"):  # a learning rate beyond the weight's precision shows in the weights
            numbers = AdamStep(*map(cast, (scale, 1 - BETA1, 1 - BETA2, rate, correction, EPSILON)))
        adam(
            *self._arrays, words, taken.starts, taken.documents, taken.counts, taken.pulled,
            keep_mean.astype(cast), keep_square.astype(cast), numbers,
        )  # fmt: skip
        self.skipped[words], self.decay[words], self.pending[words] = 0, 1, 0

    def drop(self) -> None:
        """Forget the gradient: nothing is taken any more."""
        self.taken = []

    def settle(self) -> None:
        """Bring every row up to date, for whoever reads the weight itself."""
        self._catch_up(np.flatnonzero(self.skipped))
        for state, decay in ((self.mean, BETA1), (self.square, BETA2)):
            state *= torch.from_numpy(decay**self.skipped)[:, None].to(state.dtype)
        self._forget()

    def load(self, mean: torch.Tensor, square: torch.Tensor) -> None:
        """Take the (V, out) state of a weight that is up to date; what was pending is forgotten."""
        self.mean.copy_(mean)
        self.square.copy_(square)
        self.taken = []
        self._forget()

    def _together(self) -> Taken:
        """The batches taken as one."""
        if len(self.taken) > 1:
            self.taken = [_one_batch(self.taken)]
        return self.taken[0]

    def _catch_up(self, words: np.ndarray) -> None:
        """Make the moves that the rows ``words`` wait for; their mean and square wait on."""
        cast = self._arrays[0].dtype.type
        catch_up(*self._arrays, words, self.pending[words].astype(cast), cast(EPSILON))
        self.pending[words] = 0

    def _forget(self) -> None:
        rows = len(self.weight)
        self.pending, self.decay, self.skipped = np.zeros(rows), np.ones(rows), np.zeros(rows, np.int64)


@cache
def _start_threads() -> None:
    """Start the kernels' threads, and leave torch as many as it had: both may use the one OpenMP of the process."""
    threads, nothing = torch.get_num_threads(), np.zeros((1, 0), np.float32)
    catch_up(nothing, nothing, nothing, np.zeros(1, np.int64), np.zeros(1, np.float32), np.float32(EPSILON))
    torch.set_num_threads(threads)


class _Product(torch.autograd.Function):
    """The product of :meth:`RowTable.product`; its gradient for the weight is kept in pieces, by the table."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401 - autograd's context
        bias: torch.Tensor,
        table: RowTable,
        bow: SparseRows,
        taken: Taken,
    ) -> torch.Tensor:
        ctx.table, ctx.taken = table, taken
        return bow.product(table.weight) + bias

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None, None, None]:  # noqa: ANN401
        ctx.table.taken.append(replace(ctx.taken, pulled=gradient.contiguous().numpy()))
        return gradient.sum(dim=0), None, None, None


def _by_word(bow: SparseRows, dtype: torch.dtype) -> Taken:
    """The entries of a batch, word by word."""
    terms, order = bow.terms.sort(stable=True)
    words, lengths = terms.unique_consecutive(return_counts=True)
    starts = np.concatenate([[0], lengths.cumsum(dim=0).numpy()])
    counts = bow.counts[order].to(dtype).numpy()
    return Taken(words.numpy(), starts, bow.rows[order].numpy(), counts, np.empty((0, 0), counts.dtype))


def _one_batch(parts: Sequence[Taken]) -> Taken:
    """Several batches, all pulled, as one in which their documents stand one batch after the other."""
    firsts = np.cumsum([0, *(len(part.pulled) for part in parts)])
    terms = np.concatenate([np.repeat(part.words, np.diff(part.starts)) for part in parts])
    documents = np.concatenate([part.documents + first for part, first in zip(parts, firsts, strict=False)])
    counts = np.concatenate([part.counts for part in parts])
    order = np.argsort(terms, kind="stable")
    words, starts = np.unique(terms[order], return_index=True)
    return Taken(
        words,
        np.append(starts, len(terms)),
        documents[order],
        counts[order],
        np.concatenate([part.pulled for part in parts]),
    )
