"""Brings the topics of linked words together across two languages (InfoCTM, Wu et al., 2023)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True)
class Links:
    """Linked pairs of words of two languages, in one direction.

    Attributes:
        rows: (N,) int64 words of the first language; no pair occurs twice.
        columns: (N,) int64 words of the second language.
        weights: (N,) strength of the links, greater than 0.
    """

    rows: torch.Tensor
    columns: torch.Tensor
    weights: torch.Tensor

    def to(self, device: torch.device) -> Links:
        """The same links on ``device``."""
        return Links(self.rows.to(device), self.columns.to(device), self.weights.to(device))


def link_information(
    first: torch.Tensor, second: torch.Tensor, by_first: Links, by_second: Links, temperature: float
) -> torch.Tensor:
    """Contrastive bound on the mutual information of linked words' topics (InfoCTM, eq. 6; not yet averaged).

    The loss of linked words i and j is ``-log(exp(s_ij / t) / (sum of exp(s_in / t) over words n not linked to i +
    exp(s_ij / t)))`` times the link's weight, where s is the cosine of the words' columns of beta. It is computed in
    both directions.

    Args:
        first: (K, V1) beta.
        second: (K, V2) beta.
        by_first: links from the words of ``first`` (``rows``), anchored at them, to words of ``second`` (``columns``).
            Every other word of ``second`` is a negative.
        by_second: links with the same meaning of ``rows`` and ``columns``, but anchored at the words of ``second``.
        temperature: the temperature t.

    Returns:
        Scalar, the sum over all links.
    """
    units = [torch.nn.functional.normalize(beta.T, dim=1) for beta in (first, second)]
    columns = torch.cat([by_first.columns, by_second.columns])
    rows = torch.cat([by_first.rows, by_second.rows])
    powers, by_row, by_column = Powers.apply(*units, rows, columns, temperature)  # type: ignore[no-untyped-call]
    directions = powers.split([len(by_first.rows), len(by_second.rows)])
    return _one_direction(directions[0], by_row, by_first.rows, by_first.weights) + _one_direction(
        directions[1], by_column, by_second.columns, by_second.weights
    )


def _one_direction(
    powers: torch.Tensor, totals: torch.Tensor, anchors: torch.Tensor, weights: torch.Tensor
) -> torch.Tensor:
    """Sum of the links' losses, from the ``powers`` of the links and their ``totals`` over all words."""
    linked = torch.zeros_like(totals).index_add(0, anchors, powers)
    # index_select, since on a CPU the gradient of plain indexing is added up in no fixed order
    negatives = (totals - linked).clamp_min(0).index_select(0, anchors)
    return (weights * ((negatives + powers).log() - powers.log())).sum()


class Powers(torch.autograd.Function):
    """Some entries of ``exp(first @ second.T / t)`` and its sums; only one (V1, V2) matrix is kept."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401 - autograd's context
        first: torch.Tensor,
        second: torch.Tensor,
        rows: torch.Tensor,
        columns: torch.Tensor,
        temperature: float,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """From (V1, K), (V2, K) and N places: (N,) entries, (V1,) sums of rows and (V2,) sums of columns."""
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
        """D (first @ second.T / t) = exp times the sum of the gradients of its entry, its row and its column."""
        first, second, powers, rows, columns = ctx.saved_tensors
        pull = by_row[:, None] + by_column
        pull.view(-1).index_add_(0, rows * pull.shape[1] + columns, entries)
        pull.mul_(powers).div_(ctx.temperature)
        return pull @ second, pull.T @ first, None, None, None
