"""Models whose languages each have an inference network over the document embedding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

import torch
from torch import nn

from pipeline.models.base import ModelParams
from pipeline.models.parts.autoencoder import Autoencoder
from pipeline.models.parts.layers import Dropout
from pipeline.models.parts.posterior import Gaussian, Posterior, softplus_layers
from pipeline.sparse import SparseRows


class EmbeddingReader(Autoencoder):
    """An encoder and a beta a language; theta of any document comes from its own language's encoder.

    Args:
        vocabulary: number of words V of each language, in order, pivot first.
        topics: K.
        embedding: width E of the document embeddings.
        params: the model's section of params.yaml.
        hidden: units of each hidden layer.
        dropout: of the hidden layers and of theta.
    """

    reads: ClassVar[Literal["words", "embeddings"]] = "embeddings"

    def __init__(
        self,
        vocabulary: Mapping[str, int],
        topics: int,
        embedding: int,
        params: ModelParams,
        hidden: Sequence[int],
        dropout: float,
    ) -> None:
        super().__init__(vocabulary, topics, embedding, params)
        self.encoder = nn.ModuleList(
            Posterior(softplus_layers([embedding, *hidden], dropout), hidden[-1], topics) for _ in vocabulary
        )
        self.dropout = Dropout(dropout)

    def posterior(self, index: int, embeddings: torch.Tensor) -> Gaussian:
        """Posterior of B documents under the encoder of the ``index``-th language."""
        posterior: Gaussian = self.encoder[index](embeddings, [len(embeddings)])[0]
        return posterior

    @torch.no_grad()
    def infer(self, language: str, bow: SparseRows, embeddings: torch.Tensor | None = None) -> torch.Tensor:
        """(B, K) posterior means; call in evaluation mode. Their softmax is theta."""
        assert embeddings is not None
        return self.posterior(self.languages.index(language), embeddings)[0]
