"""A costly loss in some of the steps alone."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn


def rarely(loss: Callable[[], torch.Tensor], every: int, model: nn.Module) -> torch.Tensor:
    """``loss()`` in one step of ``every``, drawn at random, and as many times as heavy: the same on average.

    Args:
        loss: a scalar.
        every: 1 computes it in every step.
        model: outside of its training the loss is always computed, and not scaled.
    """
    if every == 1 or not model.training:
        return loss()
    if float(torch.rand(())) * every >= 1:
        return next(model.parameters()).new_zeros(())
    return every * loss()
