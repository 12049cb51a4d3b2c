"""The precision of matrix products in training; weights and Adam's state are always float32."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from pipeline.models.parts.layers import Linear
from pipeline.training.train_params import Precision


@contextmanager
def products_in(precision: Precision, model: nn.Module) -> Iterator[None]:
    """Multiply matrices at ``precision`` within the context.

    Args:
        precision: ``tf32`` lets a GPU round the factors of its products to 11 bits, and has no effect on a CPU. With
            ``bf16`` the linear layers round their inputs, outputs and gradients to 8 bits on any device; the other
            products are as with ``tf32``.
        model: the model with these layers.
    """
    layers = [layer for layer in model.modules() if isinstance(layer, Linear)]
    products = torch.backends.cuda.matmul
    before = products.fp32_precision
    products.fp32_precision = before if precision == "float32" else "tf32"
    for layer in layers:
        layer.rounds = precision == "bf16"
    try:
        yield
    finally:
        products.fp32_precision = before
        for layer in layers:
            layer.rounds = False
