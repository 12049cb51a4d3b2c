"""What every topic model of the project takes and gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from pydantic import BaseModel
from scipy.sparse import csr_array
from torch import nn

from pipeline.sparse import SparseRows


@dataclass(frozen=True)
class LanguageCorpus:
    """One language's training documents; row i is the same document in all three.

    Attributes:
        bow: (D, V) counts.
        embeddings: (D, E) float32.
        clusters: (D,) int64 pivot cluster of each document.
    """

    bow: csr_array
    embeddings: np.ndarray
    clusters: np.ndarray


@dataclass(frozen=True)
class Batch:
    """B documents of one language.

    Attributes:
        bow: B sparse rows.
        embeddings: (B, E) float32.
        clusters: (B,) int64.
    """

    bow: SparseRows
    embeddings: torch.Tensor
    clusters: torch.Tensor


@dataclass(frozen=True)
class LossParts:
    """The weighted terms of one step's loss, by name; only their sum is differentiated."""

    terms: dict[str, torch.Tensor]

    @property
    def total(self) -> torch.Tensor:
        """The scalar to minimise."""
        return torch.stack(list(self.terms.values())).sum()

    def values(self) -> dict[str, float]:
        """The terms as plain numbers, for logs and messages."""
        return {name: float(term.detach()) for name, term in self.terms.items()}


class NeuralTopicModel(nn.Module, ABC):
    """The seam between the training loop and a model.

    Attributes:
        languages: their codes, pivot first.
        topics: K.
        embedding: width E of the document embeddings.
        params: the model's block of params.yaml.
    """

    languages: tuple[str, ...]
    topics: int
    embedding: int
    params: BaseModel

    @abstractmethod
    def start_from(self, corpus: Mapping[str, LanguageCorpus]) -> None:
        """Set what the corpus fixes before training (priors, the start of beta)."""

    @abstractmethod
    def loss(self, batches: Mapping[str, Batch]) -> LossParts:
        """One training step's loss over one batch a language."""

    @abstractmethod
    def infer(self, language: str, bow: SparseRows) -> torch.Tensor:
        """(B, K) posterior means of documents, in evaluation mode; their softmax is theta."""

    @abstractmethod
    def word_scores(self, language: str) -> torch.Tensor:
        """(K, V) topic-word scores, the larger the more typical."""


def model_device(model: nn.Module) -> torch.device:
    """Where the model's weights are."""
    return next(model.parameters()).device
