"""Tables to what the page shows."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.documents.languages import language_name
from pipeline.report.alignment import alignment_matrices, topic_alignment
from pipeline.report.breakdown import Breakdown, by_group, by_period
from pipeline.report.palette import language_colours, language_symbols
from pipeline.report.projection import project, topic_positions
from pipeline.report.sample import SAMPLE, best_documents, draw, nearest
from pipeline.report.shares import Difference, Shares, differences, topic_shares
from pipeline.report.tables import Run
from pipeline.report.topics import EXAMPLES, Topic, make_topics

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
    """The documents that the page holds.

    Attributes:
        rows: (N,) in the table of documents, ascending.
        known: documents of the run that have a theta.
        drawn: where some documents are left out, how many were drawn at random; the others are examples of topics.
        positions: (N, 2) in the plane.
        topics: (K, 2) in the plane.
        neighbours: of each document: language -> places of its nearest documents.
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
    """Everything that the page shows of the topics.

    Attributes:
        languages: pivot first.
        topics: the largest first.
        sampled: the documents.
        shares: language -> its topics' shares.
        apart: topics that one language holds more of.
        alignment: language -> (K, K), see :func:`pipeline.report.alignment.alignment_matrices`.
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


def view(run: Run, seed: int, size: int = SAMPLE) -> View:
    """Compute what the page shows.

    Args:
        run: its tables.
        seed: of the sample and of the map.
        size: documents drawn, all languages together.
    """
    shares = {name: topic_shares(run.theta[rows]) for name, rows in run.rows.items()}
    best = {name: best_documents(run.theta, rows, EXAMPLES) for name, rows in run.known.items()}
    matrices = alignment_matrices(run.by_language(run.theta), run.by_language(run.vectors))
    sampled = _sample(run, best, seed, size)
    places = {row: place for place, row in enumerate(sampled.rows.tolist())}
    return View(
        _languages(run.languages),
        make_topics(run, shares, topic_alignment(matrices), best, places),
        sampled,
        shares,
        differences(shares),
        matrices,
        by_group(run.documents, run.theta, run.languages),
        by_period(run.documents, run.theta, run.languages),
    )


def _languages(codes: Sequence[str]) -> list[Language]:
    looks = zip(codes, language_colours(len(codes)), language_symbols(len(codes)), strict=True)
    return [Language(code, language_name(code), colour, symbol) for code, colour, symbol in looks]


def _sample(run: Run, best: Mapping[str, np.ndarray], seed: int, size: int) -> Sampled:
    each = size // len(run.languages)
    drawn = [draw(run.theta, rows, each, seed) for rows in run.known.values()]
    rows = np.unique(np.concatenate([*drawn, *(found.ravel() for found in best.values())])).astype(np.int64)
    theta = run.theta[rows]
    positions = project(theta, seed)
    languages = run.documents["lang"].to_numpy()[rows]
    near = nearest(theta, languages, NEIGHBOURS)
    known, count = (sum(map(len, parts)) for parts in (run.known.values(), drawn))
    sampled = Sampled(rows, known, count, positions, topic_positions(theta, positions), near)
    _tell(sampled)
    return sampled


def _tell(sampled: Sampled) -> None:
    if sampled.is_complete:
        log.info("a map of all %d documents that have topics", sampled.known)
        return
    log.info(
        "a map of %d of %d documents: %d drawn at random, the others examples of topics",
        len(sampled.rows),
        sampled.known,
        sampled.drawn,
    )
