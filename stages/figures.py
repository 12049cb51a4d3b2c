"""The run as pictures for papers -> reports/figures/*.svg and *.png (``make figures``).

Not a stage of the pipeline: the pictures' bytes depend on the fonts of the machine.
"""

from __future__ import annotations

from typing import get_args

import polars as pl
import typer

from pipeline.common.arrays import filled
from pipeline.common.files import read_parquet
from pipeline.common.layout import LAYOUT
from pipeline.common.params import Params
from pipeline.common.runtime import stage
from pipeline.corpus import read_vectors
from pipeline.figures.draw import write_figures
from pipeline.topics.selection import Selection


@stage
def main() -> None:
    """Draw topic words, topic shares, losses and the alignment of the languages."""
    selection = Params().choice("top_words", get_args(Selection))
    table = read_parquet(LAYOUT.topics).filter(source="trained", selection=selection).sort("topic", maintain_order=True)
    words = dict(table.group_by("lang", maintain_order=True).agg("words").iter_rows())
    documents = read_parquet(LAYOUT.theta, ["lang", "theta"])
    rows = {lang: (documents["lang"] == lang).to_numpy() for lang in words}
    theta, vectors = filled(documents["theta"]), read_vectors(LAYOUT.embeddings)
    write_figures(
        words,
        {lang: theta[mine] for lang, mine in rows.items()},
        {lang: vectors[mine] for lang, mine in rows.items()},
        pl.read_csv(LAYOUT.losses, schema_overrides={"epoch": pl.Int64, "term": pl.String, "loss": pl.Float64}),
        LAYOUT.figures,
    )


if __name__ == "__main__":
    typer.run(main)
