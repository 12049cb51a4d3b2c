"""A finished run as a folder to share (``python -m stages.export --output folder``); not a stage of the pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, get_args

import typer

from pipeline.common.layout import LAYOUT
from pipeline.common.params import Params
from pipeline.common.runtime import stage
from pipeline.reuse.export import Exported, export
from pipeline.topics.selection import Selection


@stage
def main(
    output: Annotated[Path, typer.Option(help="A new or empty folder, or one of an earlier export.")],
    texts: Annotated[bool, typer.Option("--texts/--no-texts", help="Share the documents' texts too.")] = False,
) -> None:
    """Write model, topics, theta, documents and a model card; `pipeline.load(folder)` reads it."""
    params = Params()
    selection: Selection = params.choice("top_words", get_args(Selection))  # type: ignore[assignment]
    tables = (LAYOUT.topics, LAYOUT.theta, LAYOUT.documents, LAYOUT.metrics, LAYOUT.classification)
    run = Exported(LAYOUT.model, *tables, str(params.values["dataset"]), selection, params.values)
    export(run, output, texts)


if __name__ == "__main__":
    typer.run(main)
