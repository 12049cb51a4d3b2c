"""M3L: contrast between aligned documents, the multilingual part of M3L-Contrast (Zosa and Pivovarova, 2022)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import ClassVar

import torch
from pydantic import Field

from pipeline.losses.kl import gaussian_kl
from pipeline.losses.pairs import pair_contrast
from pipeline.models.parts.autoencoder import EmbeddingReader
from pipeline.models.parts.posterior import Gaussian, sample
from pipeline.models.topic_model import Batch, LossParts, ModelParams


class M3lParams(ModelParams):
    """The ``m3l`` section of params.yaml.

    Attributes:
        weight: weight of the contrast between aligned documents.
        temperature: temperature of this contrast.
        hidden: units of the inference networks.
        dropout: dropout rate of the inference networks and of theta.
    """

    weight: float = Field(50.0, ge=0)
    temperature: float = Field(0.07, gt=0)
    hidden: int = Field(100, ge=1)
    dropout: float = Field(0.2, ge=0, lt=1)


class M3l(EmbeddingReader):
    """An inference network and a beta for each view; here every view is a language.

    The embeddings need not be aligned. The model learns only from aligned documents; theta of any document comes from
    the network of its own language.
    """

    section: ClassVar[type[ModelParams]] = M3lParams
    paired: ClassVar[bool] = True

    params: M3lParams

    def __init__(self, vocabulary: Mapping[str, int], topics: int, embedding: int, params: M3lParams) -> None:
        super().__init__(vocabulary, topics, embedding, params, [params.hidden], params.dropout)

    def loss(self, batches: Mapping[str, Batch], noise: Mapping[str, torch.Tensor] | None = None) -> LossParts:
        """Equation 1: reconstruction, KL between aligned documents both ways, and their contrast.

        The terms are means over documents. Negatives come only from the two languages of a pair, as in the paper's
        text, not as in its equation.

        Args:
            batches: one batch for each language; a language may be missing where few documents have a partner.
            noise: (B, K) standard normal draws for each language; drawn afresh by default.
        """
        present = [(index, name) for index, name in enumerate(self.languages) if name in batches]
        posteriors = [self.posterior(index, batches[name].embeddings) for index, name in present]
        thetas = [
            sample(*posterior, noise[name] if noise else None).softmax(dim=1)
            for (_, name), posterior in zip(present, posteriors, strict=True)
        ]
        explained = [
            self.explain(index, self.dropout(theta), batches[name].bow)
            for (index, name), theta in zip(present, thetas, strict=True)
        ]
        kl, contrast = self._alignment([batches[name] for _, name in present], posteriors, thetas)
        return LossParts(
            {"reconstruction": torch.stack(explained).sum(), "kl": kl, "contrast": self.params.weight * contrast}
        )

    def _alignment(
        self, batches: Sequence[Batch], posteriors: Sequence[Gaussian], thetas: Sequence[torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """KL and contrast, summed over pairs of languages that have aligned documents in the batch."""
        kl = contrast = self.prior_mean.new_zeros(())
        for first, second in combinations(range(len(batches)), 2):
            matches = aligned(batches[first].pairs, batches[second].pairs)
            if not len(matches):
                continue
            # index_select, since on a CPU the gradient of plain indexing has no fixed order of sums if a row repeats
            (mean1, logvar1), (mean2, logvar2) = (
                (mean.index_select(0, rows), logvar.index_select(0, rows))
                for (mean, logvar), rows in zip((posteriors[first], posteriors[second]), matches.T, strict=True)
            )
            kl = (
                kl
                + gaussian_kl(mean1, logvar1, mean2, logvar2.exp())
                + gaussian_kl(mean2, logvar2, mean1, logvar1.exp())
            )
            contrast = contrast + pair_contrast(thetas[first], thetas[second], matches, self.params.temperature)
        return kl, contrast


def aligned(first: torch.Tensor | None, second: torch.Tensor | None) -> torch.Tensor:
    """(M, 2) int64 pairs of aligned rows of two batches, from the (A,) and (B,) pair numbers of their documents."""
    if first is None or second is None:
        return torch.zeros(0, 2, dtype=torch.int64)
    return ((first[:, None] == second) & (first >= 0)[:, None]).nonzero()
