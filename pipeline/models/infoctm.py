"""InfoCTM: mutual information between the topics of linked words (Wu et al., 2023)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from scipy.sparse import coo_array, csr_array
from torch import nn
from torch.nn import functional

from pipeline.bow.sparse import SparseRows
from pipeline.losses.word_links import Links, link_information
from pipeline.models.parts.autoencoder import Autoencoder, rarely
from pipeline.models.parts.known_words import dictionary_links, similar_words, unit_word_vectors
from pipeline.models.parts.layers import Dropout, SparseLinear
from pipeline.models.parts.posterior import Gaussian, Posterior, sample, softplus_layers
from pipeline.models.topic_model import Batch, LanguageCorpus, LossParts, ModelParams

Ways = tuple[Links, Links]  # from the pivot's words to the other language's: anchored at the first, at the second


class InfoctmParams(ModelParams):
    """The ``infoctm`` section of params.yaml.

    Attributes:
        weight: weight of the mutual information.
        threshold: smallest cosine of words of one language that are near synonyms.
        temperature: temperature of the contrast.
        hidden: units of the encoders.
        dropout: dropout rate of the encoders and of theta.
        links_every: the mutual information is computed on average in one of so many steps, see
            :func:`pipeline.models.parts.autoencoder.rarely`.
    """

    weight: float = Field(30.0, ge=0)
    threshold: float = Field(0.4, ge=-1, le=1)
    temperature: float = Field(0.2, ge=0.02)  # exponentials of much less overflow
    hidden: int = Field(100, ge=1)
    dropout: float = Field(0.0, ge=0, lt=1)
    links_every: int = Field(1, ge=1)


class Infoctm(Autoencoder):
    """An encoder and a beta for each language; linked words of the pivot and another language get similar topics.

    Two words are linked where the dictionary pairs one of them with a near synonym of the other. Every language is
    linked with the pivot, as in the dictionaries. For each such pair of languages a step takes time in proportion to
    V x V, and memory for two matrices of V x V float32.
    """

    section: ClassVar[type[ModelParams]] = InfoctmParams
    params: InfoctmParams

    def __init__(self, vocabulary: Mapping[str, int], topics: int, embedding: int, params: InfoctmParams) -> None:
        super().__init__(vocabulary, topics, embedding, params)
        sizes, hidden = list(vocabulary.values()), params.hidden
        self.input = nn.ModuleList(SparseLinear(size, hidden) for size in sizes)
        self.encoder = nn.ModuleList(
            Posterior(softplus_layers([hidden, hidden], params.dropout), hidden, topics) for _ in sizes
        )
        self.dropout = Dropout(params.dropout)
        self.links: list[Ways] = []

    @torch.no_grad()
    def start_from(self, corpus: Mapping[str, LanguageCorpus]) -> None:
        """Draw the betas, and link the words.

        Raises:
            InputError: the dictionary links no words.
            ValueError: the corpus has no vectors and links of its words.
        """
        super().start_from(corpus)
        near = [similar_words(unit_word_vectors(corpus, name), self.params.threshold) for name in self.languages]
        direct = [dictionary_links(corpus, name) for name in self.languages[1:]]
        self.links = [
            (_links(near[0] @ links), _links((near[other] @ links.T).T)) for other, links in enumerate(direct, 1)
        ]

    def posterior(self, index: int, bow: SparseRows) -> Gaussian:
        """Posterior of B documents of a language."""
        hidden = functional.softplus(self.input[index](bow))
        posterior: Gaussian = self.encoder[index](hidden, [len(hidden)])[0]
        return posterior

    def loss(self, batches: Mapping[str, Batch], noise: Mapping[str, torch.Tensor] | None = None) -> LossParts:
        """The paper's objective; reconstruction and KL summed over languages.

        Args:
            batches: one batch for each language.
            noise: (B, K) standard normal draws for each language; drawn afresh by default.
        """
        posteriors, explained = [], []
        for index, language in enumerate(self.languages):
            bow = batches[language].bow
            posterior = self.posterior(index, bow)
            theta = self.dropout(sample(*posterior, noise[language] if noise else None).softmax(dim=1))
            explained.append(self.explain(index, theta, bow))
            posteriors.append(posterior)
        return LossParts(
            {
                "reconstruction": torch.stack(explained).sum(),
                "kl": self.prior_kl(posteriors),
                "links": self.params.weight * rarely(self._link_information, self.params.links_every, self),
            }
        )

    def _link_information(self) -> torch.Tensor:
        """The mean over all links of all languages with the pivot, in both directions."""
        pivot, *others = self.beta
        if self.links[0][0].rows.device != pivot.device:
            self.links = [(by_pivot.to(pivot.device), by_other.to(pivot.device)) for by_pivot, by_other in self.links]
        sums = [
            link_information(pivot, beta, by_pivot, by_other, self.params.temperature)
            for beta, (by_pivot, by_other) in zip(others, self.links, strict=True)
        ]
        return torch.stack(sums).sum() / sum(links.weights.sum() for both in self.links for links in both)

    @torch.no_grad()
    def infer(self, language: str, bow: SparseRows, embeddings: torch.Tensor | None = None) -> torch.Tensor:
        """(B, K) posterior means, to be called in evaluation mode. Their softmax is theta."""
        return self.posterior(self.languages.index(language), bow)[0]


def _links(mask: csr_array) -> Links:
    """The entries of a (P, V) mask, by row and column."""
    entries = coo_array(mask)
    order = np.lexsort((entries.col, entries.row))
    rows, columns = (torch.from_numpy(side[order].astype(np.int64)) for side in (entries.row, entries.col))
    return Links(rows, columns, torch.from_numpy(entries.data[order].astype(np.float32)))
