"""Show the finished run on the screen. This is not a stage of the pipeline."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.console import Console

from pipeline.config.entry import stage
from pipeline.report.screen import mend_list, metric_tables, stage_times, topic_words
from pipeline.run.finished import FinishedRun
from pipeline.run.to_mend import to_mend

SAMPLE = "sample"  # the data set in the repository


@stage
def main(since: float = 0.0) -> None:
    """Print stages, topics and metrics; stages that finished before SINCE (Unix time) came from the cache."""
    run = FinishedRun.open(Path())
    console = Console(width=None if Console().is_terminal else 120)
    console.print(stage_times(run.layout.times, since))
    console.print(topic_words(run.words))
    console.print(metric_tables(run.metrics, run.classification, run.intake))
    console.print(mend_list(to_mend(run.records)))
    console.print(f"Open {run.layout.page} in a browser (short form: {run.layout.topics_markdown}). Next: {_next(run)}")


def _next(run: FinishedRun) -> str:
    own_documents = "`path` in params.yaml for your own documents, " if run.parameters["dataset"] == SAMPLE else ""
    return (
        f"{own_documents}`make compare` for other models,\n"
        "or, after `. .venv/bin/activate`, `dvc exp run -S lambda1=40` for another parameter."
    )


if __name__ == "__main__":
    typer.run(main)
