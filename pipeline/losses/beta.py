"""Makes topic k mean the same in every language (XTRA, section 3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import torch
from torch.nn import functional

from pipeline.losses.shared import cosines


def beta_alignment(projected: Sequence[torch.Tensor]) -> torch.Tensor:
    """Symmetric InfoNCE over topics, with cosines and without a temperature, averaged over unordered language pairs.

    Args:
        projected: one (K, S) tensor for each of two or more languages: its beta mapped into the shared space.

    Returns:
        Scalar; with two languages it is exactly the paper's ``(L(1->2) + L(2->1)) / 2``.
    """
    topics = torch.arange(len(projected[0]), device=projected[0].device)
    losses = []
    for first, second in combinations(projected, 2):
        cosine = cosines(first, second)
        losses.append((functional.cross_entropy(cosine, topics) + functional.cross_entropy(cosine.T, topics)) / 2)
    return torch.stack(losses).mean()
