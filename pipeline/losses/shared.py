"""What several losses share: cosines, and the names of a loss's forms."""

from __future__ import annotations

from typing import Literal

import torch

LossForm = Literal["published", "paper"]


def cosines(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """(A, B) cosines of (A, D) and (B, D) rows; 0 where a row is all zeros.

    The small product is divided by the lengths, not the wide rows; this saves several passes over the rows.
    """
    lengths = first.norm(dim=1)[:, None] * second.norm(dim=1)
    return first @ second.T / lengths.clamp_min(1e-24)
