"""How the topic models predict words: softmax(BatchNorm(theta @ beta)), only at the words that a document has."""

from __future__ import annotations

from typing import Any

import torch

from pipeline.bow.sparse import SparseRows
from pipeline.models.parts.layers import ShiftNorm


def word_probabilities(theta: torch.Tensor, beta: torch.Tensor, norm: ShiftNorm, bow: SparseRows) -> torch.Tensor:
    """(N,) entries of ``softmax(norm(theta @ beta))`` at the words of ``bow`` (XTRA, section 2.2).

    Args:
        theta: (B, K).
        beta: (K, V).
        norm: norm of the V words.
        bow: B documents with N entries.
    """
    left, right, shift = norm.of_product(theta, beta)
    probability: torch.Tensor = SoftmaxEntries.apply(left, right, shift, bow.rows, bow.terms)  # type: ignore[no-untyped-call]
    return probability


class SoftmaxEntries(torch.autograd.Function):
    """``softmax(left @ right + shift)[rows, terms]``; it keeps one (B, V) matrix, where autograd would keep three."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401 - autograd's context
        left: torch.Tensor,
        right: torch.Tensor,
        shift: torch.Tensor,
        rows: torch.Tensor,
        terms: torch.Tensor,
    ) -> torch.Tensor:
        """From (B, K), (K, V), (V,) and the places of N entries: (N,) probabilities."""
        logits = torch.addmm(shift, left, right)
        probability = torch.softmax(logits, dim=1, out=logits)
        picked = probability[rows, terms]
        ctx.save_for_backward(left, right, probability, picked, rows, terms)
        return picked

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:  # noqa: ANN401
        """D logits = scattered (gradient * p) - p * (the sum of gradient * p over the document)."""
        left, right, probability, picked, rows, terms = ctx.saved_tensors
        pulled = gradient * picked
        totals = probability.new_zeros(len(left)).index_add_(0, rows, pulled)
        logits = probability * -totals[:, None]
        logits.view(-1).index_add_(0, rows * logits.shape[1] + terms, pulled)
        return logits @ right.T, left.T @ logits, logits.sum(dim=0), None, None
