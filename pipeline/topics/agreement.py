"""A topic's top words on which the languages agree, found with the help of the encoder's word vectors.

The words of a topic's documents are noisy: a word may be frequent in them by chance, or in one language only. The
encoder knows what single words mean, in every language. So each language's words are weighed by how near they are to
the words that the *other* languages list for the topic, one language after the other, and this is repeated until the
lists stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipeline.tables.vectors import unit_rows
from pipeline.topics.selection import TopWords, exclusive_words, word_probability

# Nothing changes after 7 to 15 rounds, or only 3 to 7 of 1,500 words, without end (EC News and Rakuten Amazon, K = 50).
MOST_ROUNDS = 16


def agreed_words(
    masses: Mapping[str, np.ndarray], vectors: Mapping[str, np.ndarray], count: int, weight: float
) -> TopWords:
    """The strongest words of each topic among those that it owns, where strength also asks the other languages.

    The strength of word w in topic k is ``p(w | k) * exp(weight * cos(w, theme of k))``. The theme is the sum over the
    other languages of the unit mean vector of the words that they list for k; where there is one language only, of
    its own. Each word belongs to the topic in which it is strongest, so no two topics list it. The first themes come
    from all words: each is weighed by p(w | k) and by the square of the share of p(w | .) that k has. The languages
    take turns, in the order of `masses`: each meets the lists that those before it have just made.

    Args:
        masses: language -> (K, V) from :func:`pipeline.topics.selection.topic_mass`.
        vectors: language -> (V, E) vectors of the words in a space that the languages share; a word without a vector
            (zeros) is as near to every topic as a word at a right angle to its theme.
        count: number of words for each topic.
        weight: how much the cosine counts; with 0 the result is that of
            :func:`pipeline.topics.selection.owned_words`.

    Returns:
        Language -> (K, count) term numbers, best first.
    """
    probabilities = {language: word_probability(mass) for language, mass in masses.items()}
    places = {language: centred_words(vectors[language]) for language in masses}
    means = {language: _first_theme(probabilities[language], places[language]) for language in masses}
    words: dict[str, np.ndarray] = {}
    for _ in range(MOST_ROUNDS):
        before = dict(words)
        for language, probability in probabilities.items():
            cosine = _theme(language, means) @ places[language].T
            words[language] = exclusive_words(_strength(probability, cosine, weight), count)
            means[language] = unit_rows(places[language][words[language]].mean(axis=1))
        if before and all((words[language] == before[language]).all() for language in words):
            break
    return words


def centred_words(vectors: np.ndarray) -> np.ndarray:
    """(V, E) unit rows less their mean, scaled to unit length again; zeros stay zeros.

    The mean of a language's words only tells the languages apart.
    """
    is_known = vectors.any(axis=1)
    placed = np.zeros(vectors.shape)
    if is_known.any():
        unit = unit_rows(vectors[is_known].astype(np.float64))
        placed[is_known] = unit_rows(unit - unit.mean(axis=0))
    return placed


def _first_theme(probability: np.ndarray, places: np.ndarray) -> np.ndarray:
    totals = probability.sum(axis=0)
    share = np.divide(probability, totals, out=np.zeros(probability.shape), where=totals > 0)
    return unit_rows((probability * share**2) @ places)


def _theme(language: str, means: Mapping[str, np.ndarray]) -> np.ndarray:
    """(K, E) unit vectors that the words of `language` are compared with."""
    others = [mean for other, mean in means.items() if other != language]
    return unit_rows(np.sum(others, axis=0)) if others else means[language]


def _strength(probability: np.ndarray, cosine: np.ndarray, weight: float) -> np.ndarray:
    return probability * np.exp(weight * (cosine - 1))  # less 1, so that no strength is larger than 1
