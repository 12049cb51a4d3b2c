"""The comparison as one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.comparison.results import Comparison
from pipeline.figures.style import as_svg, plain_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73")  # distinct for colour-blind people too (Okabe and Ito)
ROW_INCHES, PANEL_INCHES, COLUMNS = 0.42, 3.1, 3


@dataclass(frozen=True)
class Series:
    """The points of one figure: filled for the trained topics, hollow for the start."""

    key: str
    label: str
    colour: str
    hollow: bool = False


@dataclass(frozen=True)
class Panel:
    """A panel for one figure, with one line for each row of the comparison."""

    title: str
    series: Sequence[Series]


def panels(keys: Sequence[str]) -> list[Panel]:
    """The panels for the figures that the runs have."""
    chosen = [_quality(key, keys) for key in ("cnpmi", "tu", "tq")]
    chosen += [
        Panel(f"SVM accuracy, {where} languages", _features(key, keys))
        for key, where in (("intra", "within"), ("cross", "across"))
    ]
    chosen.append(Panel("Retrieval (MRR)", [Series("retrieval/mrr", "theta", COLOURS[0])]))
    return [panel for panel in chosen if any(series.key in keys for series in panel.series)]


def draw_comparison(comparison: Comparison) -> str:
    """Draw the comparison as SVG; the same comparison gives the same bytes."""
    with plain_style("comparison"):
        return as_svg(_figure(comparison))


def _figure(comparison: Comparison) -> Figure:
    from matplotlib.figure import Figure as NewFigure

    shown_panels = panels(comparison.keys)
    panel_rows = max(1, -(-len(shown_panels) // COLUMNS))
    height = panel_rows * (1.5 + ROW_INCHES * len(comparison.rows)) + 0.4
    figure = NewFigure(figsize=(1.8 + PANEL_INCHES * COLUMNS, height), layout="constrained")
    axes = figure.subplots(panel_rows, COLUMNS, sharey=True, squeeze=False).flat
    for ax, panel in zip(axes, shown_panels, strict=False):
        _draw_panel(ax, panel, comparison)
    for ax in list(axes)[len(shown_panels) :]:
        ax.set_axis_off()
    seeds = comparison.seeds
    spread = "bars: one standard deviation over seeds" if len(seeds) > 1 else "one seed"
    figure.suptitle(f"{comparison.title} ({spread})", fontsize=12)
    return figure


def _draw_panel(ax: Axes, panel: Panel, comparison: Comparison) -> None:
    names = comparison.names
    for index, series in enumerate(panel.series):
        shift = (index - (len(panel.series) - 1) / 2) * 0.16
        points = [(place, summary) for place, summary in enumerate(comparison.column(series.key).values()) if summary]
        if not points:  # such as the start, if no model has one
            continue
        ax.errorbar(
            [summary.mean for _, summary in points],
            [place + shift for place, _ in points],
            xerr=[summary.std or 0.0 for _, summary in points],
            fmt="o",
            color=series.colour,
            markerfacecolor="white" if series.hollow else series.colour,
            markersize=6,
            capsize=2,
            label=series.label,
        )
    ax.set_title(panel.title, fontsize=11)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.margins(x=0.08)
    ax.locator_params(axis="x", nbins=4)
    ax.grid(color="#e4e4e4")
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    if ax.get_legend_handles_labels()[0]:  # there are none if no model has the figure, such as NPMI without a reference
        ax.legend(fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.5, 0), borderaxespad=2.4, frameon=False)


def _quality(figure: str, keys: Sequence[str]) -> Panel:
    selections = [key.partition("/")[0] for key in keys if key.endswith(f"/{figure}")]
    series = []
    for name, colour in zip(selections, COLOURS, strict=False):
        series.append(Series(f"{name}/{figure}", name, colour))
        series.append(Series(f"{name}/start {figure}", f"{name}, start", colour, hollow=True))
    return Panel(figure.upper(), series)


def _features(figure: str, keys: Sequence[str]) -> list[Series]:
    kinds = [key.partition("/")[0] for key in keys if key.endswith(f"/{figure}")]
    return [Series(f"{kind}/{figure}", kind, colour) for kind, colour in zip(kinds, COLOURS, strict=False)]
