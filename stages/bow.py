"""tokens.parquet -> vocabulary.parquet, bow.parquet."""

from __future__ import annotations

import typer

from pipeline.bow.counts import count_words, log_counts
from pipeline.bow.vocabulary import BowParams, build_vocabulary
from pipeline.common.files import read_parquet, write_parquet
from pipeline.common.layout import LAYOUT
from pipeline.common.params import Params
from pipeline.common.runtime import stage


@stage
def main() -> None:
    """Choose the words that count, then count them."""
    params = Params.checked().section("bow", BowParams)
    tokens = read_parquet(LAYOUT.tokens, ["lang", "split", "tokens"])
    vocabulary = build_vocabulary(tokens, tokens["split"], params)
    bow = count_words(tokens, vocabulary)
    log_counts(bow, vocabulary, tokens["lang"])
    write_parquet(vocabulary, LAYOUT.vocabulary)
    write_parquet(bow, LAYOUT.bow)


if __name__ == "__main__":
    typer.run(main)
