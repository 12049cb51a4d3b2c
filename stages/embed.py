"""documents.parquet, tokens.parquet -> embeddings.parquet."""

from __future__ import annotations

import polars as pl
import typer

from pipeline.common.files import read_parquet, write_parquet
from pipeline.common.layout import LAYOUT
from pipeline.common.params import Params
from pipeline.common.runtime import stage


@stage
def main() -> None:
    """Give every document a vector in a space that the languages share."""
    from pipeline.encoders.table import ENCODERS

    params = Params()
    name = params.choice("encoder", ENCODERS)
    kind, make = ENCODERS[name]
    encoder = make(params.section(name, kind), LAYOUT.embedding_cache)
    documents = read_parquet(LAYOUT.documents, ["id", "lang", "split", "text"])
    vectors = encoder.encode(documents.with_columns(read_parquet(LAYOUT.tokens, ["tokens"])))
    column = pl.Series("vector", vectors, dtype=pl.Array(pl.Float32, vectors.shape[1]))
    write_parquet(documents.select("id", "lang", "split").with_columns(column), LAYOUT.embeddings)


if __name__ == "__main__":
    typer.run(main)
