"""documents, tokens, parallel_tokens and vocabulary.parquet -> embeddings, word_vectors.parquet, the encoder."""

from __future__ import annotations

from pathlib import Path

import typer

from pipeline.config.entry import stage
from pipeline.config.parameters import Params
from pipeline.lexicon.aligned_texts import aligned_texts
from pipeline.run.layout import LAYOUT
from pipeline.run.record import write_record
from pipeline.tables.catalogue import DOCUMENTS, EMBEDDINGS, PARALLEL_TOKENS, TOKENS, VOCABULARY, WORD_VECTORS
from pipeline.tables.vectors import vector_column


@stage
def main() -> None:
    """Give every document, and every word of the vocabulary, a vector in a space that the languages share."""
    from pipeline.encoders.all_encoders import ENCODERS
    from pipeline.encoders.encoder import DictionaryMaker, word_table

    params = Params()
    name = params.choice("encoder", ENCODERS)
    kind, make = ENCODERS[name]
    section = params.section(name, kind)
    encoder = make(section, LAYOUT.embedding_cache)
    vocabulary = VOCABULARY.read(LAYOUT.tables, ["lang", "term", "word"])
    documents = DOCUMENTS.read(LAYOUT.tables, ["id", "lang", "split", "text", "pair"])
    documents = documents.with_columns(TOKENS.read(LAYOUT.tables, ["tokens"]))

    if isinstance(encoder, DictionaryMaker):
        encoder.aligned_texts = aligned_texts(documents, PARALLEL_TOKENS.read(LAYOUT.tables))
    encoder.learn(documents)
    encoder.save(LAYOUT.encoder)
    WORD_VECTORS.write(word_table(encoder, vocabulary), LAYOUT.tables)
    vectors = encoder.encode(documents)
    del encoder  # it may need as much memory as the vectors, and writing the vectors needs twice their memory
    keys = documents.select("id", "lang", "split")
    EMBEDDINGS.write(keys.with_columns(vector_column(vectors)), LAYOUT.tables)
    files = [value for _, value in section if isinstance(value, Path)]
    write_record(LAYOUT.records, "embed", params.used, files)


if __name__ == "__main__":
    typer.run(main)
