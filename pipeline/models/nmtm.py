"""NMTM: the topics of each language are mixed with those of another through the dictionary (Wu et al., 2020)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from scipy.sparse import csr_array, diags_array
from torch import nn
from torch.nn import functional

from pipeline.bow.sparse import SparseRows
from pipeline.models.parts.autoencoder import Autoencoder, explain
from pipeline.models.parts.known_words import dictionary_links
from pipeline.models.parts.layers import Dropout, ShiftNorm, SparseLinear
from pipeline.models.parts.posterior import Gaussian, Posterior, sample, softplus_layers
from pipeline.models.parts.word_map import WordMap
from pipeline.models.topic_model import Batch, LanguageCorpus, LossParts, ModelParams


class NmtmParams(ModelParams):
    """The ``nmtm`` section of params.yaml.

    Attributes:
        mix: the paper's lambda: the share of a topic's words that comes from the other language.
        smoothing: number that is added to every cell of the maps, see :func:`smoothed`; 1 in the published code.
        hidden: units of the encoder.
        dropout: dropout rate of the encoder and of theta.
    """

    mix: float = Field(0.8, ge=0, le=1)
    smoothing: float = Field(0.0, ge=0)
    hidden: int = Field(200, ge=1)
    dropout: float = Field(0.0, ge=0, lt=1)


class Nmtm(Autoencoder):
    """A first layer for each language, then one shared encoder; ``beta`` is the unmixed topics, phi in the paper.

    The pivot is mixed with the mean of the other languages, and each other language with the pivot, since every
    dictionary leads to the pivot.
    """

    section: ClassVar[type[ModelParams]] = NmtmParams
    params: NmtmParams

    def __init__(self, vocabulary: Mapping[str, int], topics: int, embedding: int, params: NmtmParams) -> None:
        super().__init__(vocabulary, topics, embedding, params)
        sizes, hidden = list(vocabulary.values()), params.hidden
        self.input = nn.ModuleList(SparseLinear(size, hidden) for size in sizes)
        body = softplus_layers([hidden, hidden], params.dropout)
        self.encoder = Posterior(body, hidden, topics, eps=0.001, momentum=0.001)
        self.decoder_norm = nn.ModuleList(ShiftNorm(size, 0.001, 0.001) for size in sizes)
        self.to_pivot = nn.ModuleList(WordMap(size, sizes[0]) for size in sizes[1:])
        self.from_pivot = nn.ModuleList(WordMap(sizes[0], size) for size in sizes[1:])
        self.dropout = Dropout(params.dropout)

    @torch.no_grad()
    def start_from(self, corpus: Mapping[str, LanguageCorpus]) -> None:
        """Draw phi, and take the maps from the dictionary (published code), see :func:`smoothed`.

        Raises:
            InputError: the dictionary links no words.
            ValueError: the corpus has no links of its words.
        """
        super().start_from(corpus)
        for language, to_map, from_map in zip(self.languages[1:], self.to_pivot, self.from_pivot, strict=True):
            links = dictionary_links(corpus, language) > 0
            to_map.set(*smoothed(csr_array(links.T), corpus[language].bow, self.params.smoothing))  # type: ignore[operator]
            from_map.set(*smoothed(links, corpus[self.languages[0]].bow, self.params.smoothing))  # type: ignore[operator]

    def mixed(self) -> list[torch.Tensor]:
        """Beta of each language: ``mix * phi_other @ map + (1 - mix) * phi``."""
        mix, (pivot, *others) = self.params.mix, list(self.beta)
        into_pivot = torch.stack([to_map(phi) for to_map, phi in zip(self.to_pivot, others, strict=True)]).mean(dim=0)
        carried = [into_pivot, *(from_map(pivot) for from_map in self.from_pivot)]
        return [mix * other_phi + (1 - mix) * phi for other_phi, phi in zip(carried, self.beta, strict=True)]

    def posteriors(self, bows: Mapping[str, SparseRows]) -> list[Gaussian]:
        """The posterior of each language's documents."""
        hidden = [functional.softplus(self.input[self.languages.index(name)](bow)) for name, bow in bows.items()]
        posteriors: list[Gaussian] = self.encoder(torch.cat(hidden), [len(x) for x in hidden])
        return posteriors

    def loss(self, batches: Mapping[str, Batch], noise: Mapping[str, torch.Tensor] | None = None) -> LossParts:
        """Reconstruction and KL, summed over languages.

        Args:
            batches: one batch for each language.
            noise: (B, K) standard normal draws for each language; drawn afresh by default.
        """
        posteriors = self.posteriors({language: batches[language].bow for language in self.languages})
        explained = []
        for language, posterior, beta, norm in zip(
            self.languages, posteriors, self.mixed(), self.decoder_norm, strict=True
        ):
            theta = self.dropout(sample(*posterior, noise[language] if noise else None).softmax(dim=1))
            explained.append(explain(theta, beta, norm, batches[language].bow))
        return LossParts({"reconstruction": torch.stack(explained).sum(), "kl": self.prior_kl(posteriors)})

    @torch.no_grad()
    def infer(self, language: str, bow: SparseRows, embeddings: torch.Tensor | None = None) -> torch.Tensor:
        """(B, K) posterior means, to be called in evaluation mode. Their softmax is theta."""
        return self.posteriors({language: bow})[0][0]

    @torch.no_grad()
    def word_scores(self, language: str) -> torch.Tensor:
        """(K, V) mixed beta of a language."""
        return self.mixed()[self.languages.index(language)]


def smoothed(links: csr_array, bow: csr_array, smoothing: float) -> tuple[csr_array, np.ndarray]:
    """A map between words: the count of a word at its links, plus ``smoothing`` everywhere; rows divided by their sums.

    The larger ``smoothing`` is, the less a rare word counts for its translations. With 0, all translations share a
    word equally, and a word without translations, or one that no document has, is mapped to nothing.

    Args:
        links: (V1, V2) true where words are translations of each other.
        bow: (D, V1) counts of the first language's documents.
        smoothing: 0 or more.

    Returns:
        The (V1, V2) part of the links, and the (V1,) part that is added to all cells of a row.
    """
    counts = np.asarray(bow.sum(axis=0), dtype=np.float64)
    linked_counts = csr_array(diags_array(counts) @ links)
    totals = np.asarray(linked_counts.sum(axis=1)) + smoothing * links.shape[1]
    shares = np.divide(1, totals, out=np.zeros_like(totals), where=totals > 0)
    return csr_array(diags_array(shares) @ linked_counts), smoothing * shares
