"""Show the finished run on the screen; not a stage of the pipeline."""

from __future__ import annotations

from typing import get_args

import polars as pl
import typer
from rich.console import Console

from pipeline.common.files import read_json, read_parquet
from pipeline.common.layout import LAYOUT
from pipeline.common.params import Params
from pipeline.common.runtime import stage
from pipeline.summary import metric_tables, stage_times, topic_words
from pipeline.topics.selection import Selection

SAMPLE = "sample"  # the data set that ships


@stage
def main(since: float = 0.0) -> None:
    """Print stages, topics and metrics; stages that finished before SINCE (Unix time) came from the cache."""
    params = Params()
    selection = params.choice("top_words", get_args(Selection))
    chosen = (pl.col("source") == "trained") & (pl.col("selection") == selection)
    console = Console(width=None if Console().is_terminal else 120)
    console.print(stage_times(LAYOUT.times, since))
    console.print(topic_words(read_parquet(LAYOUT.topics).filter(chosen)))
    console.print(metric_tables(read_json(LAYOUT.metrics), read_json(LAYOUT.classification)))
    console.print(f"Open {LAYOUT.page} in a browser (in brief: {LAYOUT.report}). Next: {_next(params)}")


def _next(params: Params) -> str:
    own = "`path` in params.yaml for your own documents, " if params.values.get("dataset") == SAMPLE else ""
    return f"{own}`dvc exp run -S lambda1=40` for another parameter,\n`make compare` for other models."


if __name__ == "__main__":
    typer.run(main)
