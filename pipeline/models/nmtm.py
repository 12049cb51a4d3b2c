"""NMTM: topics of each language mixed with those of another through the dictionary (Wu et al., 2020)."""

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
        mix: lambda, the share of a topic's words that comes from the other language.
        smoothing: what every cell of the maps has besides, see :func:`smoothed`; the published code's is 1.
        hidden: units of the encoder.
        dropout: of it and of theta.
    """

    mix: float = Field(0.8, ge=0, le=1)
    smoothing: float = Field(0.0, ge=0)
    hidden: int = Field(200, ge=1)
    dropout: float = Field(0.0, ge=0, lt=1)


class Nmtm(Autoencoder):
    """One encoder after each language's first layer; ``beta`` holds the unmixed topics, phi in the paper.

    The pivot mixes with the mean of the other languages, each of those with the pivot, as the dictionaries go.
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
            ValueError: the corpus says nothing of its words.
        """
        super().start_from(corpus)
        for language, to, back in zip(self.languages[1:], self.to_pivot, self.from_pivot, strict=True):
            links = dictionary_links(corpus, language) > 0
            to.set(*smoothed(csr_array(links.T), corpus[language].bow, self.params.smoothing))  # type: ignore[operator]
            back.set(*smoothed(links, corpus[self.languages[0]].bow, self.params.smoothing))  # type: ignore[operator]

    def mixed(self) -> list[torch.Tensor]:
        """Beta of each language: ``mix * phi_other @ map + (1 - mix) * phi``."""
        mix, (pivot, *others) = self.params.mix, list(self.beta)
        brought = torch.stack([to(phi) for to, phi in zip(self.to_pivot, others, strict=True)]).mean(dim=0)
        carried = [brought, *(back(pivot) for back in self.from_pivot)]
        return [mix * theirs + (1 - mix) * own for theirs, own in zip(carried, self.beta, strict=True)]

    def posteriors(self, bows: Mapping[str, SparseRows]) -> list[Gaussian]:
        """Posteriors of each language's documents."""
        hidden = [functional.softplus(self.input[self.languages.index(name)](bow)) for name, bow in bows.items()]
        posteriors: list[Gaussian] = self.encoder(torch.cat(hidden), [len(x) for x in hidden])
        return posteriors

    def loss(self, batches: Mapping[str, Batch], noise: Mapping[str, torch.Tensor] | None = None) -> LossParts:
        """Reconstruction and KL, summed over languages.

        Args:
            batches: one batch a language.
            noise: (B, K) standard normal draws a language; drawn afresh by default.
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
        """(B, K) posterior means; call in evaluation mode. Their softmax is theta."""
        return self.posteriors({language: bow})[0][0]

    @torch.no_grad()
    def word_scores(self, language: str) -> torch.Tensor:
        """(K, V) mixed beta of a language."""
        return self.mixed()[self.languages.index(language)]


def smoothed(links: csr_array, bow: csr_array, smoothing: float) -> tuple[csr_array, np.ndarray]:
    """A word's count where it is linked, plus ``smoothing`` everywhere; rows divided by their sums.

    The larger ``smoothing``, the less a rare word says of its translations. With 0 all share a word equally, and one
    without translations, or that no document has, goes nowhere.

    Args:
        links: (V1, V2) true where words translate each other.
        bow: (D, V1) counts of the first language's documents.
        smoothing: 0 or more.

    Returns:
        The (V1, V2) links' part and the (V1,) part that all cells of a row have besides.
    """
    counts = np.asarray(bow.sum(axis=0), dtype=np.float64)
    given = csr_array(diags_array(counts) @ links)
    totals = np.asarray(given.sum(axis=1)) + smoothing * links.shape[1]
    shares = np.divide(1, totals, out=np.zeros_like(totals), where=totals > 0)
    return csr_array(diags_array(shares) @ given), smoothing * shares
