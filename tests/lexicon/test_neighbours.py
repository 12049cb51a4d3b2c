"""Words that are each other's nearest: a plain loop says the same, and only those that are near enough count."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.lexicon.neighbours import mutual_neighbours, neighbouring_words


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def naive_neighbours(
    pivot: np.ndarray, other: np.ndarray, mine: np.ndarray, theirs: np.ndarray
) -> set[tuple[int, int]]:
    nearest = min(10, len(mine), len(theirs))

    def hub(word: np.ndarray, others: np.ndarray) -> float:
        return float(np.mean(sorted((cosine(word, one) for one in others), reverse=True)[:nearest]))

    hubs = {i: hub(pivot[i], other[theirs]) for i in mine}, {j: hub(other[j], pivot[mine]) for j in theirs}

    def csls(i: int, j: int) -> float:
        return 2 * cosine(pivot[i], other[j]) - hubs[0][i] - hubs[1][j]

    best = {i: max(theirs, key=lambda j: csls(i, j)) for i in mine}
    back = {j: max(mine, key=lambda i: csls(i, j)) for j in theirs}
    return {(int(i), int(best[i])) for i in mine if back[best[i]] == i}


@pytest.mark.parametrize(("words", "others"), [(25, 20), (30, 14), (14, 30), (6, 20), (4, 3)])
@pytest.mark.parametrize("seed", range(3))
def test_mutual_neighbours_equal_a_plain_loop(words: int, others: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pivot, other = rng.normal(size=(words + 5, 6)), rng.normal(size=(others + 5, 6))
    mine, theirs = rng.permutation(words + 5)[:words], rng.permutation(others + 5)[:others]
    found = mutual_neighbours(pivot, other, (mine, theirs))
    assert len(found) > 0
    assert {tuple(pair) for pair in found.tolist()} == naive_neighbours(pivot, other, mine, theirs)


@pytest.mark.parametrize("seed", range(3))
def test_neighbouring_words_equal_a_plain_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pivot = rng.normal(size=(30, 6)) + 3
    other = pivot[rng.permutation(30)[:22]] + rng.normal(scale=0.5, size=(22, 6)) - 5
    pivot[[2, 9]] = other[4] = 0  # unknown words
    known = [i for i in range(30) if i not in (2, 9)], [j for j in range(22) if j != 4]
    means = np.mean([pivot[i] for i in known[0]], axis=0), np.mean([other[j] for j in known[1]], axis=0)
    centred = pivot - means[0], other - means[1]
    pairs = naive_neighbours(*centred, np.array(known[0]), np.array(known[1]))
    expected = {(i, j): cosine(centred[0][i], centred[1][j]) for i, j in pairs}
    expected = {places: value for places, value in expected.items() if value >= 0.9}
    assert 0 < len(expected) < len(pairs)
    assert neighbouring_words(pivot, other, 0.9) == pytest.approx(expected)


def test_unknown_words_have_no_neighbours() -> None:
    vectors = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    assert neighbouring_words(vectors, np.zeros((5, 4), np.float32)) == {}
    assert neighbouring_words(vectors, vectors, 0.9).keys() == {(i, i) for i in range(8)}
