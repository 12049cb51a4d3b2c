"""The interface of every topic model in the project."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, field_validator
from scipy.sparse import csr_array
from torch import nn

from pipeline.bow.sparse import SparseRows


@dataclass(frozen=True)
class Lexicon:
    """What is known about the V words of a language before training.

    Attributes:
        vectors: (V, E) float32, in the space of the document embeddings; zeros where a word has no vector.
        links: (P, V) how often the dictionary pairs a word with each of the pivot's P words; empty for the pivot.
    """

    vectors: np.ndarray
    links: csr_array


@dataclass(frozen=True)
class LanguageCorpus:
    """The training documents of one language; row i of every array is the same document.

    Attributes:
        bow: (D, V) counts.
        embeddings: (D, E) float32.
        clusters: (D,) int64 pivot cluster of each document.
        pairs: (D,) int64 pair numbers, equal where documents are aligned, -1 where a document is in no pair; None where
            no document is in a pair.
        lexicon: what is known about the V words; None only in a corpus that was built without it.
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
        pairs: (B,) int64 pair numbers, -1 where a document is in no pair; None where no document of the corpus is.
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
        ablations: names of the parts of the model that can be left out.
        ablate: names of the parts that are left out (top level).
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
    """What the stages use of a model.

    Args:
        vocabulary: the number of words, V, of each language, in order, pivot first.
        topics: the number of topics, K.
        embedding: width of the document embeddings, E.
        params: the model's section of params.yaml.

    Attributes:
        section: the class of the model's parameters.
        reads_embeddings: whether theta is inferred from a document's embedding, alone or with its words.
        theta_from_paper: False where theta is this project's addition to the paper.
        starts_from_clusters: whether beta starts from the pivot clusters.
        languages: the codes of the languages, pivot first.
    """

    section: ClassVar[type[ModelParams]]
    reads_embeddings: bool = False
    theta_from_paper: ClassVar[bool] = True
    starts_from_clusters: ClassVar[bool] = False

    params: ModelParams

    def __init__(self, vocabulary: Mapping[str, int], topics: int, embedding: int, params: ModelParams) -> None:
        super().__init__()
        self.languages = tuple(vocabulary)
        self.topics, self.embedding, self.params = topics, embedding, params

    @abstractmethod
    def start_from(self, corpus: Mapping[str, LanguageCorpus]) -> None:
        """Set what the corpus fixes before training: priors and the start of beta, or all of a model without training.

        Args:
            corpus: language -> its training documents.
        """

    def finish(self, corpus: Mapping[str, LanguageCorpus]) -> None:
        """Set what the corpus fixes after training: the topic words of languages that the model does not learn.

        Args:
            corpus: language -> its training documents.
        """

    @abstractmethod
    def infer(self, language: str, bow: SparseRows, embeddings: torch.Tensor | None = None) -> torch.Tensor:
        """(B, K) topic scores of documents, in evaluation mode; their softmax is theta.

        Args:
            language: language of the documents.
            bow: B documents.
            embeddings: (B, E) embeddings of the documents, for a model that reads them.
        """

    @abstractmethod
    def word_scores(self, language: str) -> torch.Tensor:
        """(K, V) topic-word scores; the larger, the more typical of the topic the word is."""


class NeuralTopicModel(TopicModel):
    """The interface between the training loop and a model that it trains.

    Attributes:
        paired: whether the model learns only from aligned documents, which then are in the same batch.
    """

    paired: ClassVar[bool] = False

    @abstractmethod
    def loss(self, batches: Mapping[str, Batch]) -> LossParts:
        """The loss of one training step.

        :class:`pipeline.models.parts.layers.SparseLinear` says what the loss may do with the weights of sparse layers.

        Args:
            batches: one batch for each language; with ``paired``, a language may be missing.
        """


def model_device(model: nn.Module) -> torch.device:
    """The device of the model's tensors."""
    return next(iter(model.state_dict().values())).device


class CountedModel(TopicModel):
    """A model that has a matrix of word scores for each language, which `start_from` fills."""

    def __init__(self, vocabulary: Mapping[str, int], topics: int, embedding: int, params: ModelParams) -> None:
        super().__init__(vocabulary, topics, embedding, params)
        for index, size in enumerate(vocabulary.values()):
            self.register_buffer(f"scores{index}", torch.zeros(topics, size))

    def word_scores(self, language: str) -> torch.Tensor:
        """(K, V) scores of a language's words; `start_from` writes into this tensor."""
        scores: torch.Tensor = self.get_buffer(f"scores{self.languages.index(language)}")
        return scores
