"""Run the stages that are not up to date (``python -m stages.reproduce``): ``dvc repro`` with its reasons explained.

This is not a stage of the pipeline.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.config.entry import stage
from pipeline.workspace.reproduce import reproduce


@stage
def main(
    targets: Annotated[list[str] | None, typer.Argument(help="Stages to come to; by default all.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only stages speak, and DVC itself does not.")] = False,
) -> None:
    """Run `dvc repro`, and say in plain words why it stopped, if it did."""
    reproduce(Path(), targets or [], quiet)


if __name__ == "__main__":
    typer.run(main)
