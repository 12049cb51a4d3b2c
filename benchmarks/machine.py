"""What the machine itself can do: the roofline for the other figures."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

import torch

from benchmarks.case import Case, Work, timed

COPY_BYTES = 2**30  # far more than fits into the caches
SIDE = 2048


def memory_copy() -> Case:
    """Bytes read and written by a plain copy."""
    source = torch.ones(COPY_BYTES // 4)
    target = torch.zeros_like(source)
    copy = timed(lambda: target.copy_(source))
    amount = 2 * COPY_BYTES / 1e9
    return Case(
        "GB/s", Work(copy, amount), Work(_one_thread(copy), amount), "a copy of 1 GiB, read and written; on one thread"
    )


def matrix_product() -> Case:
    """Floating-point operations of a plain product in float32."""
    product, flops = _product()
    note = f"{SIDE} x {SIDE} float32; the same on one thread"
    return Case("GFLOP/s", Work(product, flops / 1e9), Work(_one_thread(product), flops / 1e9), note, repeats=5)


def product_speed() -> float:
    """Floating-point operations per second of the same product, measured now."""
    product, flops = _product()
    product()
    return flops / median(product() for _ in range(5))


def _product() -> tuple[Callable[[], float], float]:
    generator = torch.Generator().manual_seed(0)
    a, b = (torch.randn(SIDE, SIDE, generator=generator) for _ in range(2))
    return timed(lambda: a @ b), 2.0 * SIDE**3


def _one_thread(seconds: Callable[[], float]) -> Callable[[], float]:
    def run() -> float:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            return seconds()
        finally:
            torch.set_num_threads(threads)

    return run
