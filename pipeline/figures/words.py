"""Topic words: a small panel a topic, the words of every language side by side."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pipeline.figures.style import NORMAL, PAGE, SMALL, TALLEST, new_figure
from pipeline.report.palette import language_colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WORDS = 8  # a topic and language
WORD_WIDTH, LINE = 0.78, 0.125  # inches
CELL = 0.065  # inches that a Latin letter takes; a Chinese character takes two
HEAD = 0.42  # inches of a panel's title and languages

Words = Mapping[str, Sequence[Sequence[str]]]  # language -> topic -> words, best first
Families = Mapping[str, Sequence[str]]  # language -> fonts


def draw_words(words: Words, order: Sequence[int], families: Families) -> list[Figure]:
    """One figure a page, the topics in the order given.

    Args:
        words: of K topics in each language.
        order: topics, the first one first.
        families: fonts by language, from :func:`pipeline.figures.fonts.families`.
    """
    across = max(1, int(PAGE / (WORD_WIDTH * len(words))))
    height = HEAD + LINE * WORDS
    a_page = across * max(1, int(TALLEST / height))
    pages = [order[start : start + a_page] for start in range(0, len(order), a_page)]
    return [_page(words, page, across, height, families) for page in pages]


def _page(words: Words, topics: Sequence[int], across: int, height: float, families: Families) -> Figure:
    rows = -(-len(topics) // across)
    width = max(PAGE, WORD_WIDTH * len(words))
    figure = new_figure(width, rows * height)
    axes = list(figure.subplots(rows, across, squeeze=False).flat)
    cells = int(width / (across * len(words)) / CELL) - 1
    for ax, topic in zip(axes, topics, strict=False):
        listed = {lang: [shortened(word, cells) for word in words[lang][topic][:WORDS]] for lang in words}
        _panel(ax, topic, listed, families)
    for ax in axes[len(topics) :]:
        ax.set_axis_off()
    return figure


def shortened(word: str, cells: int) -> str:
    """The word, cut with an ellipsis where it would run into its neighbour."""
    widths = [2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in word]
    if sum(widths) <= cells:
        return word
    fitting = [end for end in range(len(word)) if sum(widths[:end]) < cells]
    return word[: fitting[-1]] + "…"


def _panel(ax: Axes, topic: int, words: Mapping[str, Sequence[str]], families: Families) -> None:
    ax.set_axis_off()
    ax.set_xlim(0, len(words))
    ax.set_ylim(WORDS + 0.6, -1.2)
    ax.set_title(f"Topic {topic}", fontsize=NORMAL, fontweight="bold", loc="left", pad=1)
    for column, (lang, colour) in enumerate(zip(words, language_colours(len(words)), strict=True)):
        ax.text(column, -0.3, lang, fontsize=SMALL, color=colour, fontweight="bold")
        ax.plot([column, column + 0.92], [-0.05, -0.05], color=colour, linewidth=0.8)
        for row, word in enumerate(words[lang]):
            ax.text(column, row + 0.8, word, fontsize=NORMAL, family=list(families[lang]), parse_math=False)
