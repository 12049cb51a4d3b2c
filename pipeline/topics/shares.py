"""The share of each topic in the documents of a language, and where languages differ by more than chance."""

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
        count: number of documents that have a theta.
    """

    mean: np.ndarray
    error: np.ndarray
    count: int

    def half_width(self, level: float = LEVEL) -> np.ndarray:
        """(K,) half the width of Student's interval of the mean; NaN with fewer than two documents.

        The interval contains the true mean with probability ``level`` if theta is normally distributed, and with about
        this probability otherwise.
        """
        return stdtrit(max(0, self.count - 1), (1 + level) / 2) * self.error


@dataclass(frozen=True)
class Difference:
    """A topic that has different shares in two languages.

    Attributes:
        topic: number of the topic.
        more: the language with the larger share.
        less: the language with the smaller share.
        gap: difference of the shares, > 0.
        half_width: half the width of the interval of the difference, < ``gap``.
    """

    topic: int
    more: str
    less: str
    gap: float
    half_width: float


def topic_shares(theta: Theta) -> Shares:
    """Mean theta with its standard error.

    The mean of many documents is normally distributed, whatever the distribution of theta, so no bootstrap is needed.
    The error covers only the random choice of documents; another training seed would move the topics themselves.

    Args:
        theta: theta of D documents; documents without a theta do not count.
    """
    known = theta.of_known.astype(np.float64)
    count = len(known)
    mean = known.mean(axis=0) if count else np.zeros(theta.topics)
    error = known.std(axis=0, ddof=1) / np.sqrt(count) if count > 1 else np.full(theta.topics, np.nan)
    return Shares(mean, error, count)


def largest_first(shares: Mapping[str, Shares]) -> list[int]:
    """The topics by falling share, with the same weight for every language; equal topics are in order of their number.

    Args:
        shares: language -> its topic shares.
    """
    return np.argsort(-np.mean([share.mean for share in shares.values()], axis=0), kind="stable").tolist()


def differences(shares: Mapping[str, Shares], level: float = LEVEL) -> list[Difference]:
    """The topics whose shares differ between languages by more than noise, the largest gap first.

    All topics and pairs of languages are tested together: with a probability of about ``level``, no listed difference
    is due to chance (Bonferroni, with Welch's t for each; with very few documents the probability is a little lower).
    For each topic only the pair of languages with the largest gap is listed.

    Args:
        shares: language -> its topic shares.
        level: probability that no difference is listed by chance.
    """
    pairs = list(combinations(shares, 2))
    topics = len(next(iter(shares.values())).mean)
    quantile = 1 - (1 - level) / (2 * max(1, topics * len(pairs)))
    best: dict[int, Difference] = {}
    for pair in pairs:
        for difference in _apart(pair, shares, quantile):
            if difference.topic not in best or difference.gap > best[difference.topic].gap:
                best[difference.topic] = difference
    return sorted(best.values(), key=lambda difference: (-difference.gap, difference.topic))


def _apart(pair: tuple[str, str], shares: Mapping[str, Shares], quantile: float) -> list[Difference]:
    first, second = (shares[name] for name in pair)
    gaps = first.mean - second.mean
    half_widths = stdtrit(_freedom(first, second), quantile) * np.hypot(first.error, second.error)
    differences_of_pair = []
    for topic in np.flatnonzero(np.abs(gaps) > half_widths).tolist():
        more, less = pair if gaps[topic] > 0 else pair[::-1]
        differences_of_pair.append(Difference(topic, more, less, float(abs(gaps[topic])), float(half_widths[topic])))
    return differences_of_pair


def _freedom(first: Shares, second: Shares) -> np.ndarray:
    """(K,) Welch's degrees of freedom for the difference of two means (Welch, Biometrika 34, 1947)."""
    squares = np.stack([first.error**2, second.error**2])
    counts = np.array([[first.count], [second.count]])
    spread = (squares**2 / np.maximum(1, counts - 1)).sum(axis=0)
    return np.maximum(1, squares.sum(axis=0) ** 2 / np.maximum(spread, np.finfo(float).tiny))
