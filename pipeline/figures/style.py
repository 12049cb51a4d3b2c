"""The common style of all pictures, and writing them to files."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.common.whole_files import whole_file, write_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMN, PAGE, TALLEST = 3.35, 6.9, 9.0  # inches: width of one column of a paper, width of two, height of the text
SMALL, NORMAL = 6.0, 7.0  # points
RESOLUTION = 300  # dots per inch of the PNG
MARKERS = "osD^vPX*"  # one shape for each language, as well as its colour


@contextmanager
def plain_style(salt: str) -> Iterator[None]:
    """Matplotlib's defaults instead of the user's settings; ``salt`` decides the names of elements in an SVG."""
    import matplotlib as mpl

    logging.getLogger("matplotlib").setLevel(logging.WARNING)  # below that it logs messages about fonts
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams["svg.hashsalt"] = salt
        yield


@contextmanager
def paper_style() -> Iterator[None]:
    """The plain style with small text and thin lines."""
    import matplotlib as mpl

    with plain_style("figures"):
        mpl.rcParams.update(
            {
                "font.size": NORMAL,
                "axes.titlesize": NORMAL,
                "axes.labelsize": NORMAL,
                "xtick.labelsize": SMALL,
                "ytick.labelsize": SMALL,
                "legend.fontsize": SMALL,
                "axes.linewidth": 0.5,
                "xtick.major.width": 0.5,
                "ytick.major.width": 0.5,
                "xtick.major.size": 2,
                "ytick.major.size": 2,
                "lines.linewidth": 1,
            }
        )
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, with its size in inches, that is not in matplotlib's global list of figures."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def quiet(ax: Axes) -> None:
    """Remove the box and draw a light grid behind the data."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(color="#e4e4e4", linewidth=0.4)
    ax.set_axisbelow(True)


def as_svg(figure: Figure) -> str:
    """The figure as SVG; the same figure gives the same bytes."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    FigureCanvasSVG(figure)
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def write_figure(figure: Figure, stem: Path) -> None:
    """Write ``stem.svg`` and ``stem.png``; with the same fonts, the same figure gives the same bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    write_text(as_svg(figure), stem.with_suffix(".svg"))
    FigureCanvasAgg(figure)
    with whole_file(stem.with_suffix(".png")) as unfinished:
        figure.savefig(unfinished, format="png", dpi=RESOLUTION, metadata={"Software": None})
