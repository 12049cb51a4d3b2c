"""vocabulary.parquet, the dictionary -> links.parquet."""

from __future__ import annotations

import typer

from pipeline.common.files import read_parquet, write_parquet
from pipeline.common.layout import LAYOUT
from pipeline.common.params import Params
from pipeline.common.runtime import stage
from pipeline.links import LinkParams, link_vocabularies


@stage
def main() -> None:
    """Link the pivot's words with their translations in every other language."""
    vocabulary = read_parquet(LAYOUT.vocabulary, ["lang", "term", "word"])
    write_parquet(link_vocabularies(vocabulary, Params.checked().top(LinkParams).dictionary), LAYOUT.links)


if __name__ == "__main__":
    typer.run(main)
