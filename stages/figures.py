"""The finished run -> pictures for papers, reports/figures/*.svg and *.png (``make figures``).

This is not a stage of the pipeline, because the pictures depend on the fonts of the machine.
"""

from __future__ import annotations

from pathlib import Path

import typer

from pipeline.config.entry import stage
from pipeline.figures.draw import write_figures
from pipeline.run.finished import FinishedRun


@stage
def main() -> None:
    """Draw topic words, topic shares, losses and the alignment of the languages."""
    run = FinishedRun.open(Path())
    write_figures(run, run.layout.figures)


if __name__ == "__main__":
    typer.run(main)
