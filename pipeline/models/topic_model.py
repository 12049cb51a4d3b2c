"""What every topic model of the project takes and gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, field_validator
from scipy.sparse import csr_array
from torch import nn

from pipeline.bow.sparse import SparseRows


@dataclass(frozen=True)
class Lexicon:
    """What is known of a language's V words before training.

    Attributes:
        vectors: (V, E) float32 in the space of the document embeddings; zeros where a word has none.
        links: (P, V) how often the dictionary pairs a word with each of the pivot's P words; empty for the pivot.
    """

    vectors: np.ndarray
    links: csr_array


@dataclass(frozen=True)
class LanguageCorpus:
    """One language's training documents; row i is the same document in each.

    Attributes:
        bow: (D, V) counts.
        embeddings: (D, E) float32.
        clusters: (D,) int64 pivot cluster of each document.
        pairs: (D,) int64, equal where documents are aligned, -1 where a document names no pair; None: none does.
        lexicon: of the V words; None where no model asks for it.
    """

    bow: csr_array
    embeddings: np.ndarray
    clusters: np.ndarray
    pairs: np.ndarray | None = None
    lexicon: Lexicon | None = None


@dataclass(frozen=True)
class Batch:
    """B documents of one language.

    Attributes:
        bow: B sparse rows.
        embeddings: (B, E) float32.
        clusters: (B,) int64.
        pairs: (B,) int64, -1 where a document names no pair; None where none of the corpus does.
    """

    bow: SparseRows
    embeddings: torch.Tensor
    clusters: torch.Tensor
    pairs: torch.Tensor | None = None


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


class ModelParams(BaseModel):
    """A model's section of params.yaml.

    Attributes:
        ablations: names of what can be left out.
        ablate: those that are (top level).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ablations: ClassVar[tuple[str, ...]] = ()

    ablate: tuple[str, ...] = ()

    @field_validator("ablate")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := set(names) - set(cls.ablations):
            known = f"it can do without {', '.join(cls.ablations)}" if cls.ablations else "it has nothing to leave out"
            raise ValueError(f"the model knows no {', '.join(sorted(unknown))}; {known}")
        return names


class TopicModel(nn.Module, ABC):
    """What the stages know of a model.

    Args:
        vocabulary: number of words V of each language, in order, pivot first.
        topics: K.
        embedding: width E of the document embeddings.
        params: the model's section of params.yaml.

    Attributes:
        section: the class of its parameters.
        reads: what theta is inferred from, a document's words or its embedding.
        theta_from_paper: False where theta is this project's addition.
        starts_from_clusters: its beta starts from the pivot clusters.
        languages: their codes, pivot first.
    """

    section: ClassVar[type[ModelParams]]
    reads: ClassVar[Literal["words", "embeddings"]] = "words"
    theta_from_paper: ClassVar[bool] = True
    starts_from_clusters: ClassVar[bool] = False

    params: ModelParams

    def __init__(self, vocabulary: Mapping[str, int], topics: int, embedding: int, params: ModelParams) -> None:
        super().__init__()
        self.languages = tuple(vocabulary)
        self.topics, self.embedding, self.params = topics, embedding, params

    @abstractmethod
    def start_from(self, corpus: Mapping[str, LanguageCorpus]) -> None:
        """Set what the corpus fixes before training: priors, the start of beta; all of a model without training."""

    def finish(self, corpus: Mapping[str, LanguageCorpus]) -> None:
        """Set what the corpus fixes after training: the words of languages that the model does not learn."""

    @abstractmethod
    def infer(self, language: str, bow: SparseRows, embeddings: torch.Tensor | None = None) -> torch.Tensor:
        """(B, K) scores of documents' topics, in evaluation mode; their softmax is theta.

        Args:
            language: of the documents.
            bow: B documents.
            embeddings: (B, E), for a model that reads them.
        """

    @abstractmethod
    def word_scores(self, language: str) -> torch.Tensor:
        """(K, V) topic-word scores, the larger the more typical."""


class NeuralTopicModel(TopicModel):
    """The seam between the training loop and a model that it trains.

    Attributes:
        paired: it learns from aligned documents alone, which then stand in one batch.
    """

    paired: ClassVar[bool] = False

    @abstractmethod
    def loss(self, batches: Mapping[str, Batch]) -> LossParts:
        """The loss of one training step.

        What the loss may do with the weights of sparse layers is said at
        :class:`pipeline.models.parts.layers.SparseLinear`.

        Args:
            batches: one batch for each language; with ``paired``, a language may be missing.
        """


def model_device(model: nn.Module) -> torch.device:
    """Where the model's tensors are."""
    return next(iter(model.state_dict().values())).device


class CountedModel(TopicModel):
    """Keeps a matrix of word scores for each language, which `start_from` fills."""

    def __init__(self, vocabulary: Mapping[str, int], topics: int, embedding: int, params: ModelParams) -> None:
        super().__init__(vocabulary, topics, embedding, params)
        for index, size in enumerate(vocabulary.values()):
            self.register_buffer(f"scores{index}", torch.zeros(topics, size))

    def word_scores(self, language: str) -> torch.Tensor:
        """(K, V) scores of a language's words; what `start_from` writes to."""
        scores: torch.Tensor = self.get_buffer(f"scores{self.languages.index(language)}")
        return scores
