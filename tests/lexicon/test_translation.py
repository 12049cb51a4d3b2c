"""Documents translated word by word: a plain loop says the same, and clusters that no vector shows are found."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_array

from pipeline.clusters.pivot import ClusterParams, pivot_clusters
from pipeline.lexicon import translation
from pipeline.lexicon.matrices import link_matrices
from pipeline.lexicon.translation import SIF, translated_documents, translations
from pipeline.tables.vectors import unit_rows

SIZES = {"en": 7, "zh": 5, "ja": 6}
LINKS = [("zh", 0, 1, 1), ("zh", 0, 2, 3), ("zh", 3, 2, 1), ("zh", 6, 4, 2), ("ja", 0, 0, 1), ("ja", 2, 5, 1)]


def links() -> dict[str, csr_array]:
    vocabulary = pl.DataFrame({"lang": [lang for lang, size in SIZES.items() for _ in range(size)]})
    table = pl.DataFrame(LINKS, schema=["lang", "pivot_term", "term", "count"], orient="row")
    return link_matrices(vocabulary, table)


def vectors() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {lang: rng.normal(size=(size, 3)) for lang, size in SIZES.items()}


def mean_of(listed: list[tuple[np.ndarray, int]]) -> np.ndarray:
    return np.average([vector for vector, _ in listed], axis=0, weights=[count for _, count in listed])


def test_translations_equal_a_plain_loop() -> None:
    words = vectors()
    expected = {lang: np.zeros_like(own) for lang, own in words.items()}
    for word in range(SIZES["en"]):
        theirs = {
            lang: [(words[lang][j], c) for of, i, j, c in LINKS if (of, i) == (lang, word)] for lang in ("zh", "ja")
        }
        means = [mean_of(listed) for listed in theirs.values() if listed]
        if means:
            expected["en"][word] = np.mean(means, axis=0)
    for lang in ("zh", "ja"):
        for word in range(SIZES[lang]):
            listed = [(words["en"][i], c) for of, i, j, c in LINKS if (of, j) == (lang, word)]
            if listed:
                expected[lang][word] = mean_of(listed)
    found = translations(words, links())
    assert list(found) == list(SIZES)
    for lang in SIZES:
        np.testing.assert_allclose(found[lang], expected[lang], atol=1e-12)


def test_one_language_alone_has_no_translations() -> None:
    assert not translations({"en": vectors()["en"]}, {"en": csr_array((7, 7))})["en"].any()


def test_documents_equal_a_plain_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "BLOCK", 3)
    words = vectors()["en"]
    words[4:] = 0  # have no translation
    counts = np.random.default_rng(1).poisson(0.7, size=(8, 7))
    counts[2], counts[5] = 0, [0, 0, 0, 0, 2, 1, 0]  # no words, and none with a translation
    share = counts.sum(axis=0) / counts.sum()
    means = {}
    for row, document in enumerate(counts):
        if document[:4].any():
            tokens = [word for word, count in enumerate(document) for _ in range(count)]
            means[row] = np.mean([SIF / (SIF + share[word]) * words[word] for word in tokens], axis=0)
    centre = np.mean(list(means.values()), axis=0)
    found = translated_documents(csr_array(counts), words)
    assert found.dtype == np.float32
    for row in range(len(counts)):
        mean = means.get(row)
        expected = np.zeros(3) if mean is None else (mean - centre) / np.linalg.norm(mean - centre)
        np.testing.assert_allclose(found[row], expected, atol=1e-5)


def test_the_dictionary_joins_clusters_that_the_space_keeps_apart() -> None:
    """Two topics, which the vectors of each language tell apart along an axis of their own."""
    rng = np.random.default_rng(0)
    topics = np.tile([0, 1], 60)
    rate = np.where(np.arange(10) // 5 == topics[:, None], 1.5, 0.05)
    bow = {lang: csr_array(rng.poisson(rate)) for lang in ("en", "zh")}
    directions = np.repeat([[1.0, 0.0], [-1.0, 0.0]], 5, axis=0)
    words = {"en": directions, "zh": directions[:, ::-1]}
    table = pl.DataFrame({"lang": "zh", "pivot_term": range(10), "term": range(10), "count": 1})
    meaning = translations(words, link_matrices(pl.DataFrame({"lang": ["en"] * 10 + ["zh"] * 10}), table))
    plain = np.concatenate([unit_rows(bow[lang] @ words[lang]) for lang in bow])
    translated = np.concatenate([translated_documents(bow[lang], meaning[lang]) for lang in bow])
    languages = np.repeat(["en", "zh"], 120)
    params = ClusterParams(num_topics=2, dimension=2, centre=False, rounds=0)

    def agree(points: np.ndarray) -> float:
        clusters = pivot_clusters(points.astype(np.float32), languages, params)
        assert (clusters[:120][topics == 0] == clusters[0]).mean() > 0.9
        return float(((clusters[120:] == clusters[0]) == (topics == 0)).mean())

    assert agree(plain) < 0.8
    assert agree(plain + translated) > 0.9
