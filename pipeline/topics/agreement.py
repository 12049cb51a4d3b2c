"""A topic's top words on which the languages agree, found with the help of the encoder's word vectors.

The words of a topic's documents are noisy: a word may be frequent in them by chance, or in one language only. The
encoder knows what single words mean, in every language. So each language's words are weighed by how near they are to
the words that the *other* languages list for the topic, and this is repeated.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipeline.tables.vectors import unit_rows
from pipeline.topics.selection import TopWords, exclusive_words, word_probability

# Not until nothing changes: in the last round, 70 to 150 of 1,500 words of EC News still change, and 200 to 280 of
# Rakuten Amazon (K = 50). The first rounds change two to three times as many.
ROUNDS = 12


def agreed_words(
    masses: Mapping[str, np.ndarray], vectors: Mapping[str, np.ndarray], count: int, weight: float
) -> TopWords:
    """The strongest words of each topic among those that it owns, where strength also asks the other languages.

    The strength of word w in topic k is ``p(w | k) * exp(weight * cos(w, theme of k))``. The theme is the sum over the
    other languages of the unit mean vector of the words that they list for k; where there is one language only, of
    its own. Each word belongs to the topic in which it is strongest, so no two topics list it. The first themes come
    from all words: each is weighed by p(w | k) and by the square of the share of p(w | .) that k has.

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
    for _ in range(ROUNDS):
        themes = _of_others(means)
        cosines = {language: themes[language] @ places[language].T for language in masses}
        listed = {
            language: exclusive_words(_strength(probabilities[language], cosine, weight), count)
            for language, cosine in cosines.items()
        }
        if words and all((listed[language] == words[language]).all() for language in masses):
            break
        words = listed
        means = {language: unit_rows(places[language][words[language]].mean(axis=1)) for language in masses}
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


def _of_others(means: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The themes that each language's words are compared with."""
    if len(means) == 1:
        return dict(means)
    everything = sum(means.values())
    return {language: unit_rows(everything - mean) for language, mean in means.items()}


def _strength(probability: np.ndarray, cosine: np.ndarray, weight: float) -> np.ndarray:
    return probability * np.exp(weight * (cosine - 1))  # less 1, so that no strength is larger than 1
