"""Topics as the page shows them: words with bars, sizes, coherence, alignment, example documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.report.excerpts import Segment, cut, marked
from pipeline.run.finished import FinishedRun
from pipeline.tables.by_language import words_by_language
from pipeline.topics.shares import Shares
from pipeline.topics.top_words import training_mass

LABEL_WORDS = 3
EXAMPLES = 3
EXAMPLE_CHARACTERS = 220


@dataclass(frozen=True)
class TopWord:
    """A top word; its bar, from 0 to 1, is its probability divided by that of the topic's most probable word shown."""

    text: str
    bar: float
    probability: float


@dataclass(frozen=True)
class Example:
    """An example document: its place in the page's list of documents; its beginning with the topic's words marked."""

    place: int
    name: str
    share: float
    pieces: Sequence[Segment]


@dataclass(frozen=True)
class TopicColumn:
    """A topic in one language."""

    language: str
    share: float
    half_width: float | None
    examples: Sequence[Example]


@dataclass(frozen=True)
class Topic:
    """A topic in all languages.

    Attributes:
        number: the topic's number in the run.
        label: the topic's first words in the pivot.
        columns: one column for each language.
        ranks: row k has the k-th word of every language, None where a language has fewer words.
        size: mean of the topic's shares over the languages.
        spread: the largest share minus the smallest.
        cnpmi: mean over language pairs, None where it was not measured.
        alignment: see :func:`pipeline.topics.alignment.topic_alignment`.
    """

    number: int
    label: str
    columns: Sequence[TopicColumn]
    ranks: Sequence[Sequence[TopWord | None]]
    size: float
    spread: float
    cnpmi: float | None
    alignment: float | None


def make_topics(
    run: FinishedRun,
    shares: Mapping[str, Shares],
    alignment: np.ndarray | None,
    best: Mapping[str, np.ndarray],
    places: Mapping[int, int],
) -> list[Topic]:
    """All topics, the largest first.

    Args:
        run: the run.
        shares: language -> its topics' shares.
        alignment: (K,) alignment of each topic, None if there is only one language.
        best: language -> (K, n) rows of the documents with the largest share of each topic.
        places: row of a document -> its place in the page's list of documents.
    """
    masses = training_mass(run.theta, run.is_training, run.by_language, run.bows)
    probabilities = top_word_shares(run.words, words_by_language(run.vocabulary), masses)
    topics = []
    for number in range(run.topics):
        bars = [_words(run.words[lang][number], probabilities[lang, number]) for lang in run.languages]
        topic_shares = [float(shares[lang].mean[number]) for lang in run.languages]
        topics.append(
            Topic(
                number,
                " · ".join(run.words[run.languages[0]][number][:LABEL_WORDS]),
                [_column(run, lang, number, shares[lang], best[lang], places) for lang in run.languages],
                _ranks(bars),
                float(np.mean(topic_shares)),
                max(topic_shares) - min(topic_shares),
                run.cnpmi.get(number),
                None if alignment is None else float(alignment[number]),
            )
        )
    return sorted(topics, key=lambda topic: (-topic.size, topic.number))


def _words(words: Sequence[str], probabilities: Sequence[float]) -> list[TopWord]:
    highest = max(*probabilities, 1e-12)
    return [TopWord(word, p / highest, p) for word, p in zip(words, probabilities, strict=True)]


def _ranks(bars: Sequence[Sequence[TopWord]]) -> list[list[TopWord | None]]:
    return [[words[k] if k < len(words) else None for words in bars] for k in range(max(map(len, bars)))]


def _column(
    run: FinishedRun, lang: str, number: int, shares: Shares, best: np.ndarray, places: Mapping[int, int]
) -> TopicColumn:
    half = float(shares.half_width()[number])
    rows = best[number].tolist()
    words = run.words[lang][number]
    examples = [
        Example(
            places[row],
            run.documents["id"][row],
            float(run.theta.values[row, number]),
            marked(cut(run.documents["text"][row], EXAMPLE_CHARACTERS), words),
        )
        for row in rows
    ]
    return TopicColumn(lang, float(shares.mean[number]), None if np.isnan(half) else half, examples)


def top_word_shares(
    words: Mapping[str, Sequence[Sequence[str]]],
    vocabulary: Mapping[str, Sequence[str]],
    masses: Mapping[str, np.ndarray],
) -> dict[tuple[str, int], list[float]]:
    """(language, topic) -> the share of each top word among the words of the topic's training documents.

    The words of a document are divided among the topics by its theta, as in
    :func:`pipeline.topics.selection.topic_mass`. This works for every model and selection; beta does not, because it is
    not a probability in every model.

    Args:
        words: language -> topic -> top words.
        vocabulary: language -> its V words, in the order of the terms.
        masses: language -> (K, V) from :func:`pipeline.topics.top_words.training_mass`.
    """
    shares = {}
    for language, mass in masses.items():
        probability = mass / np.maximum(mass.sum(axis=1, keepdims=True), 1e-12)
        term = {word: number for number, word in enumerate(vocabulary[language])}
        for topic, top_words in enumerate(words[language]):
            shares[language, topic] = probability[topic, [term[word] for word in top_words]].tolist()
    return shares
