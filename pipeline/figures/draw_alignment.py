"""Is a topic about the same subject in two languages? Cosines between topics of the pivot and another language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipeline.figures.style import COLUMN, PAGE, SMALL, new_figure
from pipeline.languages.codes import language_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EVERY = 20  # up to so many topics, each one has its number at the edge


def draw_alignment(matrices: Mapping[str, np.ndarray], pivot: str, order: Sequence[int]) -> Figure:
    """Draw one matrix for each language, two in a row; a clear diagonal means that topics are about the same subject.

    Args:
        matrices: language -> (K, K) cosines; the rows are the pivot's topics.
        pivot: the pivot language.
        order: order of the topics; the first one is at the top and at the left.
    """
    across = min(2, len(matrices))
    rows = -(-len(matrices) // across)
    figure = new_figure(COLUMN if across == 1 else PAGE, (2.75 if across == 1 else 3.2) * rows)
    axes = list(figure.subplots(rows, across, squeeze=False).flat)
    ticks = range(0, len(order), 1 if len(order) <= EVERY else 5)
    for ax, (lang, matrix) in zip(axes, matrices.items(), strict=False):
        image = ax.imshow(matrix[np.ix_(order, order)], cmap="RdBu", vmin=-1, vmax=1, interpolation="nearest")
        names = [str(order[tick]) for tick in ticks]
        ax.set_xticks(ticks, names, fontsize=SMALL)
        ax.set_yticks(ticks, names, fontsize=SMALL)
        ax.set_xlabel(f"topic in {language_name(lang)}")
        ax.set_ylabel(f"topic in {language_name(pivot)}")
        ax.spines[:].set_visible(False)
    for ax in axes[len(matrices) :]:
        ax.set_axis_off()
    bar = figure.colorbar(image, ax=axes, shrink=0.7 / rows, aspect=25, pad=0.02)
    bar.set_label("cosine of mean document vectors")
    bar.outline.set_visible(False)
    return figure
