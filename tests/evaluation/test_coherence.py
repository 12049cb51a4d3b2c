"""NPMI and coherence against plain pair-by-pair loops, and against the public tool's figure."""

from __future__ import annotations

from itertools import combinations
from math import log

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_array
from shared_files import shared

from pipeline.evaluation.coherence import Counting, coherence, cross_coherence, pair_npmi
from pipeline.evaluation.evaluate import topic_scores
from pipeline.evaluation.reference_counts import reference_counts

COUNTINGS: tuple[Counting, ...] = ("toolkit", "document")


def naive_npmi(first: np.ndarray, second: np.ndarray, counting: Counting) -> np.ndarray:
    """As :func:`pair_npmi`, one pair of words at a time."""
    documents = len(first)
    npmi = np.zeros((first.shape[1], second.shape[1]))
    for a in range(first.shape[1]):
        for b in range(second.shape[1]):
            both = sum(first[d, a] > 0 and second[d, b] > 0 for d in range(documents)) / documents
            if counting == "toolkit":
                p_a, p_b = first[:, a].sum() / documents, second[:, b].sum() / documents
            else:
                p_a, p_b = (first[:, a] > 0).mean(), (second[:, b] > 0).mean()
            if both == 1:
                npmi[a, b] = 1
            elif both > 0:
                npmi[a, b] = log(both / (p_a * p_b)) / -log(both)
    return npmi


def sides(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(40, 9) and (40, 7) counts: words 0 never meet, words 1 meet in every document, word 2 is nowhere."""
    rng = np.random.default_rng(seed)
    first, second = rng.poisson(0.5, (40, 9)), rng.poisson(0.5, (40, 7))
    first[:20, 0], second[20:, 0] = 0, 0
    first[:, 1], second[:, 1] = 1 + rng.poisson(0.5, 40), 1
    first[:, 2] = 0
    return first, second


@pytest.mark.parametrize("counting", COUNTINGS)
def test_npmi_equals_a_plain_loop(counting: Counting) -> None:
    first, second = sides()
    found = pair_npmi(csr_array(first), csr_array(second), counting)
    assert found == pytest.approx(naive_npmi(first, second, counting), abs=1e-12)
    within = pair_npmi(csr_array(first), csr_array(first), counting)
    assert within == pytest.approx(naive_npmi(first, first, counting), abs=1e-12)
    assert within == pytest.approx(within.T, abs=1e-12)


@pytest.mark.parametrize("counting", COUNTINGS)
def test_the_ends_of_the_scale(counting: Counting) -> None:
    first, second = (csr_array(side) for side in sides())
    npmi = pair_npmi(first, second, counting)
    assert npmi[0, 0] == 0
    assert npmi[1, 1] == 1
    assert not npmi[2].any()
    assert np.isfinite(npmi).all()


def test_documents_are_counted_once_and_tokens_each_time() -> None:
    first, second = csr_array([[3], [0], [1], [0]]), csr_array([[1], [0], [0], [2]])
    # p(a, b) = 1/4; in documents p(a) = p(b) = 1/2; in tokens p(a) = 4/4, p(b) = 3/4.
    assert pair_npmi(first, second, "document")[0, 0] == pytest.approx(0)
    assert pair_npmi(first, second, "toolkit")[0, 0] == pytest.approx(log(1 / 3) / log(4))
    assert pair_npmi(first, second)[0, 0] == pair_npmi(first, second, "toolkit")[0, 0]


def test_words_that_always_come_together_reach_one() -> None:
    always = csr_array([[1], [1], [0], [0]])
    assert pair_npmi(always, always, "document")[0, 0] == pytest.approx(1)


@pytest.mark.parametrize("counting", COUNTINGS)
def test_cross_coherence_is_the_mean_over_all_pairs(counting: Counting) -> None:
    first, second = sides()
    npmi = naive_npmi(first, second, counting)
    words, others = np.array([[0, 1, 2, 3], [8, 5, 3, 1]]), np.array([[0, 1, 2, 3], [6, 5, 4, 3]])
    expected = [sum(npmi[a, b] for a in words[k] for b in others[k]) / 16 for k in range(2)]
    found = cross_coherence(pair_npmi(csr_array(first), csr_array(second), counting), words, others)
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("counting", COUNTINGS)
def test_coherence_is_the_mean_over_pairs_of_different_words(counting: Counting) -> None:
    first, _ = sides()
    npmi = naive_npmi(first, first, counting)
    words = np.array([[0, 1, 2, 3], [8, 5, 3, 1]])
    expected = [np.mean([npmi[a, b] for a, b in combinations(topic, 2)]) for topic in words]
    assert coherence(pair_npmi(csr_array(first), csr_array(first), counting), words) == pytest.approx(expected)


def test_parity_cnpmi() -> None:
    topics, sentences = {}, []
    for lang in ("en", "zh"):
        topics[lang] = [line.split() for line in shared("parity", "cnpmi", f"topics_{lang}.txt").open(encoding="utf-8")]
        lines = shared("parity", "cnpmi", f"ref_{lang}.txt").read_text(encoding="utf-8").split("\n")[:-1]
        sentences += [(f"{number}", lang, line.split(" ")) for number, line in enumerate(lines)]
    known = {lang: sorted({word for topic in topics[lang] for word in topic}) for lang in topics}
    vocabulary = pl.DataFrame(
        [(lang, term, word) for lang in known for term, word in enumerate(known[lang])],
        schema={"lang": pl.String, "term": pl.UInt32, "word": pl.String},
        orient="row",
    )
    tokens = pl.DataFrame(sentences, schema=["pair", "lang", "tokens"], orient="row")
    words = {lang: np.array([[known[lang].index(word) for word in topic] for topic in topics[lang]]) for lang in topics}
    scores = topic_scores(words, reference_counts(tokens, vocabulary), "toolkit")
    assert scores["cnpmi"] == pytest.approx(0.06029, abs=5e-6)
    assert scores["languages"]["en"]["tu"] == pytest.approx(0.70000, abs=5e-6)
    assert scores["languages"]["zh"]["tu"] == pytest.approx(0.68800, abs=5e-6)
