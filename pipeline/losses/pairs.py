"""Bring the topics of aligned documents together (M3L-Contrast, Zosa and Pivovarova, 2022, eq. 1)."""

from __future__ import annotations

import torch


def pair_contrast(first: torch.Tensor, second: torch.Tensor, matches: torch.Tensor, temperature: float) -> torch.Tensor:
    """InfoNCE between the thetas of aligned documents, dot products, both directions.

    Args:
        first: (A, K) thetas of one language.
        second: (B, K) of another.
        matches: (M, 2) int64 rows of the two that are aligned.
        temperature: tau.

    Returns:
        Scalar, the sum of both directions' means over matches.
    """
    scores = first @ second.T / temperature
    forth, back = scores.log_softmax(dim=1), scores.log_softmax(dim=0)
    left, right = matches.unbind(dim=1)
    return -(forth[left, right] + back[left, right]).mean()
