"""vocabulary.parquet, the dictionary, aligned texts and word_vectors.parquet -> links.parquet."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
import typer

from pipeline.config.entry import stage
from pipeline.config.parameters import Params
from pipeline.lexicon.aligned_texts import aligned_texts
from pipeline.lexicon.coverage import dictionary_advice
from pipeline.lexicon.links import LinkParams, languages_without_file, link_vocabularies
from pipeline.run.layout import LAYOUT
from pipeline.run.record import write_record
from pipeline.tables.by_language import ByLanguage
from pipeline.tables.catalogue import DOCUMENTS, LINKS, PARALLEL_TOKENS, TOKENS, VOCABULARY, WORD_VECTORS
from pipeline.tables.vectors import read_vectors


@stage
def main() -> None:
    """Link the pivot's words with their translations in every other language."""
    params = Params()
    dictionary = params.top(LinkParams).dictionary
    vocabulary = VOCABULARY.read(LAYOUT.tables, ["lang", "term", "word"])
    by_language = ByLanguage.of(vocabulary["lang"])
    has_all_files = not languages_without_file(by_language.names, dictionary)
    links = link_vocabularies(vocabulary, dictionary, *((None, None) if has_all_files else _evidence(by_language)))
    LINKS.write(links, LAYOUT.tables)
    write_record(LAYOUT.records, "link", params.used, [dictionary], dictionary_advice(vocabulary, links, dictionary))


def _evidence(words: ByLanguage) -> tuple[pl.DataFrame, Mapping[str, np.ndarray]]:
    """Aligned texts and the words' vectors, of which a dictionary is made."""
    documents = DOCUMENTS.read(LAYOUT.tables, ["lang", "split", "pair"])
    documents = documents.with_columns(TOKENS.read(LAYOUT.tables, ["tokens"]))
    texts = aligned_texts(documents, PARALLEL_TOKENS.read(LAYOUT.tables))
    return texts, words.split(read_vectors(WORD_VECTORS.path(LAYOUT.tables)))


if __name__ == "__main__":
    typer.run(main)
