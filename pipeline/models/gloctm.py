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

Noise = Mapping[str, tuple[torch.Tensor, torch.Tensor]]  # language -> noise of the global and of the local path


class GloctmParams(ModelParams):
    """The ``gloctm`` section of params.yaml; sizes are numbers of units.

    Attributes:
        weight_kl: weight of KL(local || global).
        weight_cka: weight of 1 - CKA between local theta and embedding.
        neighbours: how many words of each language are added to a document for each of its words.
        hidden: units of a language's own encoder.
        hidden_global: units of the global encoder.
        dropout: dropout rate of the encoders and of theta.
        cka_form: the square root of CKA as in the authors' code, or the paper's equation.
        ablations: ``similarity`` replaces the KL between the thetas by their cosine; the others leave out a term.
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
    """A local path for each language over its own words, and a global path over all words, with the same betas.

    The global path reads documents together with the neighbours of their words; words without a vector have no
    neighbours. Theta of new documents comes from the local path.
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
        row_length = 1 + params.neighbours * len(sizes)
        for index, size in enumerate(sizes):  # computed from the corpus each time, so not saved with the weights
            self.register_buffer(f"words{index}", torch.zeros(size, row_length, dtype=torch.int64), persistent=False)
            self.register_buffer(f"known{index}", torch.zeros(size, row_length), persistent=False)

    @torch.no_grad()
    def start_from(self, corpus: Mapping[str, LanguageCorpus]) -> None:
        """Draw the betas, and find the neighbours of every word in every language.

        Raises:
            ValueError: the corpus has no vectors of its words.
        """
        super().start_from(corpus)
        vectors = [unit_word_vectors(corpus, language) for language in self.languages]
        firsts = np.cumsum([0, *(len(v) for v in vectors)])
        for index, own_vectors in enumerate(vectors):
            words = [np.arange(len(own_vectors))[:, None] + firsts[index]]
            known = [np.ones((len(own_vectors), 1), np.float32)]
            for other, other_vectors in enumerate(vectors):
                near, is_near = nearest_words(own_vectors, other_vectors, self.params.neighbours, same=other == index)
                words.append(near + firsts[other])
                known.append(is_near.astype(np.float32))
            getattr(self, f"words{index}").copy_(torch.from_numpy(np.hstack(words)))
            getattr(self, f"known{index}").copy_(torch.from_numpy(np.hstack(known)))

    def augment(self, index: int, bow: SparseRows) -> SparseRows:
        """Polyglot augmentation: every distinct word counts 1, and so does each of its neighbours.

        Args:
            index: number of the language.
            bow: B documents with N entries over the language's words.

        Returns:
            B documents over the words of all languages; a word has one entry as itself and one for each word whose
            neighbour it is.
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
            batches: one batch for each language.
            noise: (B, K) standard normal draws for each language, for the global and for the local path; drawn afresh
                by default.
        """
        batch_list = [batches[language] for language in self.languages]
        draws = [noise[language] if noise else (None, None) for language in self.languages]
        augmented = [self.augment(index, batch.bow) for index, batch in enumerate(batch_list)]
        hidden = functional.softplus(self.global_input(stack(augmented)))
        shared: list[Gaussian] = self.shared(hidden, [bow.size for bow in augmented])
        local = [self.local_posterior(index, batch.bow) for index, batch in enumerate(batch_list)]
        thetas = [self._theta(posterior, draw[1]) for posterior, draw in zip(local, draws, strict=True)]
        global_thetas = [self._theta(posterior, draw[0]) for posterior, draw in zip(shared, draws, strict=True)]
        explained = [self.explain(index, theta, batch_list[index].bow) for index, theta in enumerate(thetas)]
        terms = {
            "global": self._explain_all(global_thetas, augmented) + self.prior_kl(shared),
            "local": torch.stack(explained).sum() + self.prior_kl(local),
        }
        if "similarity" in self.params.ablate:
            similar = [functional.cosine_similarity(*both).mean() for both in zip(thetas, global_thetas, strict=True)]
            terms["similarity"] = self.params.weight_kl * (1 - torch.stack(similar)).sum()
        elif "kl" not in self.params.ablate:
            divergences = [
                gaussian_kl(*posterior, prior[0], prior[1].exp())
                for posterior, prior in zip(local, shared, strict=True)
            ]
            terms["kl"] = self.params.weight_kl * torch.stack(divergences).sum()
        if "cka" not in self.params.ablate:
            distances = [
                cka_distance(theta, batch.embeddings, self.params.cka_form)
                for theta, batch in zip(thetas, batch_list, strict=True)
            ]
            terms["cka"] = self.params.weight_cka * torch.stack(distances).sum().to(hidden.dtype)
        return LossParts(terms)

    def _theta(self, posterior: Gaussian, noise: torch.Tensor | None) -> torch.Tensor:
        theta: torch.Tensor = self.dropout(sample(*posterior, noise).softmax(dim=1))
        return theta

    def _explain_all(self, thetas: list[torch.Tensor], augmented: list[SparseRows]) -> torch.Tensor:
        """Reconstruction loss of the augmented documents under the betas of all languages side by side."""
        beta = torch.cat(list(self.beta), dim=1)
        losses = [explain(theta, beta, self.global_norm, bow) for theta, bow in zip(thetas, augmented, strict=True)]
        return torch.stack(losses).sum()

    @torch.no_grad()
    def infer(self, language: str, bow: SparseRows, embeddings: torch.Tensor | None = None) -> torch.Tensor:
        """(B, K) posterior means of the local path, to be called in evaluation mode. Their softmax is theta."""
        return self.local_posterior(self.languages.index(language), bow)[0]
