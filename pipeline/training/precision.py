"""How exactly matrices are multiplied in training; weights and Adam's state are float32 in every case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from pipeline.models.parts.layers import Linear
from pipeline.training.train_params import Precision


@contextmanager
def products_in(precision: Precision, model: nn.Module) -> Iterator[None]:
    """Multiply matrices at ``precision`` within.

    Args:
        precision: ``tf32`` lets a GPU round what it multiplies to 11 bits, and does nothing on a CPU. ``bf16`` has the
            linear layers round what goes in and comes out, and their gradients, to 8 bits on any device, and the
            other products be as with ``tf32``.
        model: whose layers are meant.
    """
    layers = [layer for layer in model.modules() if isinstance(layer, Linear)]
    others = torch.backends.cuda.matmul
    before = others.fp32_precision
    others.fp32_precision = before if precision == "float32" else "tf32"
    for layer in layers:
        layer.rounds = precision == "bf16"
    try:
        yield
    finally:
        others.fp32_precision = before
        for layer in layers:
            layer.rounds = False
