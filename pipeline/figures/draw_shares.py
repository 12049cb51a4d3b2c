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

KEY, LETTER = 0.35, 0.05  # inches that the mark and a letter of a legend take


def draw_shares(shares: Mapping[str, Shares], labels: Sequence[str], order: Sequence[int], family: list[str]) -> Figure:
    """A row a topic, a mark and an interval a language; documents are drawn anew in the interval, not the training.

    The mark of a single document, which has no interval, is hollow; a language without documents has none.

    Args:
        shares: by language.
        labels: of the K topics.
        order: topics, the first at the top.
        family: fonts of the labels.
    """
    names = [f"{language_name(lang)} ({mine.count:,})" for lang, mine in shares.items()]
    step = 0.9 / len(shares)
    a_topic = max(0.16, min(0.3, (TALLEST - 0.7) / len(order)))
    figure = new_figure(COLUMN, 0.7 + a_topic * len(order))
    ax = figure.subplots()
    places = np.arange(len(order))
    for index, (lang, colour) in enumerate(zip(shares, language_colours(len(shares)), strict=True)):
        mine = shares[lang]
        ax.errorbar(
            mine.mean[order] * 100 if mine.count else np.full(len(order), np.nan),
            places + (index - (len(shares) - 1) / 2) * step * 0.7,
            xerr=_whiskers(mine)[:, order] * 100 if mine.count > 1 else None,
            fmt=MARKERS[index % len(MARKERS)],
            color=colour,
            markerfacecolor=colour if mine.count > 1 else "none",
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
    beside = int(COLUMN / (KEY + LETTER * max(map(len, names))))
    figure.legend(loc="outside upper center", ncols=max(1, min(beside, len(names))), frameon=False, handletextpad=0.2)
    return figure


def _whiskers(shares: Shares) -> np.ndarray:
    """(2, K) how far the intervals reach down and up, cut where no share can be."""
    return np.minimum(shares.half_width(), [shares.mean, 1 - shares.mean])
