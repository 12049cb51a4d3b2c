"""Topic shares, differences between languages and alignment, against their formulas written out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.stats import t

from pipeline.report.topic_cards import top_word_shares
from pipeline.tables.vectors import Theta
from pipeline.topics import alignment
from pipeline.topics.alignment import alignment_matrices, topic_alignment, topic_vectors
from pipeline.topics.selection import topic_mass
from pipeline.topics.shares import Shares, differences, topic_shares


def thetas(documents: int, topics: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(topics), documents).astype(np.float32)


def held(values: np.ndarray) -> Theta:
    """Theta of documents, of which those without one are rows of zeros."""
    return Theta(values, values.sum(axis=1) > 0)


NOTHING = held(np.zeros((2, 4), np.float32))


def test_shares_are_the_mean_and_its_standard_error() -> None:
    theta = thetas(30)
    shares = topic_shares(held(np.concatenate([theta, np.zeros((3, 4), np.float32)])))
    assert shares.count == 30
    for topic in range(4):
        values = [float(row[topic]) for row in theta]
        mean = sum(values) / 30
        error = math.sqrt(sum((value - mean) ** 2 for value in values) / 29) / math.sqrt(30)
        assert shares.mean[topic] == pytest.approx(mean)
        assert shares.error[topic] == pytest.approx(error)
        assert shares.half_width()[topic] == pytest.approx(2.045230 * error, rel=1e-5)  # t, 29 degrees of freedom


@pytest.mark.parametrize("documents", [2, 3, 5, 200])
def test_intervals_hold_the_true_mean_about_as_often_as_they_say(documents: int) -> None:
    draw = np.random.default_rng(documents)
    parts = [topic_shares(held(draw.dirichlet(np.full(4, 20.0), documents))) for _ in range(500)]
    hits = np.mean([np.abs(part.mean - 0.25) <= part.half_width() for part in parts])
    assert hits == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("documents", [0, 1])
def test_too_few_documents_have_no_interval(documents: int) -> None:
    shares = topic_shares(held(thetas(documents)) if documents else NOTHING)
    assert shares.count == documents
    assert np.isnan(shares.error).all()
    assert np.isnan(shares.half_width()).all()
    assert shares.mean.sum() == pytest.approx(documents)


def test_differences_outside_the_noise_are_listed_the_largest_first() -> None:
    error = np.full(3, 0.01)
    shares = {
        "en": Shares(np.array([0.5, 0.30, 0.20]), error, 50),
        "zh": Shares(np.array([0.2, 0.33, 0.47]), error, 50),
        "ja": Shares(np.array([0.4, 0.31, 0.29]), error, 50),
    }
    found = differences(shares)
    assert [(part.topic, part.more, part.less) for part in found] == [(0, "en", "zh"), (2, "zh", "en")]
    assert found[0].gap == pytest.approx(0.3)
    # 95% of all 3 topics and 3 pairs together: 1 - 0.05 / 9 of each, two-sided; t with 98 degrees of freedom.
    assert found[0].half_width == pytest.approx(2.8357 * math.sqrt(2) * 0.01, rel=1e-3)


def test_differences_are_judged_by_welchs_t() -> None:
    parts = {"en": thetas(5, seed=3) * 0.1 + [0.9, 0, 0, 0], "zh": thetas(9, seed=4)}
    shares = {name: topic_shares(held(rows)) for name, rows in parts.items()}
    found = {part.topic: part for part in differences(shares, 0.5)}
    assert 0 in found
    for topic, part in found.items():
        squares, counts = [], (5, 9)
        for theta, count in zip(parts.values(), counts, strict=True):
            values = [float(row[topic]) for row in theta]
            squares.append(sum((value - sum(values) / count) ** 2 for value in values) / (count - 1) / count)
        freedom = sum(squares) ** 2 / sum(s**2 / (n - 1) for s, n in zip(squares, counts, strict=True))
        assert part.half_width == pytest.approx(t.ppf(1 - 0.5 / 8, freedom) * math.sqrt(sum(squares)), rel=1e-5)


@pytest.mark.parametrize("counts", [(3, 3), (3, 12), (150, 150)])
def test_equal_languages_differ_in_next_to_no_trial(counts: tuple[int, int]) -> None:
    draw = np.random.default_rng(0)
    trials = [
        differences(
            {
                name: topic_shares(held(draw.dirichlet(np.full(4, 20.0), n)))
                for name, n in zip("ab", counts, strict=True)
            }
        )
        for _ in range(400)
    ]
    # About 0.05 with many documents; of 3 and 12 by Welch's approximation 0.09, by normal quantiles 0.25.
    assert np.mean([bool(found) for found in trials]) <= 0.12


def test_a_single_document_differs_from_nothing() -> None:
    assert differences({"en": topic_shares(held(np.eye(4)[[0]])), "zh": topic_shares(held(thetas(40)))}) == []


def test_languages_that_hold_one_share_throughout_differ_without_noise() -> None:
    constant = {"en": np.tile([0.7, 0.3], (4, 1)), "zh": np.tile([0.4, 0.6], (4, 1))}
    found = differences({name: topic_shares(held(theta)) for name, theta in constant.items()})
    assert {(part.topic, part.more) for part in found} == {(0, "en"), (1, "zh")}
    assert [part.half_width for part in found] == pytest.approx([0, 0], abs=1e-9)


def test_languages_without_documents_differ_in_nothing() -> None:
    shares = topic_shares(held(thetas(40)))
    assert differences({"en": shares, "zh": topic_shares(NOTHING)}) == []
    assert differences({"en": shares}) == []


def naive_vectors(theta: np.ndarray, vectors: np.ndarray) -> list[list[float]]:
    known = [d for d in range(len(theta)) if theta[d].sum() > 0]
    centre = [sum(float(vectors[d][e]) for d in known) / len(known) for e in range(vectors.shape[1])]
    rows = []
    for topic in range(theta.shape[1]):
        mass = sum(float(theta[d][topic]) for d in known)
        rows.append(
            [
                sum(float(theta[d][topic]) * (float(vectors[d][e]) - centre[e]) for d in known) / mass
                for e in range(vectors.shape[1])
            ]
        )
    return rows


def test_topic_vectors_are_weighted_means_from_the_languages_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignment, "BLOCK", 7)
    theta, vectors = thetas(20), np.random.default_rng(1).standard_normal((20, 6)).astype(np.float32) + 3
    theta[4] = 0
    np.testing.assert_allclose(topic_vectors(held(theta), vectors), naive_vectors(theta, vectors), atol=1e-6)


def test_alignment_is_the_cosine_with_the_pivots_topics() -> None:
    theta = {name: thetas(20, seed=seed) for seed, name in enumerate(("en", "zh", "ja"))}
    vectors = {name: np.random.default_rng(seed).standard_normal((20, 6)) for seed, name in enumerate(theta, 5)}
    matrices = alignment_matrices({name: held(own) for name, own in theta.items()}, vectors)
    assert list(matrices) == ["zh", "ja"]
    for name, matrix in matrices.items():
        pivot, other = (naive_vectors(theta[lang], vectors[lang]) for lang in ("en", name))
        for j, left in enumerate(pivot):
            for k, right in enumerate(other):
                product = sum(a * b for a, b in zip(left, right, strict=True))
                assert matrix[j, k] == pytest.approx(product / (math.hypot(*left) * math.hypot(*right)))
    own = topic_alignment(matrices)
    assert own is not None
    assert own[2] == pytest.approx((matrices["zh"][2, 2] + matrices["ja"][2, 2]) / 2)
    assert topic_alignment(alignment_matrices({"en": held(theta["en"])}, vectors)) is None


def test_a_language_moved_as_a_whole_is_aligned_and_topics_swapped_are_not() -> None:
    theta, vectors = thetas(50), np.random.default_rng(2).standard_normal((50, 6))
    own = held(theta)
    moved = alignment_matrices({"en": own, "zh": own}, {"en": vectors, "zh": vectors + 40})["zh"]
    np.testing.assert_allclose(moved.diagonal(), 1)
    swapped = alignment_matrices({"en": own, "zh": held(theta[:, ::-1])}, {"en": vectors, "zh": vectors})["zh"]
    np.testing.assert_allclose(swapped[:, ::-1].diagonal(), 1)
    assert swapped.diagonal().max() < 0.9


def test_a_topic_without_documents_is_aligned_with_nothing() -> None:
    theta, vectors = thetas(10), np.random.default_rng(3).standard_normal((10, 6))
    theta[:, 1] = 0
    assert not topic_vectors(held(theta), vectors)[1].any()


def test_word_probabilities_are_theta_weighted_counts() -> None:
    theta, counts = thetas(9), np.random.default_rng(4).poisson(1.0, (9, 5))
    words = {"en": [["b"], ["c", "e"], ["d", "a"]]}
    masses = {"en": topic_mass(theta, csr_array(counts))}
    found = top_word_shares(words, {"en": list("abcde")}, masses)
    assert found.keys() == {("en", 0), ("en", 1), ("en", 2)}
    mass = [sum(float(theta[d][2]) * int(counts[d][v]) for d in range(9)) for v in range(5)]
    assert found["en", 2] == pytest.approx([mass[3] / sum(mass), mass[0] / sum(mass)])
