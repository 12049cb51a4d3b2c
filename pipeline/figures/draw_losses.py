"""Losses by epoch, one panel for each term, because the terms differ in size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipeline.figures.palette import SAFE
from pipeline.figures.style import COLUMN, new_figure, quiet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TOTAL = "total"


def draw_losses(losses: pl.DataFrame) -> Figure:
    """Draw the losses, at most two panels in a row.

    Args:
        losses: columns epoch, term and loss; at least one row. The terms are weighted; ``total`` is their sum.
    """
    from matplotlib.ticker import MaxNLocator

    terms = sorted(losses["term"].unique(maintain_order=True), key=lambda term: term != TOTAL)
    across = min(2, len(terms))
    rows = -(-len(terms) // across)
    figure = new_figure(COLUMN, 0.25 + 0.95 * rows)
    axes = list(figure.subplots(rows, across, sharex=True, squeeze=False).flat)
    for ax, term in zip(axes, terms, strict=False):
        term_losses = losses.filter(term=term).sort("epoch")
        ax.plot(term_losses["epoch"], term_losses["loss"], color=SAFE[1] if term == TOTAL else SAFE[0])
        ax.set_title(term.replace("_", " "), loc="left", pad=2)
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
        ax.ticklabel_format(axis="y", useOffset=False)
        quiet(ax)
    for ax in axes[len(terms) :]:
        ax.set_axis_off()
    figure.supxlabel("epoch", fontsize="medium")
    return figure
