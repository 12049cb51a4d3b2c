"""Top words by beta and by ownership, word mass, and the clusters' c-TF-IDF."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_array

from pipeline.tables.by_language import ByLanguage
from pipeline.tables.vectors import Theta
from pipeline.topics.agreement import agreed_words
from pipeline.topics.selection import beta_words, owned_words, topic_mass
from pipeline.topics.tf_idf import cluster_counts, cluster_tf_idf
from pipeline.topics.top_words import WordChoice, start_words, trained_words, words_table


def test_beta_words_are_the_largest_and_ties_keep_their_order() -> None:
    scores = np.array([[1.0, 3.0, 3.0, 2.0, 3.0], [0.0, 0.0, 0.0, 0.0, 0.0], [-1.0, -2.0, 5.0, -1.0, 0.0]])
    assert beta_words(scores, 4).tolist() == [[1, 2, 4, 3], [0, 1, 2, 3], [2, 4, 0, 3]]
    many = np.zeros((1, 500))  # beyond the size at which an unstable sort shows
    many[0, 400:] = 1
    assert beta_words(many, 103).tolist() == [[*range(400, 500), 0, 1, 2]]


def test_fewer_words_than_wanted_are_all_listed() -> None:
    assert beta_words(np.array([[1.0, 2.0]]), 15).tolist() == [[1, 0]]
    assert owned_words(np.array([[1.0, 2.0]]), 15).tolist() == [[1, 0]]


def test_mass_splits_each_document_among_its_topics() -> None:
    rng = np.random.default_rng(0)
    theta, counts = rng.dirichlet(np.ones(4), 12), rng.poisson(0.6, (12, 9))
    expected = np.zeros((4, 9))
    for topic in range(4):
        for word in range(9):
            for document in range(12):
                expected[topic, word] += theta[document, topic] * counts[document, word]
    found = topic_mass(theta.astype(np.float32), csr_array(counts.astype(np.int32)))
    assert found == pytest.approx(expected, abs=1e-5)
    assert topic_mass(theta, csr_array(counts)).sum() == pytest.approx(counts.sum())


def naive_owners(mass: np.ndarray) -> list[int]:
    """The topic under which each word is most probable, the first of several."""
    probability = [row / row.sum() if row.sum() else row for row in mass]
    return [
        max(range(len(mass)), key=lambda topic: (probability[topic][word], -topic)) for word in range(mass.shape[1])
    ]


@pytest.mark.parametrize("seed", range(3))
def test_topics_with_words_enough_list_only_their_own(seed: int) -> None:
    mass = np.random.default_rng(seed).gamma(0.3, size=(5, 200))
    owners, words = naive_owners(mass), owned_words(mass, 15)
    assert len(np.unique(words)) == words.size
    for topic, row in enumerate(words):
        own = [word for word in range(200) if owners[word] == topic]
        assert row.tolist() == sorted(own, key=lambda word: -mass[topic, word])[:15]


def test_ownership_goes_by_probability_and_not_by_mass() -> None:
    # Topic 0 is large: it has more of word 1, yet the word tells more of topic 1.
    mass = np.array([[90.0, 10.0, 0.0], [0.0, 5.0, 5.0]])
    assert owned_words(mass, 1).tolist() == [[0], [1]]
    assert owned_words(mass, 2).tolist() == [[0, 1], [1, 2]]


def test_a_topic_is_filled_up_with_its_most_probable_other_words() -> None:
    mass = np.array([[10.0, 8.0, 6.0, 4.0, 0.0], [9.0, 7.0, 6.0, 5.0, 1.0]])
    # Topic 0 owns words 0, 1 and 2; topic 1 owns 4 and 3, most probable first, and is filled with 0 and 1.
    assert owned_words(mass, 4).tolist() == [[0, 1, 2, 3], [3, 4, 0, 1]]
    words = owned_words(mass, 4)
    assert all(len(set(row)) == 4 for row in words.tolist())


def test_of_equal_topics_the_first_owns_and_the_second_is_filled_with_what_is_left() -> None:
    mass = np.tile(np.array([1.0, 4.0, 3.0, 2.0]), (2, 1))
    assert owned_words(mass, 2).tolist() == [[1, 2], [3, 0]]
    assert owned_words(mass, 3).tolist() == [[1, 2, 3], [0, 1, 2]]
    mass[1, 3] = 2.5
    assert owned_words(mass, 2).tolist() == [[1, 2], [3, 0]]


def test_a_topic_is_never_filled_with_words_that_it_does_not_have_while_it_has_others() -> None:
    mass = np.array([[5.0, 4.0, 0.0], [3.0, 1.0, 0.0], [0.0, 0.0, 1.0]])  # topic 1 has words 0 and 1 alone
    assert owned_words(mass, 2).tolist() == [[1, 0], [0, 1], [2, 0]]


@pytest.mark.parametrize("seed", [0, 1])
def test_words_enough_for_all_are_listed_once_whatever_is_owned(seed: int) -> None:
    mass = np.random.default_rng(seed).gamma(1.0, size=(6, 60))
    mass[3] = mass[2] * 0.999 + mass[4] * 0.001  # nearly the words of another
    assert naive_owners(mass).count(3) < 10
    words = owned_words(mass, 10)
    assert len(np.unique(words)) == words.size


def test_a_topic_without_mass_owns_nothing_and_has_words_all_the_same() -> None:
    mass = np.array([[0.0, 0.0, 0.0, 0.0], [1.0, 2.0, 0.0, 3.0]])
    words = owned_words(mass, 3)
    assert words.tolist() == [[0, 1, 2], [3, 1, 0]]
    assert np.isfinite(words).all()


def test_cluster_counts_and_tf_idf_equal_plain_loops() -> None:
    rng = np.random.default_rng(0)
    bow, clusters = rng.poisson(0.5, (20, 7)), rng.integers(3, size=20)
    counts = np.array([bow[clusters == k].sum(axis=0) for k in range(4)])  # cluster 3 is empty
    assert cluster_counts(csr_array(bow), clusters, 4).tolist() == counts.tolist()
    expected = np.full((4, 7), 1e-8)
    idf = [np.log(5 / (sum(counts[k, v] > 0 for k in range(4)) + 1)) + 1 for v in range(7)]
    for k in range(3):
        weighted = [counts[k, v] / counts[k].sum() * idf[v] for v in range(7)]
        expected[k] += np.array(weighted) / sum(weighted)
    assert cluster_tf_idf(counts) == pytest.approx(expected, abs=1e-12)


DOCUMENTS = pl.DataFrame(
    {"lang": ["en"] * 5 + ["zh"] * 4, "split": ["train", "test", "train", "train", "test"] + ["train"] * 4}
)
BOWS = {
    "en": csr_array([[5, 1, 0, 0], [0, 0, 9, 9], [0, 0, 3, 2], [1, 1, 1, 1], [9, 9, 0, 0]]),
    "zh": csr_array([[0, 4, 1], [3, 0, 0], [2, 0, 1], [0, 1, 0]]),
}
BY_LANGUAGE, IS_TRAINING = ByLanguage.of(DOCUMENTS["lang"]), (DOCUMENTS["split"] == "train").to_numpy()
THETA = Theta(
    np.array([[1, 0], [1, 0], [0, 1], [0.5, 0.5], [0, 1], [1, 0], [0, 1], [0, 1], [1, 0]], dtype=np.float32),
    np.ones(9, dtype=bool),
)
WORD_VECTORS = {"en": np.eye(4), "zh": np.eye(4)[:3]}
CHOICE = WordChoice(2, WORD_VECTORS, agreement=3)


def test_trained_words_are_of_training_documents_only() -> None:
    beta = pl.DataFrame(
        {
            "lang": ["en", "en", "zh", "zh"],
            "topic": [0, 1, 0, 1],
            "word_scores": [[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0], [0.0, 2.0, 1.0], [2.0, 0.0, 1.0]],
        }
    )
    words = trained_words(beta, THETA, IS_TRAINING, BY_LANGUAGE, BOWS, CHOICE)
    assert {name: rows.tolist() for name, rows in words["beta"].items()} == {
        "en": [[3, 2], [0, 1]],
        "zh": [[1, 2], [0, 2]],
    }
    mass = {
        "en": np.array([[5.5, 1.5, 0.5, 0.5], [0.5, 0.5, 3.5, 2.5]]),  # documents 0, 2 and 3
        "zh": np.array([[0.0, 5.0, 1.0], [5.0, 0.0, 1.0]]),
    }
    assert {name: rows.tolist() for name, rows in words["owned"].items()} == {
        name: owned_words(rows, 2).tolist() for name, rows in mass.items()
    }
    assert words["owned"]["en"].tolist() == [[0, 1], [2, 3]]
    for name, rows in agreed_words(mass, WORD_VECTORS, 2, weight=3).items():
        assert words["agreed"][name].tolist() == rows.tolist()


def test_start_words_are_of_the_clustered_documents() -> None:
    clusters = pl.DataFrame({"document": [0, 2, 5, 6, 7, 8], "cluster": [0, 1, 0, 1, 1, 0]}).cast(pl.UInt32)
    words = start_words(clusters, 2, BY_LANGUAGE, BOWS, CHOICE)
    counts = {"en": np.array([[5.0, 1, 0, 0], [0, 0, 3, 2]]), "zh": np.array([[0.0, 5, 1], [5, 0, 1]])}
    for name, held in counts.items():
        assert words["owned"][name].tolist() == owned_words(held, 2).tolist()
        assert words["beta"][name].tolist() == beta_words(cluster_tf_idf(held), 2).tolist()
    assert words["beta"]["en"].tolist() == [[0, 1], [2, 3]]


def test_the_table_of_words_spells_them() -> None:
    vocabulary = pl.DataFrame({"lang": ["en", "en", "zh"], "term": [0, 1, 0], "word": ["cat", "dog", "猫"]})
    trained = {"beta": {"en": np.array([[1, 0]]), "zh": np.array([[0]])}}
    start = {"owned": {"en": np.array([[0]]), "zh": np.array([[0]])}}
    table = words_table(trained, start, vocabulary)
    assert table.rows() == [
        ("trained", "beta", "en", 0, ["dog", "cat"]),
        ("trained", "beta", "zh", 0, ["猫"]),
        ("start", "owned", "en", 0, ["cat"]),
        ("start", "owned", "zh", 0, ["猫"]),
    ]
