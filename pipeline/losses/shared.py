"""What several losses share: cosines, and which form of a loss is meant."""

from __future__ import annotations

from typing import Literal

import torch

LossForm = Literal["published", "paper"]


def cosines(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """(A, B) cosines of (A, D) and (B, D) rows; 0 where a row is all zeros.

    The lengths divide the small product, not the wide rows, which saves several passes over those.
    """
    lengths = first.norm(dim=1)[:, None] * second.norm(dim=1)
    return first @ second.T / lengths.clamp_min(1e-24)
