"""A topic's top words: from beta, or from the words of the topic's documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from scipy.sparse import csr_array

Selection = Literal["beta", "owned", "agreed"]
TopWords = Mapping[str, np.ndarray]  # language -> (K, T) term numbers of each topic's top words, the best first


def beta_words(scores: np.ndarray, count: int) -> np.ndarray:
    """(K, count) the words with the largest scores of each topic, best first (as published).

    Args:
        scores: (K, V) beta.
        count: number of words for each topic.
    """
    return np.argsort(-scores, axis=1, kind="stable")[:, :count]


def topic_mass(theta: np.ndarray, bow: csr_array) -> np.ndarray:
    """(K, V) how often each word occurs in each topic; theta splits every document among the topics.

    Args:
        theta: (D, K) rows that sum to 1; they may also be cluster membership.
        bow: (D, V) counts of the same documents.
    """
    return np.asarray((bow.T @ theta.astype(np.float64)).T)


def owned_words(mass: np.ndarray, count: int) -> np.ndarray:
    """(K, count) the most probable words of each topic among those that it owns.

    A word belongs to the topic under which it is most probable; see :func:`exclusive_words`.

    Args:
        mass: (K, V) from :func:`topic_mass`.
        count: number of words for each topic.
    """
    return exclusive_words(word_probability(mass), count)


def word_probability(mass: np.ndarray) -> np.ndarray:
    """(K, V) p(word | topic): each row of ``mass`` divided by its sum; zeros for a topic without words."""
    totals = mass.sum(axis=1, keepdims=True)
    return np.divide(mass, totals, out=np.zeros(mass.shape), where=totals > 0)


def exclusive_words(strength: np.ndarray, count: int) -> np.ndarray:
    """(K, count) the strongest words of each topic among those that it owns, so that no two topics list a word.

    A word belongs to the topic in which it is strongest. A topic that owns fewer than ``count`` words also lists its
    strongest words that no topic lists yet. Only if these are not enough, it lists words of other topics.

    Args:
        strength: (K, V) how typical each word is of each topic, from 0 (not at all) to 1.
        count: number of words for each topic.
    """
    owner = strength.argmax(axis=0)
    is_owned = (owner[None, :] == np.arange(len(strength))[:, None]) & (strength > 0)
    words = beta_words(strength + is_owned, count)
    short_topics = np.flatnonzero(is_owned.sum(axis=1) < count)
    is_listed = np.zeros(strength.shape[1], bool)
    is_listed[np.delete(words, short_topics, axis=0)] = True
    is_listed[is_owned[short_topics].any(axis=0)] = True
    for topic in short_topics:
        is_free = ~is_listed & (strength[topic] > 0)
        words[topic] = beta_words((strength[topic] + 2 * is_owned[topic] + is_free)[None, :], count)[0]
        is_listed[words[topic]] = True
    return words
