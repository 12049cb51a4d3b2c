"""How much of each topic the documents of a language hold, and where languages differ by more than chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.special import stdtrit

from pipeline.tables.vectors import Theta

LEVEL = 0.95


@dataclass(frozen=True)
class Shares:
    """Topic shares of a set of documents.

    Attributes:
        mean: (K,) mean theta; zeros without documents.
        error: (K,) standard error of the mean; NaN with fewer than two documents.
        count: documents that have a theta.
    """

    mean: np.ndarray
    error: np.ndarray
    count: int

    def half_width(self, level: float = LEVEL) -> np.ndarray:
        """(K,) half the width of Student's interval of the mean; NaN with fewer than two documents.

        It holds the true mean with probability ``level`` where theta is normally distributed, and about so otherwise.
        """
        return stdtrit(max(0, self.count - 1), (1 + level) / 2) * self.error


@dataclass(frozen=True)
class Difference:
    """A topic that two languages hold different shares of.

    Attributes:
        topic: its number.
        more: the language with the larger share.
        less: the other one.
        gap: difference of the shares, > 0.
        half_width: half the width of its interval, < ``gap``.
    """

    topic: int
    more: str
    less: str
    gap: float
    half_width: float


def topic_shares(theta: Theta) -> Shares:
    """Mean theta with its standard error.

    The mean of many documents is normally distributed whatever theta looks like, so no bootstrap is needed. The error
    is of the draw of documents alone; another training seed would move the topics themselves.

    Args:
        theta: of D documents, of which those that have one count.
    """
    known = theta.of_known.astype(np.float64)
    count = len(known)
    mean = known.mean(axis=0) if count else np.zeros(theta.topics)
    error = known.std(axis=0, ddof=1) / np.sqrt(count) if count > 1 else np.full(theta.topics, np.nan)
    return Shares(mean, error, count)


def largest_first(shares: Mapping[str, Shares]) -> list[int]:
    """The topics by falling share, every language counting alike; of equals the lower number first.

    Args:
        shares: language -> its shares.
    """
    return np.argsort(-np.mean([own.mean for own in shares.values()], axis=0), kind="stable").tolist()


def differences(shares: Mapping[str, Shares], level: float = LEVEL) -> list[Difference]:
    """The topics whose shares differ between languages by more than noise, the largest gap first.

    All topics and pairs of languages are looked at together, so that with about probability ``level`` none of the list
    is there by chance (Bonferroni, with Welch's t for each; of a handful of documents it is a little less). Of a topic
    the pair with the largest gap is listed.

    Args:
        shares: language -> its shares.
        level: probability that no difference is listed that is not there.
    """
    pairs = list(combinations(shares, 2))
    topics = len(next(iter(shares.values())).mean)
    below = 1 - (1 - level) / (2 * max(1, topics * len(pairs)))
    best: dict[int, Difference] = {}
    for pair in pairs:
        for difference in _apart(pair, shares, below):
            if difference.topic not in best or difference.gap > best[difference.topic].gap:
                best[difference.topic] = difference
    return sorted(best.values(), key=lambda difference: (-difference.gap, difference.topic))


def _apart(pair: tuple[str, str], shares: Mapping[str, Shares], below: float) -> list[Difference]:
    first, second = (shares[name] for name in pair)
    gaps = first.mean - second.mean
    halves = stdtrit(_freedom(first, second), below) * np.hypot(first.error, second.error)
    differences_of_pair = []
    for topic in np.flatnonzero(np.abs(gaps) > halves).tolist():
        more, less = pair if gaps[topic] > 0 else pair[::-1]
        differences_of_pair.append(Difference(topic, more, less, float(abs(gaps[topic])), float(halves[topic])))
    return differences_of_pair


def _freedom(first: Shares, second: Shares) -> np.ndarray:
    """(K,) Welch's degrees of freedom of the difference of two means (Welch, Biometrika 34, 1947)."""
    squares = np.stack([first.error**2, second.error**2])
    counts = np.array([[first.count], [second.count]])
    spread = (squares**2 / np.maximum(1, counts - 1)).sum(axis=0)
    return np.maximum(1, squares.sum(axis=0) ** 2 / np.maximum(spread, np.finfo(float).tiny))
