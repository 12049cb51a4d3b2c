"""A finished run -> reports/topics.md and reports/report.html."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import typer

from pipeline.bow.counts import language_bow
from pipeline.common.arrays import filled
from pipeline.common.files import read_json, read_parquet, write_text
from pipeline.common.layout import LAYOUT
from pipeline.common.params import Params
from pipeline.common.runtime import stage
from pipeline.corpus import read_vectors
from pipeline.report.markdown import topics_report
from pipeline.report.page import report_page
from pipeline.report.params import ReportParams
from pipeline.report.records import read_comparison
from pipeline.report.tables import Records, Run
from pipeline.topics.selection import Selection

DOCUMENTS = ["id", "lang", "split", "text", "label", "date", "group"]


@stage
def main() -> None:
    """Write the topics side by side, as Markdown and as one page with everything else that was found."""
    params = Params.checked()
    chosen = params.top(ReportParams)
    run, records = _run(chosen.top_words), _records(params.values, chosen.comparison)
    write_text(topics_report(run, records.metrics), LAYOUT.report)
    write_text(report_page(run, records, chosen.seed), LAYOUT.page)


def _run(selection: Selection) -> Run:
    documents = read_parquet(LAYOUT.documents, DOCUMENTS)
    vocabulary = read_parquet(LAYOUT.vocabulary, ["lang", "term", "word"])
    words = read_parquet(LAYOUT.topics).filter(pl.col("source") == "trained", pl.col("selection") == selection)
    return Run(
        documents,
        filled(read_parquet(LAYOUT.theta, ["theta"])["theta"]),
        read_vectors(LAYOUT.embeddings),
        words,
        vocabulary,
        language_bow(read_parquet(LAYOUT.bow), vocabulary, documents["lang"]),
        pl.read_csv(LAYOUT.coherence, schema_overrides={"topic": pl.Int64, "cnpmi": pl.Float64}),
        pl.read_csv(LAYOUT.losses, schema_overrides={"epoch": pl.Int64, "term": pl.String, "loss": pl.Float64}),
        words["lang"].unique(maintain_order=True).to_list(),
    )


def _records(values: dict[str, Any], comparison: Path) -> Records:
    return Records(
        values,
        read_json(LAYOUT.intake),
        read_json(LAYOUT.metrics),
        read_json(LAYOUT.classification),
        None if comparison == LAYOUT.none else read_comparison(comparison),
    )


if __name__ == "__main__":
    typer.run(main)
