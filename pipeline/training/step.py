"""One optimiser step, shared by every neural model."""

from __future__ import annotations

import torch
from torch import nn


def make_optimiser(model: nn.Module, learning_rate: float) -> torch.optim.Adam:
    """Adam as the paper uses it, in one fused pass over the weights."""
    return torch.optim.Adam(model.parameters(), lr=learning_rate, fused=True)


def optimise(model: nn.Module, optimiser: torch.optim.Optimizer, loss: torch.Tensor, clip: float) -> float:
    """Differentiate ``loss``, clip the gradient's norm at ``clip`` and step.

    Returns:
        The gradient's norm before clipping.
    """
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), clip, foreach=True)
    optimiser.step()
    return float(norm)
