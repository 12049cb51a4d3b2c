"""How much topics repeat each other's words."""

from __future__ import annotations

import numpy as np


def topic_uniqueness(words: np.ndarray) -> np.ndarray:
    """(K,) TU of each topic: the mean over its top words of 1 / (number of topics that list the word).

    Nan et al. (2019), Topic modeling with Wasserstein autoencoders.

    Args:
        words: (K, T) top words, each word as a number.
    """
    topics_with = np.zeros(words.max() + 1)
    for topic in words:
        topics_with[np.unique(topic)] += 1
    return (1 / topics_with[words]).mean(axis=1)


def topic_quality(cnpmi: float, uniqueness: float) -> float:
    """TQ = max(0, CNPMI) * TU (Chang et al., 2024)."""
    return max(0.0, cnpmi) * uniqueness
