"""Bring the topics of linked words together across two languages (InfoCTM, Wu et al., 2023)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True)
class Links:
    """Linked pairs of words of two languages, in one direction.

    Attributes:
        rows: (N,) int64 words of the first language, no pair twice.
        columns: (N,) int64 words of the second.
        weights: (N,) how strongly they are linked, over 0.
    """

    rows: torch.Tensor
    columns: torch.Tensor
    weights: torch.Tensor

    def to(self, device: torch.device) -> Links:
        """The same links on ``device``."""
        return Links(self.rows.to(device), self.columns.to(device), self.weights.to(device))


def link_information(
    first: torch.Tensor, second: torch.Tensor, forth: Links, back: Links, temperature: float
) -> torch.Tensor:
    """Contrastive bound on the mutual information of linked words' topics (InfoCTM, eq. 6; not yet averaged).

    Over linked words i and j, ``-log(exp(s_ij / t) / (sum of exp(s_in / t) over words n not linked to i +
    exp(s_ij / t)))`` times the link's weight, with s the cosine of the words' columns of beta; in both directions.

    Args:
        first: (K, V1) beta.
        second: (K, V2) beta.
        forth: links whose ``rows`` are of ``first``; every other word of ``second`` is a negative.
        back: links whose ``rows`` are of ``first`` and ``columns`` of ``second`` too, anchored at the columns.
        temperature: t.

    Returns:
        Scalar, the sum over all links.
    """
    units = [torch.nn.functional.normalize(beta.T, dim=1) for beta in (first, second)]
    columns = torch.cat([forth.columns, back.columns])
    rows = torch.cat([forth.rows, back.rows])
    powers, by_row, by_column = Powers.apply(*units, rows, columns, temperature)  # type: ignore[no-untyped-call]
    ways = powers.split([len(forth.rows), len(back.rows)])
    return _one_way(ways[0], by_row, forth.rows, forth.weights) + _one_way(
        ways[1], by_column, back.columns, back.weights
    )


def _one_way(powers: torch.Tensor, totals: torch.Tensor, anchors: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Sum over links of their loss, ``powers`` of the links and ``totals`` over all words given."""
    linked = torch.zeros_like(totals).index_add(0, anchors, powers)
    # index_select: on a CPU the gradient of plain indexing adds up in any order
    negatives = (totals - linked).clamp_min(0).index_select(0, anchors)
    return (weights * ((negatives + powers).log() - powers.log())).sum()


class Powers(torch.autograd.Function):
    """``exp(first @ second.T / t)``: some entries and its sums, keeping one (V1, V2) matrix."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401 - autograd's context
        first: torch.Tensor,
        second: torch.Tensor,
        rows: torch.Tensor,
        columns: torch.Tensor,
        temperature: float,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """(V1, K), (V2, K) and N places to (N,) entries, (V1,) sums of rows and (V2,) sums of columns."""
        powers = (first @ second.T).div_(temperature).exp_()
        ctx.save_for_backward(first, second, powers, rows, columns)
        ctx.temperature = temperature
        return powers[rows, columns], powers.sum(dim=1), powers.sum(dim=0)

    @staticmethod
    def backward(
        ctx: Any,  # noqa: ANN401
        entries: torch.Tensor,
        by_row: torch.Tensor,
        by_column: torch.Tensor,
    ) -> tuple[torch.Tensor | None, ...]:
        """D (first @ second.T / t) = exp times what its entry, its row and its column pull."""
        first, second, powers, rows, columns = ctx.saved_tensors
        pull = by_row[:, None] + by_column
        pull.view(-1).index_add_(0, rows * pull.shape[1] + columns, entries)
        pull.mul_(powers).div_(ctx.temperature)
        return pull @ second, pull.T @ first, None, None, None
