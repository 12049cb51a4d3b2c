"""vocabulary.parquet, the dictionary -> links.parquet."""

from __future__ import annotations

import typer

from pipeline.config.entry import stage
from pipeline.config.parameters import Params
from pipeline.lexicon.links import LinkParams, link_vocabularies
from pipeline.run.layout import LAYOUT
from pipeline.run.record import write_record
from pipeline.tables.catalogue import LINKS, VOCABULARY


@stage
def main() -> None:
    """Link the pivot's words with their translations in every other language."""
    params = Params()
    dictionary = params.top(LinkParams).dictionary
    vocabulary = VOCABULARY.read(LAYOUT.tables, ["lang", "term", "word"])
    LINKS.write(link_vocabularies(vocabulary, dictionary), LAYOUT.tables)
    write_record(LAYOUT.records, "link", params.used, [dictionary])


if __name__ == "__main__":
    typer.run(main)
