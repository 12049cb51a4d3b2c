"""tokens.parquet -> vocabulary.parquet, bow.parquet."""

from __future__ import annotations

import typer

from pipeline.bow.counts import count_words
from pipeline.bow.documents_without import wordless_advice
from pipeline.bow.vocabulary import BowParams, build_vocabulary
from pipeline.config.entry import stage
from pipeline.config.parameters import Params
from pipeline.run.layout import LAYOUT
from pipeline.run.record import write_record
from pipeline.tables.catalogue import BOW, TOKENS, VOCABULARY


@stage
def main() -> None:
    """Choose the words of the vocabulary, then count them in each document."""
    params = Params()
    bounds = params.section("bow", BowParams)
    tokens = TOKENS.read(LAYOUT.tables, ["lang", "split", "tokens"])
    vocabulary = build_vocabulary(tokens, tokens["split"], bounds)
    bow = count_words(tokens, vocabulary)
    advice = wordless_advice(bow, vocabulary, tokens["lang"], bounds)
    VOCABULARY.write(vocabulary, LAYOUT.tables)
    BOW.write(bow, LAYOUT.tables)
    write_record(LAYOUT.records, "bow", params.used, [bounds.vocabulary], advice)


if __name__ == "__main__":
    typer.run(main)
