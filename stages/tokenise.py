"""documents, reference and parallel.parquet -> tokens, reference_tokens and parallel_tokens.parquet."""

from __future__ import annotations

import polars as pl
import typer

from pipeline.config.entry import stage
from pipeline.config.parameters import Params
from pipeline.run.layout import LAYOUT
from pipeline.run.record import write_record
from pipeline.tables.catalogue import DOCUMENTS, PARALLEL, PARALLEL_TOKENS, REFERENCE, REFERENCE_TOKENS, TOKENS
from pipeline.tokens.common_words import leave_out_common_words
from pipeline.tokens.tokenise import TokeniseParams, tokenise, tokeniser_advice


@stage
def main() -> None:
    """Tokenise every document, and the other aligned texts by the same rules but without filtering."""
    params = Params()
    rules = params.section("tokenise", TokeniseParams)
    documents = DOCUMENTS.read(LAYOUT.tables, ["id", "lang", "split", "text"])
    cut, common_words = leave_out_common_words(documents.with_columns(tokenise(documents, rules)["tokens"]), rules)
    TOKENS.write(documents.with_columns(cut), LAYOUT.tables)

    reference = REFERENCE.read(LAYOUT.tables)
    REFERENCE_TOKENS.write(_with_tokens(reference, rules), LAYOUT.tables)
    parallel = PARALLEL.read(LAYOUT.tables)
    PARALLEL_TOKENS.write(_with_tokens(parallel, rules), LAYOUT.tables)
    languages = documents["lang"].unique(maintain_order=True)
    advice = [*tokeniser_advice(languages, rules), *(common.advice for common in common_words if common.words)]
    write_record(LAYOUT.records, "tokenise", params.used, [rules.stopwords], advice)


def _with_tokens(aligned: pl.DataFrame, rules: TokeniseParams) -> pl.DataFrame:
    return aligned.with_columns(tokenise(aligned, rules.for_reference(), filtered=False)["tokens"])


if __name__ == "__main__":
    typer.run(main)
