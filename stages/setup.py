"""The last step of the set-up: DVC's settings for this copy of the project. This is not a stage of the pipeline."""

from __future__ import annotations

from pathlib import Path

import typer

from pipeline.config.entry import stage
from pipeline.workspace.dvc_settings import settle


@stage
def main() -> None:
    """Write what DVC needs to know of the place of this project."""
    settle(Path())


if __name__ == "__main__":
    typer.run(main)
