"""Give new documents their theta (``python -m stages.infer --input new.jsonl --output theta.parquet``).

The rows stand language by language in the model's order, and within a language in the order of the input.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.common.files import write_parquet
from pipeline.common.layout import LAYOUT
from pipeline.common.runtime import stage
from pipeline.models.store import load_run
from pipeline.new_documents import check_output, infer_theta, log_summary, read_new_documents, write_rejects


@stage
def main(
    source: Annotated[Path, typer.Option("--input", help="JSON Lines, CSV or TSV with lang and text.", exists=True)],
    output: Annotated[Path, typer.Option(help="A Parquet file; rejected rows are listed beside it.", dir_okay=False)],
    model: Annotated[Path, typer.Option(help="The folder of a finished run.")] = LAYOUT.model,
) -> None:
    """Read new documents, tokenise and count them as in training, and infer their topics."""
    check_output(output, model)
    run = load_run(model)
    encoder = None
    if run.model.reads == "embeddings":
        from pipeline.encoders.table import load_encoder

        encoder = load_encoder(model / LAYOUT.encoder.name, LAYOUT.embedding_cache)
    documents, rejects = read_new_documents(source, run.model.languages)
    theta = infer_theta(run, documents, encoder)
    write_parquet(theta, output)
    write_rejects(rejects, output.with_suffix(".rejects.csv"))
    log_summary(theta, rejects, output)


if __name__ == "__main__":
    typer.run(main)
