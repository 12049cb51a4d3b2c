"""Adam on the rows of a weight that a batch touches, compiled: each row is read and written once in a pass.

The rows are independent of each other, so the number of threads does not change the result. ``words`` are the distinct
rows of a batch. The documents that contain ``words[i]`` are ``documents[starts[i]:starts[i + 1]]``; ``counts`` has the
word's count in each of them. The gradient of the row is the sum of ``counts * pulled[documents]`` over them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit, prange

# Sums may be computed in vector registers, and a * b + c in one instruction; all other rules of IEEE hold.
compiled = njit(parallel=True, cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
inlined = njit(inline="always")


class AdamStep(NamedTuple):
    """The numbers of one step of Adam that are the same for every row.

    Attributes:
        scale: factor that clips the gradient.
        new_mean: share of the gradient in the new mean, 1 - beta1.
        new_square: share of the gradient's square in the new square, 1 - beta2.
        rate: learning rate, divided by the correction for the mean's start at zero.
        correction: factor of the square's root, which corrects for the square's start at zero.
        epsilon: Adam's epsilon.
    """

    scale: np.floating
    new_mean: np.floating
    new_square: np.floating
    rate: np.floating
    correction: np.floating
    epsilon: np.floating


@inlined
def row_gradient(
    starts: np.ndarray, documents: np.ndarray, counts: np.ndarray, pulled: np.ndarray, row: int, scale: np.floating
) -> np.ndarray:
    """(out,) gradient of the batch's ``row``-th row, times ``scale``."""
    gradient = np.zeros(pulled.shape[1], pulled.dtype)
    for entry in range(starts[row], starts[row + 1]):
        count = counts[entry] * scale
        for j in range(len(gradient)):
            gradient[j] += count * pulled[documents[entry], j]
    return gradient


@compiled
def catch_up(
    weight: np.ndarray,
    mean: np.ndarray,
    square: np.ndarray,
    words: np.ndarray,
    pending: np.ndarray,
    epsilon: np.floating,
) -> None:
    """Move the rows ``words`` of ``weight`` by ``pending`` (U,) times ``mean / (sqrt(square) + epsilon)``."""
    for i in prange(len(words)):
        word = words[i]
        if pending[i] != 0:
            for j in range(weight.shape[1]):
                weight[word, j] -= pending[i] * mean[word, j] / (np.sqrt(square[word, j]) + epsilon)


@compiled
def squared_norms(starts: np.ndarray, documents: np.ndarray, counts: np.ndarray, pulled: np.ndarray) -> np.ndarray:
    """(U,) sums of squares of the rows' gradients, from the (B, out) gradient ``pulled`` of the layer's output."""
    norms = np.empty(len(starts) - 1, pulled.dtype)
    for i in prange(len(norms)):
        gradient = row_gradient(starts, documents, counts, pulled, i, pulled.dtype.type(1))
        total = pulled.dtype.type(0)
        for j in range(len(gradient)):
            total += gradient[j] * gradient[j]
        norms[i] = total
    return norms


@compiled
def adam(
    weight: np.ndarray, mean: np.ndarray, square: np.ndarray, words: np.ndarray,
    starts: np.ndarray, documents: np.ndarray, counts: np.ndarray, pulled: np.ndarray,
    keep_mean: np.ndarray, keep_square: np.ndarray, step: AdamStep,
) -> None:  # fmt: skip
    """One step of Adam (Kingma and Ba, 2015, algorithm 1) on the rows ``words`` of ``weight``, in place.

    The rows must be up to date. ``keep_mean`` and ``keep_square`` are (U,) factors of their ``mean`` and ``square``:
    beta1 and beta2 to the power of the number of steps since a row's last step. The numbers in ``step`` have the
    number type of the weight.
    """
    for i in prange(len(words)):
        word = words[i]
        gradient = row_gradient(starts, documents, counts, pulled, i, step.scale)
        for j in range(len(gradient)):
            m = keep_mean[i] * mean[word, j] + step.new_mean * gradient[j]
            v = keep_square[i] * square[word, j] + step.new_square * gradient[j] * gradient[j]
            mean[word, j], square[word, j] = m, v
            weight[word, j] -= step.rate * m / (step.correction * np.sqrt(v) + step.epsilon)
