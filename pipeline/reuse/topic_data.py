"""A run in the form that topicwizard can draw, https://x-tabdeveloping.github.io/topicwizard/usage.topic_data.html."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypedDict

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from pipeline.tables.vectors import Theta
from pipeline.topics.selection import topic_mass

NAMING = 3  # number of words in a topic's name


class TopicData(TypedDict):
    """The keys of topicwizard's ``TopicData``, for D documents, V words and K topics.

    Attributes:
        corpus: D texts.
        vocab: (V,) words.
        document_term_matrix: (D, V) int32 counts.
        document_topic_matrix: (D, K) float32 theta.
        topic_term_matrix: (K, V) float64, how probable each word is where documents are about the topic; rows sum to 1.
        document_representation: (D, K) theta again, because documents of all languages share this space.
        transform: None; topicwizard then leaves out everything that needs it.
        topic_names: K names, each the topic's number and its first words.
    """

    corpus: list[str]
    vocab: np.ndarray
    document_term_matrix: np.ndarray
    document_topic_matrix: np.ndarray
    topic_term_matrix: np.ndarray
    document_representation: np.ndarray
    transform: Callable[[Sequence[str]], np.ndarray] | None
    topic_names: list[str]


def topic_data(
    documents: pl.DataFrame, bow: np.ndarray, vocabulary: Sequence[str], words: Sequence[Sequence[str]]
) -> TopicData:
    """Collect the data of one language.

    Args:
        documents: columns text and theta; D rows.
        bow: (D, V) counts.
        vocabulary: V words.
        words: top words of each of the K topics, the best first.
    """
    theta = Theta.of(documents["theta"]).values
    mass = topic_mass(theta, csr_array(bow))
    return TopicData(
        corpus=documents["text"].to_list(),
        vocab=np.array(vocabulary),
        document_term_matrix=bow,
        document_topic_matrix=theta,
        topic_term_matrix=mass / np.maximum(mass.sum(axis=1, keepdims=True), np.finfo(float).tiny),
        document_representation=theta,
        transform=None,
        topic_names=[f"{topic} {', '.join(top_words[:NAMING])}" for topic, top_words in enumerate(words)],
    )
