"""Infer theta for new documents (``python -m stages.infer --input new.jsonl --output theta.parquet``).

The rows are in the order of the input. Memory grows only by 28 bytes for each row. ``-`` is standard input or standard
output.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.config.entry import stage
from pipeline.documents.formats import Format
from pipeline.reuse.inference import Inference
from pipeline.reuse.new_documents import STANDARD, read_new_documents, reading_rules
from pipeline.reuse.output import InferenceSummary, Rejects, check_outputs, theta_writer
from pipeline.run.finished import FinishedRun
from pipeline.run.layout import LAYOUT

INPUT = "A file of documents in any format of docs/data.md, a folder of such files, or - for standard input."
OUTPUT = (
    "A .parquet or .jsonl file; - writes JSON Lines to standard output. Rejected rows are listed in a CSV beside it."
)
FORMAT = "Format of the rows; by default JSON Lines on standard input. text: one document on each line, see --lang."


@stage
def main(
    source: Annotated[Path, typer.Option("--input", help=INPUT)],
    output: Annotated[Path, typer.Option(help=OUTPUT)],
    model: Annotated[Path, typer.Option(help="The folder of a finished run, or an exported folder.")] = LAYOUT.model,
    form: Annotated[Format | None, typer.Option("--format", help=FORMAT)] = None,
    lang: Annotated[
        str | None, typer.Option(help="Language of the documents, for --format text; without it, it is identified.")
    ] = None,
    rejected: Annotated[Path | None, typer.Option("--rejects", help="A CSV for rejected rows.", dir_okay=False)] = None,
) -> None:
    """Read new documents, tokenise and count them as in training, and infer their topics."""
    rejected = rejected or (None if output == STANDARD else output.with_suffix(".rejects.csv"))
    run = FinishedRun.open(model)
    check_outputs(source, output, rejected, run.layout)
    inference = Inference(run)
    summary = InferenceSummary()
    with Rejects(rejected) as rejects, theta_writer(output) as write:
        for chunk in read_new_documents(source, run.languages, form, lang, rules=reading_rules(run)):
            rejects.add(chunk.rejects)
            table = inference.table(chunk.documents)
            write(table)
            summary.add(table, chunk.rejects.height)
    rejects.log_summary()
    summary.log(output)


if __name__ == "__main__":
    typer.run(main)
