"""ZeroshotTM-KD: the pivot's model teaches a model of each other language (Pivovarova and Zosa, 2021)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch

from pipeline.losses.kl import gaussian_kl
from pipeline.models.parts.autoencoder import EmbeddingReader
from pipeline.models.parts.posterior import Gaussian, Posterior, sample
from pipeline.models.topic_model import Batch, LossParts, ModelParams
from pipeline.models.zeroshot import ZeroshotParams


class ZeroshotKd(EmbeddingReader):
    """An encoder and a beta for each language; the teacher's posterior of a document is the prior of the student's.

    The teacher reads the student's document through the shared embedding space, so no aligned documents are needed. It
    learns in the same steps as the students; their losses do not change it. The words of a student's documents change
    only its beta. If its encoder learnt from them too, it would settle on topics of its own while the teacher's topics
    are still forming. For a student's documents, the teacher's norms take the mean and variance of these documents: the
    student's norms do the same, and could never agree with norms that use those of the pivot's documents.
    """

    section: ClassVar[type[ModelParams]] = ZeroshotParams

    def __init__(self, vocabulary: Mapping[str, int], topics: int, embedding: int, params: ZeroshotParams) -> None:
        super().__init__(vocabulary, topics, embedding, params, [params.hidden] * 2, params.dropout)

    def loss(self, batches: Mapping[str, Batch], noise: Mapping[str, torch.Tensor] | None = None) -> LossParts:
        """Reconstruction of all languages, the teacher's KL to the flat prior, the students' KL to the teacher.

        Args:
            batches: one batch for each language.
            noise: (B, K) standard normal draws for each language; drawn afresh by default.
        """
        explained, lessons = [], []
        for index, language in enumerate(self.languages):
            batch = batches[language]
            posterior = self.posterior(index, batch.embeddings)
            theta = self.dropout(sample(*posterior, noise[language] if noise else None).softmax(dim=1))
            explained.append(self.explain(index, theta if index == 0 else theta.detach(), batch.bow))
            lessons.append(self._lesson(index, posterior, batch))
        return LossParts(
            {
                "reconstruction": torch.stack(explained).sum(),
                "kl": lessons[0],
                "teacher": torch.stack(lessons[1:]).sum(),
            }
        )

    def _lesson(self, index: int, posterior: Gaussian, batch: Batch) -> torch.Tensor:
        if index == 0:
            return self.prior_kl([posterior])
        teacher = self.encoder[0]
        assert isinstance(teacher, Posterior)
        mean, logvar = teacher.lesson(batch.embeddings)
        return gaussian_kl(*posterior, mean, logvar.exp())
