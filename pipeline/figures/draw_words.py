"""Topic words: one small panel for each topic, with the words of all languages side by side."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from pipeline.figures.palette import language_colours
from pipeline.figures.style import NORMAL, PAGE, SMALL, TALLEST, new_figure
from pipeline.languages.codes import language_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WORDS = 8  # words shown of each topic in each language
LONGEST = 36  # letters of a word; a longer word is cut
NARROWEST, LINE = 0.78, 0.125  # inches: the least width of a column, and the height of a line
CELL, GAP = 0.065, 2  # inches of a Latin letter (a Chinese character takes two cells); cells between columns
HEAD = 0.42  # inches: the height of a panel's title and languages
SpeltWords = Mapping[str, Sequence[Sequence[str]]]  # language -> topic -> words, the best first
Families = Mapping[str, Sequence[str]]  # language -> fonts


def draw_words(words: SpeltWords, order: Sequence[int], families: Families) -> list[Figure]:
    """Draw one figure for each page, with the topics in ``order``.

    Args:
        words: words of the K topics in each language.
        order: order of the topics.
        families: fonts of each language, from :func:`pipeline.figures.fonts.families`.
    """
    columns = {lang: _column_width(lang, topics) for lang, topics in words.items()}
    across = max(1, int(PAGE / sum(columns.values())))
    height = HEAD + LINE * WORDS
    per_page = across * max(1, int(TALLEST / height))
    pages = [order[start : start + per_page] for start in range(0, len(order), per_page)]
    return [_page(words, page, columns, across, height, families) for page in pages]


def _column_width(lang: str, topics: Sequence[Sequence[str]]) -> float:
    """Inches that the language's words and its name need."""
    shown = [language_name(lang), *(shortened(word, LONGEST) for topic in topics for word in topic[:WORDS])]
    return max(NARROWEST, CELL * (max(sum(_cells(text)) for text in shown) + GAP))


def _page(
    words: SpeltWords,
    topics: Sequence[int],
    columns: Mapping[str, float],
    across: int,
    height: float,
    families: Families,
) -> Figure:
    rows = -(-len(topics) // across)
    figure = new_figure(max(PAGE, sum(columns.values())), rows * height)
    axes = list(figure.subplots(rows, across, squeeze=False).flat)
    for ax, topic in zip(axes, topics, strict=False):
        topic_words = {lang: [shortened(word, LONGEST) for word in words[lang][topic][:WORDS]] for lang in words}
        _panel(ax, topic, topic_words, columns, families)
    for ax in axes[len(topics) :]:
        ax.set_axis_off()
    return figure


def shortened(word: str, cells: int) -> str:
    """The word, cut with an ellipsis if it is wider than ``cells``."""
    widths = _cells(word)
    if sum(widths) <= cells:
        return word
    fitting = [end for end in range(len(word)) if sum(widths[:end]) < cells]
    return word[: fitting[-1]] + "…"


def _cells(text: str) -> list[int]:
    """The width of each character in Latin letters."""
    return [2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text]


def _panel(
    ax: Axes, topic: int, words: Mapping[str, Sequence[str]], columns: Mapping[str, float], families: Families
) -> None:
    ends = list(accumulate(columns.values()))
    ax.set_axis_off()
    ax.set_xlim(0, ends[-1])
    ax.set_ylim(WORDS + 0.6, -1.2)
    ax.set_title(f"Topic {topic}", fontsize=NORMAL, fontweight="bold", loc="left", pad=1)
    for lang, end, colour in zip(words, ends, language_colours(len(words)), strict=True):
        start = end - columns[lang]
        ax.text(start, -0.3, language_name(lang), fontsize=SMALL, color=colour, fontweight="bold")
        ax.plot([start, end - CELL], [-0.05, -0.05], color=colour, linewidth=0.8)
        for row, word in enumerate(words[lang]):
            ax.text(start, row + 0.8, word, fontsize=NORMAL, family=list(families[lang]), parse_math=False)
