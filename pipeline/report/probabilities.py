"""How probable the top words of a topic are."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from pipeline.topics.selection import topic_mass


def word_probabilities(
    words: pl.DataFrame, vocabulary: pl.DataFrame, theta: dict[str, np.ndarray], bows: dict[str, csr_array]
) -> dict[tuple[str, int], list[float]]:
    """(language, topic) -> the share of each top word among the words of the topic's documents.

    Every document is split among topics by its theta, as in :func:`pipeline.topics.selection.topic_mass`; this holds
    for every model and selection, whereas beta is no probability in all of them.

    Args:
        words: columns lang, topic and words.
        vocabulary: columns lang, term and word, a language's terms in order.
        theta: language -> (D, K) of the documents that count.
        bows: language -> (D, V) of the same documents.
    """
    found = {}
    for lang, bow in bows.items():
        mass = topic_mass(theta[lang], bow)
        probability = mass / np.maximum(mass.sum(axis=1, keepdims=True), 1e-12)
        place = {word: term for term, word in enumerate(vocabulary.filter(pl.col("lang") == lang)["word"])}
        for topic, listed in words.filter(pl.col("lang") == lang).select("topic", "words").iter_rows():
            found[lang, topic] = probability[topic, [place[word] for word in listed]].tolist()
    return found
