"""Brings the topics of aligned documents together (M3L-Contrast, Zosa and Pivovarova, 2022, eq. 1)."""

from __future__ import annotations

import torch


def pair_contrast(first: torch.Tensor, second: torch.Tensor, matches: torch.Tensor, temperature: float) -> torch.Tensor:
    """InfoNCE between the thetas of aligned documents, with dot products, in both directions.

    Args:
        first: (A, K) thetas of one language.
        second: (B, K) thetas of another language.
        matches: (M, 2) int64 pairs of aligned rows, one of ``first`` and one of ``second``.
        temperature: the paper's tau.

    Returns:
        Scalar: the mean over matches of each direction, the two added.
    """
    scores = first @ second.T / temperature
    to_second, to_first = scores.log_softmax(dim=1), scores.log_softmax(dim=0)
    left, right = matches.unbind(dim=1)
    return -(to_second[left, right] + to_first[left, right]).mean()
