"""Coherence and classification; the yardsticks work pair by pair."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import product

import numpy as np
from sklearn.metrics import accuracy_score
from sklearn.svm import SVC

from benchmarks.case import Case, Work, timed
from benchmarks.made_up import count_matrix, labelled_points, word_numbers
from pipeline.evaluation.classify import ClassifyParams, Labelled, classify
from pipeline.evaluation.evaluate import coherence_by_topic
from pipeline.evaluation.reference_counts import Reference

LANGUAGES = ("en", "zh")
REFERENCES, TOKENS, WORDS = 100_000, 20, 5000
TOPICS, TOP = 50, 15
PAIRS = TOPICS * TOP * TOP
TIMED_PAIRS = 45
TRAIN, TEST, FEATURES, CLASSES = 3000, 1000, 50, 6


def cnpmi() -> Case:
    """CNPMI of 50 topics on 100,000 pairs of documents; the yardstick reads every document for every pair of words."""
    return _cnpmi_case(
        Work(_scan_seconds, TIMED_PAIRS / PAIRS),
        f"for each pair of words, a walk over the documents' Python sets (timed on {TIMED_PAIRS} of {PAIRS:,} pairs)",
    )


def cnpmi_index() -> Case:
    """The same; the yardstick is a better plain way, an index from words to documents."""
    return _cnpmi_case(
        Work(lambda: timed(_count_by_index)()),
        "an index from word to Python set of documents is made, and sets are intersected pair by pair",
    )


def svm() -> Case:
    """The classification stage on one kind of features; the yardstick fits an SVM for every direction."""
    parts, params = {lang: _labelled(seed) for seed, lang in enumerate(LANGUAGES)}, ClassifyParams.model_validate({})
    return Case(
        "s",
        Work(timed(lambda: classify(parts, params))),
        Work(timed(lambda: _fit_each_direction(parts))),
        f"2 languages, {TRAIN:,} + {TEST:,} documents, {FEATURES} features, {CLASSES} classes; "
        "scikit-learn's SVC fitted for each of the 4 directions, one after the other",
        repeats=2,
    )


def _cnpmi_case(yardstick: Work, plain: str) -> Case:
    counts = {lang: count_matrix(_numbers(lang), WORDS) for lang in LANGUAGES}
    reference = Reference(counts, {lang: np.ones(REFERENCES, dtype=bool) for lang in LANGUAGES})
    words = dict.fromkeys(LANGUAGES, _top_words())
    return Case(
        "ms",
        Work(timed(lambda: coherence_by_topic(words, reference, "toolkit"))),
        yardstick,
        f"{TOPICS} topics x {TOP} words, {REFERENCES:,} aligned documents of {TOKENS} tokens, counted already; {plain}",
        repeats=5,
    )


def _top_words() -> np.ndarray:
    """(K, T) words, each in only one topic, frequent and rare ones alike."""
    return np.random.default_rng(5).permutation(WORDS)[: TOPICS * TOP].reshape(TOPICS, TOP)


@cache
def _numbers(lang: str) -> np.ndarray:
    return word_numbers(REFERENCES, TOKENS, WORDS, seed=LANGUAGES.index(lang))


@cache
def _document_sets() -> list[list[set[int]]]:
    return [[set(row) for row in _numbers(lang).tolist()] for lang in LANGUAGES]


def _scan_seconds() -> float:
    left, right = _document_sets()
    first, second = _top_words()[0], _top_words()[0]
    pairs = list(product(first.tolist(), second.tolist()))[:: TOP * TOP // TIMED_PAIRS]
    return timed(lambda: [_count_by_scan(left, right, a, b) for a, b in pairs])()


def _count_by_scan(first: list[set[int]], second: list[set[int]], a: int, b: int) -> tuple[int, int, int]:
    """The numbers of documents that have the first word, the second word, and both."""
    with_a = with_b = with_both = 0
    for left, right in zip(first, second, strict=True):
        has_a, has_b = a in left, b in right
        with_a += has_a
        with_b += has_b
        with_both += has_a and has_b
    return with_a, with_b, with_both


def _count_by_index() -> list[int]:
    index = [_index(numbers) for numbers in map(_numbers, LANGUAGES)]
    topics = _top_words().tolist()
    return [len(index[0][a] & index[1][b]) for topic in topics for a, b in product(topic, topic)]


def _index(numbers: np.ndarray) -> dict[int, set[int]]:
    used_words = set(_top_words().ravel().tolist())
    documents_of_word: dict[int, set[int]] = defaultdict(set)
    for document, row in enumerate(numbers.tolist()):
        for word in row:
            if word in used_words:
                documents_of_word[word].add(document)
    return documents_of_word


def _labelled(seed: int) -> Labelled:
    points, labels = labelled_points(TRAIN + TEST, FEATURES, CLASSES, seed)
    return Labelled(points[:TRAIN], labels[:TRAIN], points[TRAIN:], labels[TRAIN:])


def _fit_each_direction(parts: dict[str, Labelled]) -> list[float]:
    return [
        accuracy_score(target.test_labels, SVC().fit(source.train, source.train_labels).predict(target.test))
        for source, target in product(parts.values(), repeat=2)
    ]
