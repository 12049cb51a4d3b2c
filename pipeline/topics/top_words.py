"""Top words of the trained topics and of the clusters from which they started, under every selection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from pipeline.tables.by_language import ByLanguage, words_by_language
from pipeline.tables.catalogue import TOPICS
from pipeline.tables.vectors import Theta
from pipeline.topics.agreement import agreed_words
from pipeline.topics.selection import Selection, TopWords, beta_words, owned_words, topic_mass
from pipeline.topics.tf_idf import cluster_counts, cluster_tf_idf

Bows = Mapping[str, csr_array]


@dataclass(frozen=True)
class WordChoice:
    """How top words are chosen.

    Attributes:
        count: number of words for each topic.
        vectors: language -> (V, E) vectors of the words, for ``agreed``.
        agreement: how much the nearness to the other languages' words counts, for ``agreed``.
    """

    count: int
    vectors: Mapping[str, np.ndarray]
    agreement: float

    def of_masses(self, masses: Mapping[str, np.ndarray]) -> dict[Selection, TopWords]:
        """The selections that depend on how often words occur in topics, language -> (K, V)."""
        return {
            "owned": {language: owned_words(mass, self.count) for language, mass in masses.items()},
            "agreed": agreed_words(masses, self.vectors, self.count, self.agreement),
        }


def trained_words(
    beta: pl.DataFrame, theta: Theta, is_training: np.ndarray, documents: ByLanguage, bows: Bows, choice: WordChoice
) -> dict[Selection, TopWords]:
    """Top words after training.

    Args:
        beta: table with the columns lang, topic and word_scores.
        theta: theta of D documents; only training documents count.
        is_training: (D,) bool, whether a document is a training document.
        documents: which rows are the documents of each language.
        bows: word counts of each language's documents, in table order.
        choice: how the words are chosen.
    """
    scores = {language: np.stack(beta.filter(pl.col("lang") == language)["word_scores"].to_list()) for language in bows}
    masses = training_mass(theta, is_training, documents, bows)
    by_beta = {language: beta_words(scores[language], choice.count) for language in bows}
    return {"beta": by_beta, **choice.of_masses(masses)}


def training_mass(theta: Theta, is_training: np.ndarray, documents: ByLanguage, bows: Bows) -> dict[str, np.ndarray]:
    """Language -> (K, V) how often each word occurs in its training documents, which theta splits among the topics.

    Args:
        theta: theta of D documents.
        is_training: (D,) bool, whether a document is a training document.
        documents: which rows are the documents of each language.
        bows: word counts of each language's documents, in table order.
    """
    masses = {}
    for language, rows in documents.slices.items():
        in_training = is_training[rows]
        masses[language] = topic_mass(theta.values[rows][in_training], bows[language][np.flatnonzero(in_training)])
    return masses


def start_words(
    clusters: pl.DataFrame, topics: int, documents: ByLanguage, bows: Bows, choice: WordChoice
) -> dict[Selection, TopWords]:
    """Top words of the clusters before training: c-TF-IDF under ``beta``.

    Args:
        clusters: table with the columns document (row number, ascending) and cluster.
        topics: the number of clusters, K.
        documents: which rows are the documents of each language.
        bows: word counts of each language's documents, in table order.
        choice: how the words are chosen.
    """
    rows, labels = clusters["document"].to_numpy(), clusters["cluster"].to_numpy()
    counts = {
        language: cluster_counts(bows[language][documents.within(language, rows[span])], labels[span], topics)
        for language, span in documents.chosen(rows).items()
    }
    by_tf_idf = {language: beta_words(cluster_tf_idf(matrix), choice.count) for language, matrix in counts.items()}
    return {"beta": by_tf_idf, **choice.of_masses(counts)}


def words_table(
    trained: Mapping[Selection, TopWords], start: Mapping[Selection, TopWords], vocabulary: pl.DataFrame
) -> pl.DataFrame:
    """Both sets of topics as the table :data:`pipeline.tables.catalogue.TOPICS`.

    Args:
        trained: from :func:`trained_words`.
        start: from :func:`start_words`.
        vocabulary: table with the columns lang and word, in the order of the terms.
    """
    words = {language: np.array(column, dtype=object) for language, column in words_by_language(vocabulary).items()}
    return pl.DataFrame(
        [
            (source, selection, language, topic, words[language][terms].tolist())
            for source, selections in (("trained", trained), ("start", start))
            for selection, top_words in selections.items()
            for language, topics in top_words.items()
            for topic, terms in enumerate(topics)
        ],
        schema=TOPICS.empty().schema,
        orient="row",
    )
