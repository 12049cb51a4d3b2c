"""Topic uniqueness against its formula, and topic quality."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.evaluation.diversity import topic_quality, topic_uniqueness


def naive_uniqueness(words: list[list[int]]) -> list[float]:
    return [sum(1 / sum(word in other for other in words) for word in topic) / len(topic) for topic in words]


@pytest.mark.parametrize("seed", range(3))
def test_uniqueness_equals_a_plain_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    words = np.stack([rng.choice(30, 8, replace=False) for _ in range(6)])
    assert topic_uniqueness(words) == pytest.approx(naive_uniqueness(words.tolist()), abs=1e-12)


def test_the_ends_of_the_scale() -> None:
    assert topic_uniqueness(np.arange(12).reshape(3, 4)).tolist() == [1, 1, 1]
    assert topic_uniqueness(np.tile(np.arange(4), (5, 1))) == pytest.approx([0.2] * 5)
    assert topic_uniqueness(np.array([[0, 1], [1, 2], [3, 1]])) == pytest.approx([2 / 3, 2 / 3, 2 / 3])


def test_a_word_listed_twice_by_one_topic_counts_as_one_topic() -> None:
    assert topic_uniqueness(np.array([[0, 0], [1, 2]])).tolist() == [1, 1]


def test_quality_is_never_negative() -> None:
    assert topic_quality(0.1, 0.5) == pytest.approx(0.05)
    assert topic_quality(-0.1, 0.5) == 0
