"""Top words on which the languages agree."""

from __future__ import annotations

import math

import numpy as np
import pytest
from naive import cosine

from pipeline.topics.agreement import MOST_ROUNDS, agreed_words
from pipeline.topics.selection import owned_words

TOPICS, COUNT, WIDTH = 3, 4, 6
SIZES = {"en": 40, "zh": 30, "ja": 35}


def problem(*languages: str, seed: int = 0) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Masses and word vectors in which every topic owns words enough."""
    rng = np.random.default_rng(seed)
    masses = {name: rng.gamma(0.4, size=(TOPICS, SIZES[name])) for name in languages}
    vectors = {name: rng.normal(size=(SIZES[name], WIDTH)) for name in languages}
    vectors[languages[0]][3] = 0
    return masses, vectors


def naive_agreed(masses: dict[str, np.ndarray], vectors: dict[str, np.ndarray], weight: float) -> dict[str, list]:
    """The docstring of agreed_words, word by word."""
    p = {name: mass / mass.sum(axis=1, keepdims=True) for name, mass in masses.items()}
    places = {}
    for name, rows in vectors.items():
        unit = {word: row / math.hypot(*row) for word, row in enumerate(rows) if row.any()}
        middle = np.mean(list(unit.values()), axis=0)
        places[name] = [unit[word] - middle if word in unit else np.zeros(WIDTH) for word in range(len(rows))]
        places[name] = [row / math.hypot(*row) if row.any() else row for row in places[name]]
    means = {
        name: [
            sum(p[name][k, w] * (p[name][k, w] / p[name][:, w].sum()) ** 2 * v for w, v in enumerate(places[name]))
            for k in range(TOPICS)
        ]
        for name in masses
    }
    listed: dict[str, list] = {}
    for _ in range(MOST_ROUNDS):
        before = dict(listed)
        for name in masses:
            others = [other for other in masses if other != name] or [name]
            themes = [sum(means[other][k] / math.hypot(*means[other][k]) for other in others) for k in range(TOPICS)]
            strength = [
                [
                    p[name][k, w] * math.exp(weight * (cosine(themes[k], v) if v.any() else 0))
                    for w, v in enumerate(places[name])
                ]
                for k in range(TOPICS)
            ]
            owner = [max(range(TOPICS), key=lambda k: strength[k][w]) for w in range(len(places[name]))]
            listed[name] = [
                sorted((w for w in range(len(owner)) if owner[w] == k), key=lambda w: -strength[k][w])[:COUNT]
                for k in range(TOPICS)
            ]
            means[name] = [np.mean([places[name][w] for w in row], axis=0) for row in listed[name]]
        if listed == before:
            break
    return listed


@pytest.mark.parametrize("languages", [("en", "zh"), ("en", "zh", "ja"), ("en",)], ids="-".join)
def test_words_are_those_of_the_plain_loops(languages: tuple[str, ...]) -> None:
    masses, vectors = problem(*languages)
    found = agreed_words(masses, vectors, COUNT, weight=2.0)
    assert {name: rows.tolist() for name, rows in found.items()} == naive_agreed(masses, vectors, 2.0)
    assert any(found[name].tolist() != owned_words(masses[name], COUNT).tolist() for name in languages)


def test_without_a_weight_they_are_the_owned_words() -> None:
    masses, vectors = problem("en", "zh")
    for name, rows in agreed_words(masses, vectors, COUNT, weight=0).items():
        assert rows.tolist() == owned_words(masses[name], COUNT).tolist()


def test_a_word_that_the_other_language_does_not_support_goes() -> None:
    """Word 0 is frequent in topic 0 by chance; the other language's words of topic 0 are like words 1 and 2."""
    masses = {"en": np.array([[9.0, 6, 6, 0, 0], [6.0, 0, 0, 9, 9]]), "zh": np.array([[5.0, 5, 0, 0], [0, 0, 5, 5]])}
    first, second = np.eye(2)
    vectors = {"en": np.array([second, first, first, second, second]), "zh": np.array([first, first, second, second])}
    assert owned_words(masses["en"], 2)[0].tolist() == [0, 1]
    words = agreed_words(masses, vectors, 2, weight=3)
    assert words["en"][0].tolist() == [1, 2]
    assert set(words["en"][1]) <= {0, 3, 4}


def test_without_any_vectors_they_are_the_owned_words() -> None:
    masses, vectors = problem("en", "zh")
    nothing = {name: np.zeros_like(rows) for name, rows in vectors.items()}
    for name, rows in agreed_words(masses, nothing, COUNT, weight=5).items():
        assert rows.tolist() == owned_words(masses[name], COUNT).tolist()
