"""LDA on documents that are translated word by word into the pivot: the classic baseline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from pydantic import Field
from scipy.sparse import csr_array, vstack
from scipy.special import psi

from pipeline.bow.sparse import SparseRows
from pipeline.lexicon.matrices import rows_to_one
from pipeline.models.parts.known_words import dictionary_links
from pipeline.models.parts.word_map import WordMap
from pipeline.models.topic_model import CountedModel, LanguageCorpus, ModelParams
from pipeline.topics.selection import topic_mass
from pipeline.topics.tf_idf import theta_tf_idf

if TYPE_CHECKING:
    from sklearn.decomposition import LatentDirichletAllocation


class LdaParams(ModelParams):
    """The ``lda-translated`` section of params.yaml.

    Attributes:
        passes: number of passes of online variational Bayes over the corpus.
        batch_size: number of documents in a step.
    """

    seed: int = Field(0, ge=0, lt=2**32)
    passes: int = Field(10, ge=1)
    batch_size: int = Field(1024, ge=1)


class TranslatedLda(CountedModel):
    """Scikit-learn's LDA on the pivot's words; the count of a word is divided among its translations.

    The share of each translation is in proportion to its number of entries in the dictionary. In the other languages,
    the topic words are weighted by c-TF-IDF over the theta of their documents. A document without a translated word
    has the same theta for every topic.
    """

    section: ClassVar[type[ModelParams]] = LdaParams
    params: LdaParams
    components: torch.Tensor

    def __init__(self, vocabulary: Mapping[str, int], topics: int, embedding: int, params: LdaParams) -> None:
        super().__init__(vocabulary, topics, embedding, params)
        sizes = list(vocabulary.values())
        self.register_buffer("components", torch.zeros(topics, sizes[0], dtype=torch.float64))
        self.translation = torch.nn.ModuleList(WordMap(size, sizes[0]) for size in sizes[1:])

    def start_from(self, corpus: Mapping[str, LanguageCorpus]) -> None:
        """Translate, fit, and weight the words of every language; there is nothing to train.

        Raises:
            InputError: the dictionary links no words.
            ValueError: the corpus has no links of its words.
        """
        for name, translate in zip(self.languages[1:], self.translation, strict=True):
            translate.set(rows_to_one(csr_array(dictionary_links(corpus, name).T)))  # type: ignore[operator]
        bows = {name: self._translated(name, corpus[name].bow) for name in self.languages}
        stacked = vstack(list(bows.values()), format="csr")
        # Every step of online learning must see all languages, and scikit-learn takes the rows in their order.
        shuffled = np.random.default_rng(self.params.seed).permutation(stacked.shape[0])
        lda = self._lda().fit(stacked[shuffled])
        self.components.copy_(torch.from_numpy(lda.components_))
        for index, name in enumerate(self.languages):
            mass = topic_mass(lda.transform(bows[name]), corpus[name].bow)
            scores = lda.components_ if index == 0 else theta_tf_idf(mass)
            self.word_scores(name).copy_(torch.from_numpy(scores / scores.sum(axis=1, keepdims=True)))

    def infer(self, language: str, bow: SparseRows, embeddings: torch.Tensor | None = None) -> torch.Tensor:
        """(B, K) logarithms of theta."""
        lda = self._lda()
        lda.components_ = self.components.cpu().numpy()
        totals = lda.components_.sum(axis=1, keepdims=True)
        lda.exp_dirichlet_component_ = np.exp(psi(lda.components_) - psi(totals))  # as scikit-learn's `fit` sets it
        lda.doc_topic_prior_ = 1 / self.topics
        lda.n_features_in_ = lda.components_.shape[1]
        places = (bow.rows.cpu().numpy(), bow.terms.cpu().numpy())
        size = self.word_scores(language).shape[1]
        counts = csr_array((bow.counts.cpu().numpy(), places), shape=(bow.size, size))
        theta = lda.transform(self._translated(language, counts))
        return torch.from_numpy(np.log(theta)).to(bow.counts)

    def _lda(self) -> LatentDirichletAllocation:
        from sklearn.decomposition import LatentDirichletAllocation  # slow to load; the other models do not need it

        return LatentDirichletAllocation(
            self.topics,
            learning_method="online",
            max_iter=self.params.passes,
            batch_size=self.params.batch_size,
            random_state=self.params.seed,
        )

    def _translated(self, language: str, bow: csr_array) -> csr_array:
        """Translate (D, V) counts into (D, P) counts of the pivot's words."""
        index = self.languages.index(language)
        if index == 0:
            return bow.astype(np.float64)
        return csr_array(bow.astype(np.float64) @ self.translation[index - 1].matrix())  # type: ignore[operator]
