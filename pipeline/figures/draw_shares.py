"""Topic shares by language, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipeline.figures.palette import language_colours
from pipeline.figures.style import COLUMN, MARKERS, TALLEST, new_figure, quiet
from pipeline.languages.codes import language_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pipeline.topics.shares import Shares

KEY, LETTER = 0.35, 0.05  # inches: the width of a mark in the legend, and of a letter


def draw_shares(shares: Mapping[str, Shares], labels: Sequence[str], order: Sequence[int], family: list[str]) -> Figure:
    """Draw one row for each topic, with a mark and an interval for each language.

    The intervals include the randomness of the documents, but not that of training. The mark of a single document is
    hollow, because it has no interval; a language without documents has no mark.

    Args:
        shares: language -> its topics' shares.
        labels: labels of the K topics.
        order: order of the topics; the first one is at the top.
        family: fonts of the labels.
    """
    names = [f"{language_name(lang)} ({language_shares.count:,})" for lang, language_shares in shares.items()]
    step = 0.9 / len(shares)
    topic_height = max(0.16, min(0.3, (TALLEST - 0.7) / len(order)))
    figure = new_figure(COLUMN, 0.7 + topic_height * len(order))
    ax = figure.subplots()
    places = np.arange(len(order))
    for index, (lang, colour) in enumerate(zip(shares, language_colours(len(shares)), strict=True)):
        language_shares = shares[lang]
        ax.errorbar(
            language_shares.mean[order] * 100 if language_shares.count else np.full(len(order), np.nan),
            places + (index - (len(shares) - 1) / 2) * step * 0.7,
            xerr=_whiskers(language_shares)[:, order] * 100 if language_shares.count > 1 else None,
            fmt=MARKERS[index % len(MARKERS)],
            color=colour,
            markerfacecolor=colour if language_shares.count > 1 else "none",
            markersize=2.6,
            elinewidth=0.8,
            label=names[index],
        )
    quiet(ax)
    ax.grid(visible=False, axis="y")
    for edge in places[:-1] + 0.5:
        ax.axhline(edge, color="#e4e4e4", linewidth=0.4)
    ax.set_yticks(places, [labels[topic] for topic in order], family=family, parse_math=False)
    ax.set_ylim(len(order) - 0.5, -0.5)
    ax.set_xlim(left=0)
    ax.set_xlabel("share, % (95 % interval)")
    legend_columns = int(COLUMN / (KEY + LETTER * max(map(len, names))))
    figure.legend(
        loc="outside upper center", ncols=max(1, min(legend_columns, len(names))), frameon=False, handletextpad=0.2
    )
    return figure


def _whiskers(shares: Shares) -> np.ndarray:
    """(2, K) lengths of the intervals below and above the mean, cut at shares of 0 and 1."""
    return np.minimum(shares.half_width(), [shares.mean, 1 - shares.mean])
