"""Export a finished run as a folder to share (``python -m stages.export --output folder``).

This is not a stage of the pipeline.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.config.entry import stage
from pipeline.reuse.export import export
from pipeline.run.finished import FinishedRun


@stage
def main(
    output: Annotated[Path, typer.Option(help="A new or empty folder, or one of an earlier export.")],
    texts: Annotated[bool, typer.Option("--texts/--no-texts", help="Export the documents' texts as well.")] = False,
) -> None:
    """Write model, topics, theta, documents, records and a model card; `pipeline.load(folder)` reads the folder."""
    export(FinishedRun.open(Path()), output, texts)


if __name__ == "__main__":
    typer.run(main)
