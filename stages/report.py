"""Topics, theta, metrics -> reports/topics.md."""

from __future__ import annotations

from typing import get_args

import polars as pl
import typer

from pipeline.common.arrays import filled
from pipeline.common.files import read_json, read_parquet, write_text
from pipeline.common.layout import LAYOUT
from pipeline.common.params import Params
from pipeline.common.runtime import stage
from pipeline.report.markdown import topics_report
from pipeline.topics.selection import Selection


@stage
def main() -> None:
    """Write the topics side by side, with sizes and example documents."""
    selection = Params.checked().choice("top_words", get_args(Selection))
    chosen = (pl.col("source") == "trained") & (pl.col("selection") == selection)
    report = topics_report(
        read_parquet(LAYOUT.topics).filter(chosen),
        read_parquet(LAYOUT.documents, ["id", "lang", "text"]),
        filled(read_parquet(LAYOUT.theta, ["theta"])["theta"]),
        pl.read_csv(LAYOUT.coherence, schema_overrides={"topic": pl.Int64, "cnpmi": pl.Float64}),
        read_json(LAYOUT.metrics),
    )
    write_text(report, LAYOUT.report)


if __name__ == "__main__":
    typer.run(main)
