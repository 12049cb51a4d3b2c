"""GloCTM: cross-lingual topic modelling via a global context space (Phat et al., 2025)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import nn
from torch.nn import functional

from pipeline.bow.sparse import SparseRows, stack
from pipeline.losses.cka import cka_distance
from pipeline.losses.kl import gaussian_kl
from pipeline.losses.shared import LossForm
from pipeline.models.parts.autoencoder import Autoencoder, explain
from pipeline.models.parts.known_words import nearest_words, unit_word_vectors
from pipeline.models.parts.layers import Dropout, ShiftNorm, SparseLinear
from pipeline.models.parts.posterior import Gaussian, Posterior, sample, softplus_layers
from pipeline.models.topic_model import Batch, LanguageCorpus, LossParts, ModelParams

Noise = Mapping[str, tuple[torch.Tensor, torch.Tensor]]  # of the global and of the local path


class GloctmParams(ModelParams):
    """The ``gloctm`` section of params.yaml; sizes are numbers of units.

    Attributes:
        weight_kl: of KL(local || global).
        weight_cka: of 1 - CKA between local theta and embedding.
        neighbours: words of each language that a word brings along.
        hidden: units of a language's own encoder.
        hidden_global: units of the global encoder.
        dropout: of the encoders and of theta.
        cka_form: the square root of CKA as the authors' code has it, or the paper's equation.
        ablations: ``similarity`` has the cosine of the thetas in place of their KL, the others leave out a term.
    """

    ablations: ClassVar[tuple[str, ...]] = ("kl", "cka", "similarity")

    weight_kl: float = Field(4.0, ge=0)
    weight_cka: float = Field(450.0, ge=0)
    neighbours: int = Field(3, ge=0)
    hidden: int = Field(100, ge=1)
    hidden_global: int = Field(200, ge=1)
    dropout: float = Field(0.0, ge=0, lt=1)
    cka_form: LossForm = "published"


class Gloctm(Autoencoder):
    """A path a language over its own words, and a global one over all words, with one beta for both.

    The global path reads documents with the neighbours of their words; words without a vector have none. Theta of
    new documents comes from the local path.
    """

    section: ClassVar[type[ModelParams]] = GloctmParams
    params: GloctmParams

    def __init__(self, vocabulary: Mapping[str, int], topics: int, embedding: int, params: GloctmParams) -> None:
        super().__init__(vocabulary, topics, embedding, params)
        sizes, hidden, wide = list(vocabulary.values()), params.hidden, params.hidden_global
        self.local_input = nn.ModuleList(SparseLinear(size, hidden) for size in sizes)
        self.local = nn.ModuleList(
            Posterior(softplus_layers([hidden, hidden], params.dropout), hidden, topics) for _ in sizes
        )
        self.global_input = SparseLinear(sum(sizes), wide)
        self.shared = Posterior(softplus_layers([wide, wide], params.dropout), wide, topics)
        self.global_norm = ShiftNorm(sum(sizes))
        self.dropout = Dropout(params.dropout)
        brought = 1 + params.neighbours * len(sizes)
        for index, size in enumerate(sizes):  # known again from the corpus, so not among the weights
            self.register_buffer(f"words{index}", torch.zeros(size, brought, dtype=torch.int64), persistent=False)
            self.register_buffer(f"known{index}", torch.zeros(size, brought), persistent=False)

    @torch.no_grad()
    def start_from(self, corpus: Mapping[str, LanguageCorpus]) -> None:
        """Draw the betas, and find every word's neighbours in every language.

        Raises:
            ValueError: the corpus says nothing of its words.
        """
        super().start_from(corpus)
        vectors = [unit_word_vectors(corpus, language) for language in self.languages]
        firsts = np.cumsum([0, *(len(v) for v in vectors)])
        for index, mine in enumerate(vectors):
            words = [np.arange(len(mine))[:, None] + firsts[index]]
            known = [np.ones((len(mine), 1), np.float32)]
            for other, theirs in enumerate(vectors):
                found, good = nearest_words(mine, theirs, self.params.neighbours, same=other == index)
                words.append(found + firsts[other])
                known.append(good.astype(np.float32))
            getattr(self, f"words{index}").copy_(torch.from_numpy(np.hstack(words)))
            getattr(self, f"known{index}").copy_(torch.from_numpy(np.hstack(known)))

    def augment(self, index: int, bow: SparseRows) -> SparseRows:
        """Polyglot augmentation: every distinct word counts 1, and so does each of its neighbours.

        Args:
            index: of the language.
            bow: B documents with N entries over its words.

        Returns:
            B documents over the words of all languages; a word stands there once for each word that brought it.
        """
        words, known = getattr(self, f"words{index}")[bow.terms], getattr(self, f"known{index}")[bow.terms]
        rows = bow.rows.repeat_interleave(words.shape[1])
        return SparseRows(rows, words.flatten(), known.flatten(), bow.size)

    def local_posterior(self, index: int, bow: SparseRows) -> Gaussian:
        """Posterior of B documents of a language from their own words."""
        hidden = functional.softplus(self.local_input[index](bow))
        posterior: Gaussian = self.local[index](hidden, [len(hidden)])[0]
        return posterior

    def loss(self, batches: Mapping[str, Batch], noise: Noise | None = None) -> LossParts:
        """The paper's objective, every term weighted and summed over languages.

        Args:
            batches: one batch a language.
            noise: (B, K) standard normal draws a language, for the global and the local path.
        """
        parts = [batches[language] for language in self.languages]
        draws = [noise[language] if noise else (None, None) for language in self.languages]
        augmented = [self.augment(index, part.bow) for index, part in enumerate(parts)]
        hidden = functional.softplus(self.global_input(stack(augmented)))
        shared: list[Gaussian] = self.shared(hidden, [bow.size for bow in augmented])
        local = [self.local_posterior(index, part.bow) for index, part in enumerate(parts)]
        thetas = [self._theta(posterior, draw[1]) for posterior, draw in zip(local, draws, strict=True)]
        global_thetas = [self._theta(posterior, draw[0]) for posterior, draw in zip(shared, draws, strict=True)]
        explained = [self.explain(index, theta, parts[index].bow) for index, theta in enumerate(thetas)]
        terms = {
            "global": self._explain_all(global_thetas, augmented) + self.prior_kl(shared),
            "local": torch.stack(explained).sum() + self.prior_kl(local),
        }
        if "similarity" in self.params.ablate:
            similar = [functional.cosine_similarity(*both).mean() for both in zip(thetas, global_thetas, strict=True)]
            terms["similarity"] = self.params.weight_kl * (1 - torch.stack(similar)).sum()
        elif "kl" not in self.params.ablate:
            pulls = [gaussian_kl(*mine, ours[0], ours[1].exp()) for mine, ours in zip(local, shared, strict=True)]
            terms["kl"] = self.params.weight_kl * torch.stack(pulls).sum()
        if "cka" not in self.params.ablate:
            distances = [
                cka_distance(theta, part.embeddings, self.params.cka_form)
                for theta, part in zip(thetas, parts, strict=True)
            ]
            terms["cka"] = self.params.weight_cka * torch.stack(distances).sum().to(hidden.dtype)
        return LossParts(terms)

    def _theta(self, posterior: Gaussian, noise: torch.Tensor | None) -> torch.Tensor:
        theta: torch.Tensor = self.dropout(sample(*posterior, noise).softmax(dim=1))
        return theta

    def _explain_all(self, thetas: list[torch.Tensor], augmented: list[SparseRows]) -> torch.Tensor:
        """Reconstruction of the augmented documents under the betas side by side."""
        beta = torch.cat(list(self.beta), dim=1)
        losses = [explain(theta, beta, self.global_norm, bow) for theta, bow in zip(thetas, augmented, strict=True)]
        return torch.stack(losses).sum()

    @torch.no_grad()
    def infer(self, language: str, bow: SparseRows, embeddings: torch.Tensor | None = None) -> torch.Tensor:
        """(B, K) posterior means of the local path; call in evaluation mode. Their softmax is theta."""
        return self.local_posterior(self.languages.index(language), bow)[0]
