"""Computes what the page shows from the tables of the run."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.common.wording import some_of
from pipeline.figures.palette import language_colours, language_symbols
from pipeline.languages.codes import language_name
from pipeline.report.breakdown import Breakdown, by_group, by_period
from pipeline.report.projection import in_plane, topic_positions
from pipeline.report.sample import SAMPLE, best_by_language, draw_sample, nearest_documents
from pipeline.report.topic_cards import EXAMPLES, Topic, make_topics
from pipeline.run.finished import FinishedRun
from pipeline.topics.alignment import alignment_matrices, topic_alignment
from pipeline.topics.shares import Difference, Shares, differences

NEIGHBOURS = 3
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Language:
    """A language and how it is drawn."""

    code: str
    name: str
    colour: str
    symbol: str


@dataclass(frozen=True)
class Sampled:
    """The documents on the page.

    Attributes:
        rows: (N,) rows in the table of documents, ascending.
        known: number of documents of the run that have a theta.
        drawn: number of documents drawn at random, if not all are on the page; the others are examples of topics.
        positions: (N, 2) positions of the documents in the plane.
        topics: (K, 2) positions of the topics in the plane.
        neighbours: for each document, language -> places of its nearest documents.
    """

    rows: np.ndarray
    known: int
    drawn: int
    positions: np.ndarray
    topics: np.ndarray
    neighbours: Sequence[Mapping[str, Sequence[int]]]

    @property
    def is_complete(self) -> bool:
        """Whether no document is left out."""
        return len(self.rows) == self.known


@dataclass(frozen=True)
class View:
    """Everything that the page shows about the topics.

    Attributes:
        languages: the languages, the pivot first.
        topics: the topics, the largest first.
        sampled: the documents on the page.
        shares: language -> its topics' shares.
        apart: topics that have a larger share in one language than in another.
        alignment: language -> (K, K) cosines, see :func:`pipeline.topics.alignment.alignment_matrices`.
        groups: shares by group, None without groups.
        periods: shares over time, None without dates.
    """

    languages: Sequence[Language]
    topics: Sequence[Topic]
    sampled: Sampled
    shares: Mapping[str, Shares]
    apart: Sequence[Difference]
    alignment: Mapping[str, np.ndarray]
    groups: Breakdown | None
    periods: Breakdown | None


def compute_view(run: FinishedRun, seed: int, size: int = SAMPLE) -> View:
    """Compute what the page shows.

    Args:
        run: the run.
        seed: seed of the sample and of the map.
        size: number of documents drawn, for all languages together.
    """
    best = best_by_language(run, EXAMPLES)
    matrices = alignment_matrices(run.theta_by_language, run.by_language.split(run.vectors))
    sampled = _sample(run, best, seed, size)
    places = {row: place for place, row in enumerate(sampled.rows.tolist())}
    return View(
        _languages(run.languages),
        make_topics(run, run.shares, topic_alignment(matrices), best, places),
        sampled,
        run.shares,
        differences(run.shares),
        matrices,
        by_group(run.documents, run.theta, run.by_language),
        by_period(run.documents, run.theta, run.by_language),
    )


def _languages(codes: Sequence[str]) -> list[Language]:
    looks = zip(codes, language_colours(len(codes)), language_symbols(len(codes)), strict=True)
    return [Language(code, language_name(code), colour, symbol) for code, colour, symbol in looks]


def _sample(run: FinishedRun, best: Mapping[str, np.ndarray], seed: int, size: int) -> Sampled:
    size_of_language = size // len(run.languages)
    drawn = [draw_sample(run.theta.values, rows, size_of_language, seed) for rows in run.known_documents.values()]
    rows = np.unique(np.concatenate([*drawn, *(examples.ravel() for examples in best.values())])).astype(np.int64)
    theta = run.theta.values[rows]
    positions = in_plane(theta, seed)
    languages = run.documents["lang"].to_numpy()[rows]
    near = nearest_documents(theta, languages, NEIGHBOURS)
    known, count = (sum(map(len, parts)) for parts in (run.known_documents.values(), drawn))
    sampled = Sampled(rows, known, count, positions, topic_positions(theta, positions), near)
    _log_sample(sampled)
    return sampled


def _log_sample(sampled: Sampled) -> None:
    if sampled.is_complete:
        log.info("the map shows every document with a theta: %s", f"{sampled.known:,}")
        return
    log.info(
        "the map shows %s: %d drawn at random; the others are examples of topics",
        some_of(len(sampled.rows), sampled.known, "document"),
        sampled.drawn,
    )
