"""Weights in which a step touches few rows; the other rows are brought up to date only when they are read."""

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
        words: (U,) numbers of the rows, ascending.
        starts: (U + 1,) where the entries of each row begin, and where the last one's end.
        documents: (N,) document of each entry, one row after the other.
        counts: (N,) count of the row's word in the document.
        pulled: (B, out) gradient of the layer's output; it has another shape until there is a gradient.
    """

    words: np.ndarray
    starts: np.ndarray
    documents: np.ndarray
    counts: np.ndarray
    pulled: np.ndarray


class RowTable:
    """A weight in which untouched rows wait and are brought up to date before they are read again.

    Adam moves a weight even where its gradient is zero, by the rest of its momentum. Take a row with state (m, v) and
    its last gradient at step s. Until step t it moves by ``m / (sqrt(v) + eps)`` times the sum over j = s+1..t of
    ``(b1 / sqrt(b2))^(j-s) * rate_j * sqrt(1 - b2^j) / (1 - b1^j)``. The sum is the same for all weights of the row,
    so one number for each row (``pending``) is kept instead of moving the weights. The result is that of dense Adam,
    except for rounding and for eps where v has almost vanished.

    Args:
        weight: (V, out) on a CPU; it is updated in place.
    """

    def __init__(self, weight: torch.Tensor) -> None:
        _start_threads()
        self.weight = weight
        self.mean, self.square = torch.zeros_like(weight), torch.zeros_like(weight)
        self.taken: list[Taken] = []  # rows of each batch since the last step whose loss has been differentiated
        self._arrays = weight.numpy(), self.mean.numpy(), self.square.numpy()  # the same memory
        self._forget()

    def product(self, bow: SparseRows, bias: torch.Tensor) -> torch.Tensor:
        """(B, out) ``bow @ weight + bias``; its backward pass keeps the pieces of the weight's gradient."""
        taken = _by_word(bow, self.weight.dtype)
        self._catch_up(taken.words)
        product: torch.Tensor = _Product.apply(bias, self, bow, taken)  # type: ignore[no-untyped-call]
        return product

    def squared_norm(self) -> float:
        """The sum of squares of the rows' gradient; 0 where there is no gradient."""
        if not self.taken:
            return 0.0
        taken = self._together()
        return float(squared_norms(taken.starts, taken.documents, taken.counts, taken.pulled).sum(dtype=np.float64))

    def step(self, learning_rate: float, step: int, scale: float) -> None:
        """Make the ``step``-th step: move the taken rows, their gradient times ``scale``; the other rows wait."""
        taken = self._together()
        self.drop()
        if self.pending[taken.words].any():  # if other steps were made after the batch was read
            self._catch_up(taken.words)
        rate, correction = learning_rate / (1 - BETA1**step), (1 - BETA2**step) ** -0.5
        self.skipped += 1
        self.decay *= BETA1 / BETA2**0.5  # to the power of `skipped`; a product is cheaper
        self.pending += rate / correction * self.decay
        words, cast = taken.words, self._arrays[0].dtype.type
        keep_mean, keep_square = BETA1 ** self.skipped[words], BETA2 ** self.skipped[words]
        with np.errstate(over="ignore"):  # a learning rate too large for the weight's type will show in the weights
            numbers = AdamStep(*map(cast, (scale, 1 - BETA1, 1 - BETA2, rate, correction, EPSILON)))
        adam(
            *self._arrays, words, taken.starts, taken.documents, taken.counts, taken.pulled,
            keep_mean.astype(cast), keep_square.astype(cast), numbers,
        )  # fmt: skip
        self.skipped[words], self.decay[words], self.pending[words] = 0, 1, 0

    def drop(self) -> None:
        """Forget the gradient: no rows are taken any more."""
        self.taken = []

    def settle(self) -> None:
        """Bring every row up to date, so that the weight itself may be read."""
        self._catch_up(np.flatnonzero(self.skipped))
        for state, decay in ((self.mean, BETA1), (self.square, BETA2)):
            state *= torch.from_numpy(decay**self.skipped)[:, None].to(state.dtype)
        self._forget()

    def load(self, mean: torch.Tensor, square: torch.Tensor) -> None:
        """Take over the (V, out) state of a weight that is up to date; pending moves are forgotten."""
        self.mean.copy_(mean)
        self.square.copy_(square)
        self.taken = []
        self._forget()

    def _together(self) -> Taken:
        """All taken batches as one batch."""
        if len(self.taken) > 1:
            self.taken = [_one_batch(self.taken)]
        return self.taken[0]

    def _catch_up(self, words: np.ndarray) -> None:
        """Make the pending moves of the rows ``words``; their mean and square still wait."""
        cast = self._arrays[0].dtype.type
        catch_up(*self._arrays, words, self.pending[words].astype(cast), cast(EPSILON))
        self.pending[words] = 0

    def _forget(self) -> None:
        rows = len(self.weight)
        self.pending, self.decay, self.skipped = np.zeros(rows), np.ones(rows), np.zeros(rows, np.int64)


@cache
def _start_threads() -> None:
    """Start the kernels' threads, and leave torch its number of threads: both may use the same OpenMP."""
    threads, nothing = torch.get_num_threads(), np.zeros((1, 0), np.float32)
    catch_up(nothing, nothing, nothing, np.zeros(1, np.int64), np.zeros(1, np.float32), np.float32(EPSILON))
    torch.set_num_threads(threads)


class _Product(torch.autograd.Function):
    """The product of :meth:`RowTable.product`; the table keeps the pieces of the weight's gradient."""

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
    """The entries of a batch, in the order of the words."""
    terms, order = bow.terms.sort(stable=True)
    words, lengths = terms.unique_consecutive(return_counts=True)
    starts = np.concatenate([[0], lengths.cumsum(dim=0).numpy()])
    counts = bow.counts[order].to(dtype).numpy()
    return Taken(words.numpy(), starts, bow.rows[order].numpy(), counts, np.empty((0, 0), counts.dtype))


def _one_batch(batches: Sequence[Taken]) -> Taken:
    """Several batches, all with their gradients, as one batch; their documents follow one another."""
    firsts = np.cumsum([0, *(len(batch.pulled) for batch in batches)])
    terms = np.concatenate([np.repeat(batch.words, np.diff(batch.starts)) for batch in batches])
    documents = np.concatenate([batch.documents + first for batch, first in zip(batches, firsts, strict=False)])
    counts = np.concatenate([batch.counts for batch in batches])
    order = np.argsort(terms, kind="stable")
    words, starts = np.unique(terms[order], return_index=True)
    return Taken(
        words,
        np.append(starts, len(terms)),
        documents[order],
        counts[order],
        np.concatenate([batch.pulled for batch in batches]),
    )
