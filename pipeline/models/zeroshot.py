"""ZeroshotTM: a topic model of the pivot that reads embeddings and so any language (Bianchi et al., 2021)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field

from pipeline.bow.sparse import SparseRows
from pipeline.models.parts.autoencoder import Autoencoder
from pipeline.models.parts.layers import Dropout
from pipeline.models.parts.posterior import Gaussian, Posterior, sample, softplus_layers
from pipeline.models.topic_model import Batch, LanguageCorpus, LossParts, ModelParams
from pipeline.topics.selection import topic_mass
from pipeline.topics.tf_idf import theta_tf_idf

CHUNK = 4096  # for how many documents theta is inferred at once


class ZeroshotParams(ModelParams):
    """The ``zeroshot`` and ``zeroshot-kd`` sections of params.yaml.

    Attributes:
        hidden: units of the encoder.
        dropout: dropout rate of the encoder and of theta.
    """

    hidden: int = Field(100, ge=1)
    dropout: float = Field(0.2, ge=0, lt=1)


class Zeroshot(Autoencoder):
    """ProdLDA with an encoder that reads the pivot's embeddings and a decoder that gives the pivot's words.

    The other languages get theta from their embeddings, and topic words from c-TF-IDF over their documents' theta.
    """

    section: ClassVar[type[ModelParams]] = ZeroshotParams
    reads_embeddings = True

    def __init__(self, vocabulary: Mapping[str, int], topics: int, embedding: int, params: ZeroshotParams) -> None:
        super().__init__(vocabulary, topics, embedding, params)
        body = softplus_layers([embedding, params.hidden, params.hidden], params.dropout)
        self.encoder = Posterior(body, params.hidden, topics)
        self.dropout = Dropout(params.dropout)
        for unlearnt in (*list(self.beta)[1:], *list(self.decoder_norm)[1:]):  # see `finish`
            unlearnt.requires_grad_(False)

    def posterior(self, embeddings: torch.Tensor) -> Gaussian:
        """Posterior of B documents of any language."""
        posterior: Gaussian = self.encoder(embeddings, [len(embeddings)])[0]
        return posterior

    def loss(self, batches: Mapping[str, Batch], noise: Mapping[str, torch.Tensor] | None = None) -> LossParts:
        """Reconstruction and KL of the pivot's documents (ProdLDA).

        Args:
            batches: one batch for each language; only the pivot's batch is read.
            noise: (B, K) standard normal draws for each language; drawn afresh by default.
        """
        pivot = self.languages[0]
        posterior = self.posterior(batches[pivot].embeddings)
        theta = self.dropout(sample(*posterior, noise[pivot] if noise else None).softmax(dim=1))
        terms = {"reconstruction": self.explain(0, theta, batches[pivot].bow), "kl": self.prior_kl([posterior])}
        return LossParts(terms)

    @torch.no_grad()
    def finish(self, corpus: Mapping[str, LanguageCorpus]) -> None:
        """Weight the other languages' words by the theta of their documents."""
        self.eval()
        for language, beta in list(zip(self.languages, self.beta, strict=True))[1:]:
            documents = corpus[language]
            blocks = np.split(documents.embeddings, range(CHUNK, len(documents.embeddings), CHUNK))
            means = [self.posterior(torch.from_numpy(block).to(beta.device))[0].cpu() for block in blocks]
            theta = torch.cat(means).softmax(dim=1).numpy()
            beta.copy_(torch.from_numpy(theta_tf_idf(topic_mass(theta, documents.bow))))

    @torch.no_grad()
    def infer(self, language: str, bow: SparseRows, embeddings: torch.Tensor | None = None) -> torch.Tensor:
        """(B, K) posterior means, to be called in evaluation mode. Their softmax is theta."""
        assert embeddings is not None
        return self.posterior(embeddings)[0]
