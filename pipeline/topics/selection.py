"""A topic's top words: from beta, or from what the topic's documents say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from scipy.sparse import csr_array

Selection = Literal["beta", "owned"]
TopWords = Mapping[str, np.ndarray]  # language -> (K, T) terms of each topic's top words, the best first


def beta_words(scores: np.ndarray, count: int) -> np.ndarray:
    """(K, count) the words with the largest scores of each topic, best first (as published).

    Args:
        scores: (K, V) beta.
        count: words a topic.
    """
    return np.argsort(-scores, axis=1, kind="stable")[:, :count]


def topic_mass(theta: np.ndarray, bow: csr_array) -> np.ndarray:
    """(K, V) how often each word occurs, every document split among topics by its theta.

    Args:
        theta: (D, K) rows that sum to 1; cluster membership counts too.
        bow: (D, V) counts of the same documents.
    """
    return np.asarray((bow.T @ theta.astype(np.float64)).T)


def owned_words(mass: np.ndarray, count: int) -> np.ndarray:
    """(K, count) the most probable words of each topic among those that it owns.

    A word belongs to the topic under which it is most probable, so no two topics list it. A topic that owns fewer
    than ``count`` words is filled up with its most probable words that no topic lists, and only where these run out
    with others.

    Args:
        mass: (K, V) from :func:`topic_mass`.
        count: words a topic.
    """
    totals = mass.sum(axis=1, keepdims=True)
    probability = np.divide(mass, totals, out=np.zeros(mass.shape), where=totals > 0)
    owner = probability.argmax(axis=0)
    owned = (owner[None, :] == np.arange(len(mass))[:, None]) & (probability > 0)
    words = beta_words(probability + owned, count)
    short = np.flatnonzero(owned.sum(axis=1) < count)
    listed = np.zeros(mass.shape[1], bool)
    listed[np.delete(words, short, axis=0)] = True
    listed[owned[short].any(axis=0)] = True
    for topic in short:
        free = ~listed & (probability[topic] > 0)
        words[topic] = beta_words((probability[topic] + 2 * owned[topic] + free)[None, :], count)[0]
        listed[words[topic]] = True
    return words
