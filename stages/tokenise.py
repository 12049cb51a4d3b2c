"""documents.parquet, reference.parquet -> tokens.parquet, reference_tokens.parquet."""

from __future__ import annotations

import typer

from pipeline.common.files import read_parquet, write_parquet
from pipeline.common.layout import LAYOUT
from pipeline.common.params import Params
from pipeline.common.runtime import stage
from pipeline.tokens.tokenise import TokeniseParams, tokenise


@stage
def main() -> None:
    """Cut every document, and the reference corpus by the same rules but unfiltered."""
    params = Params.checked().section("tokenise", TokeniseParams)
    documents = read_parquet(LAYOUT.documents, ["id", "lang", "split", "text"])
    keys = documents.select("id", "lang", "split")
    write_parquet(keys.with_columns(tokenise(documents, params)["tokens"]), LAYOUT.tokens)

    reference = read_parquet(LAYOUT.reference, ["pair", "lang", "text"])
    tokens = tokenise(reference, params.for_reference(), filtered=False)
    write_parquet(tokens.insert_column(0, reference["pair"]), LAYOUT.reference_tokens)


if __name__ == "__main__":
    typer.run(main)
