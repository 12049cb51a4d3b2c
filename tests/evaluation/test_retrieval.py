"""Retrieval of translations by Jensen-Shannon divergence, against SciPy one pair at a time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from pipeline.evaluation import retrieval as module
from pipeline.evaluation.retrieval import CHUNK, jensen_shannon, retrieval


def thetas(documents: int, topics: int = 5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Thetas of documents and of their loose translations."""
    rng = np.random.default_rng(seed)
    first = rng.dirichlet(np.full(topics, 0.4), documents)
    return first, 0.5 * first + 0.5 * rng.dirichlet(np.full(topics, 0.4), documents)


def naive_retrieval(queries: np.ndarray, answers: np.ndarray) -> tuple[float, float]:
    reciprocals, divergences = [], []
    for i, query in enumerate(queries):
        distances = np.array([jensenshannon(query, answer, base=2) ** 2 for answer in answers])
        nearer, equal = (distances < distances[i]).sum(), (distances == distances[i]).sum()
        reciprocals.append(1 / (nearer + (equal + 1) / 2))
        divergences.append(distances[i])
    return float(np.mean(reciprocals)), float(np.mean(divergences))


def test_divergence_equals_scipy() -> None:
    p, q = thetas(12)
    q[0] = p[0]
    expected = [[jensenshannon(a, b, base=2) ** 2 for b in q] for a in p]
    assert jensen_shannon(p, q) == pytest.approx(np.array(expected), abs=1e-12)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_ends_of_the_divergence(kind: type) -> None:
    corners = np.eye(3, dtype=kind)
    assert jensen_shannon(corners, corners) == pytest.approx(1 - np.eye(3))
    halves = np.array([[0.5, 0.5, 0.0]])
    assert jensen_shannon(halves, halves)[0, 0] == 0


def test_retrieval_equals_a_plain_loop() -> None:
    queries, answers = thetas(60)
    assert retrieval(queries, answers) == pytest.approx(naive_retrieval(queries, answers), abs=1e-12)
    assert retrieval(queries, answers) != pytest.approx(retrieval(answers, queries), abs=1e-9)


def test_float32_thetas_are_as_good() -> None:
    queries, answers = thetas(40)
    single = retrieval(queries.astype(np.float32), answers.astype(np.float32))
    assert single == pytest.approx(naive_retrieval(queries, answers), abs=1e-3)


def test_more_queries_than_a_chunk() -> None:
    queries, answers = thetas(CHUNK + 7)
    ranks, own = [], []
    for i, query in enumerate(queries):
        distances = jensenshannon(query[None], answers, base=2, axis=1) ** 2
        ranks.append(1 + (distances < distances[i]).sum())
        own.append(distances[i])
    assert retrieval(queries, answers) == pytest.approx((np.mean(1 / np.array(ranks)), np.mean(own)), abs=1e-12)


@pytest.mark.parametrize("chunk", [1, 7, 20, 21])
def test_the_chunk_does_not_matter(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    queries, answers = thetas(21)
    expected = retrieval(queries, answers)
    monkeypatch.setattr(module, "CHUNK", chunk)
    assert retrieval(queries, answers) == expected


def test_perfect_translations_come_first() -> None:
    queries, _ = thetas(30)
    mrr, divergence = retrieval(queries, queries)
    assert mrr == 1
    assert divergence == pytest.approx(0, abs=1e-12)


def test_ties_share_their_mean_rank() -> None:
    same = np.tile([[0.2, 0.3, 0.5]], (9, 1))
    assert retrieval(same, same) == pytest.approx((1 / 5, 0))
    # Two documents a topic: each query finds two equally good answers, of mean rank 1.5.
    doubled = np.repeat(np.eye(3), 2, axis=0)
    assert retrieval(doubled, doubled) == pytest.approx((1 / 1.5, 0))


def test_a_wrong_translation_is_ranked_by_its_distance() -> None:
    queries = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert retrieval(queries, queries[::-1]) == pytest.approx((1 / 2, 1))
