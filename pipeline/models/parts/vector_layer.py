"""The layer through which a model reads the documents' vectors, beside their words or in place of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from pipeline.models.parts.layers import Linear


class VectorLayer(nn.Module):
    """A linear map of document vectors that all languages share: ``scale * weight @ unit(unit(e) - mean)``.

    The mean is that of the language's training documents. It only tells the languages apart, so that a map which the
    languages share learns nothing from it. A document without a vector (zeros) gives zeros.

    Args:
        languages: the number of languages.
        embedding: width of the vectors, E.
        out: width of the output.
        scale: factor of the output. A unit vector has much smaller numbers than word counts have, so that without a
            factor training would hear the words alone.
    """

    means: torch.Tensor

    def __init__(self, languages: int, embedding: int, out: int, scale: float) -> None:
        super().__init__()
        self.map = Linear(embedding, out, bias=False)
        self.scale = scale
        self.register_buffer("means", torch.zeros(languages, embedding))

    @torch.no_grad()
    def learn_means(self, embeddings: Sequence[np.ndarray]) -> None:
        """Set the languages' means from the (D, E) vectors of each language's training documents."""
        for mean, vectors in zip(self.means, embeddings, strict=True):
            lengths = np.linalg.norm(vectors, axis=1)
            weights = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
            mean.copy_(torch.from_numpy(weights @ vectors / max(1, np.count_nonzero(lengths))))

    def forward(self, index: int, embeddings: torch.Tensor) -> torch.Tensor:
        """Map (B, E) vectors of the ``index``-th language's documents to (B, out)."""
        output: torch.Tensor = self.scale * self.map(self.centred(index, embeddings))
        return output

    def centred(self, index: int, embeddings: torch.Tensor) -> torch.Tensor:
        """(B, E) ``unit(unit(e) - mean)``; zeros stay zeros."""
        has_vector = embeddings.any(dim=1, keepdim=True)
        moved = nn.functional.normalize(embeddings, dim=1) - self.means[index]
        return nn.functional.normalize(moved, dim=1) * has_vector
