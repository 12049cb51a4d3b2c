"""Topics as the page shows them: words with bars, sizes, coherence, alignment, example documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.report.excerpts import Segment, cut, marked
from pipeline.report.probabilities import word_probabilities
from pipeline.report.shares import Shares
from pipeline.report.tables import Run

LABEL_WORDS = 3
EXAMPLES = 3
EXAMPLE_CHARACTERS = 220


@dataclass(frozen=True)
class Word:
    """A top word and the length of its bar, 0 to 1: its probability over that of the topic's best."""

    text: str
    bar: float
    probability: float


@dataclass(frozen=True)
class Example:
    """A document of a topic: its place among the page's documents, and its beginning with the topic's words marked."""

    place: int
    name: str
    share: float
    pieces: Sequence[Segment]


@dataclass(frozen=True)
class Column:
    """A topic in one language."""

    language: str
    share: float
    half_width: float | None
    examples: Sequence[Example]


@dataclass(frozen=True)
class Topic:
    """A topic in all languages.

    Attributes:
        number: as everywhere in the run.
        label: its first words in the pivot.
        columns: one a language.
        ranks: row k has the k-th word of every language, None where a language has fewer.
        size: mean of its shares.
        spread: largest less smallest share.
        cnpmi: mean over language pairs, None where not measured.
        alignment: see :func:`pipeline.report.alignment.topic_alignment`.
    """

    number: int
    label: str
    columns: Sequence[Column]
    ranks: Sequence[Sequence[Word | None]]
    size: float
    spread: float
    cnpmi: float | None
    alignment: float | None


def make_topics(
    run: Run,
    shares: Mapping[str, Shares],
    alignment: np.ndarray | None,
    best: Mapping[str, np.ndarray],
    places: Mapping[int, int],
) -> list[Topic]:
    """All topics, the largest first.

    Args:
        run: its tables.
        shares: language -> its topics' shares.
        alignment: (K,), None with one language.
        best: language -> (K, n) rows of the documents that hold most of each topic.
        places: row of a document -> its place among the page's documents.
    """
    probabilities = word_probabilities(run.words, run.vocabulary, *run.training())
    topics = []
    for number in range(run.topics):
        bars = [_words(run.spelt[lang, number], probabilities[lang, number]) for lang in run.languages]
        held = [float(shares[lang].mean[number]) for lang in run.languages]
        topics.append(
            Topic(
                number,
                " · ".join(run.spelt[run.languages[0], number][:LABEL_WORDS]),
                [_column(run, lang, number, shares[lang], best[lang], places) for lang in run.languages],
                _ranks(bars),
                float(np.mean(held)),
                max(held) - min(held),
                run.cnpmi.get(number),
                None if alignment is None else float(alignment[number]),
            )
        )
    return sorted(topics, key=lambda topic: (-topic.size, topic.number))


def _words(listed: Sequence[str], probabilities: Sequence[float]) -> list[Word]:
    most = max(*probabilities, 1e-12)
    return [Word(word, p / most, p) for word, p in zip(listed, probabilities, strict=True)]


def _ranks(bars: Sequence[Sequence[Word]]) -> list[list[Word | None]]:
    return [[words[k] if k < len(words) else None for words in bars] for k in range(max(map(len, bars)))]


def _column(run: Run, lang: str, number: int, shares: Shares, best: np.ndarray, places: Mapping[int, int]) -> Column:
    half = float(shares.half_width()[number])
    rows = best[number].tolist()
    words = run.spelt[lang, number]
    examples = [
        Example(
            places[row],
            run.documents["id"][row],
            float(run.theta[row, number]),
            marked(cut(run.documents["text"][row], EXAMPLE_CHARACTERS), words),
        )
        for row in rows
    ]
    return Column(lang, float(shares.mean[number]), None if np.isnan(half) else half, examples)
