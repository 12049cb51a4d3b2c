"""documents.parquet, tokens.parquet, vocabulary.parquet -> embeddings.parquet, word_vectors.parquet, the encoder."""

from __future__ import annotations

import typer

from pipeline.common.files import read_parquet, write_parquet
from pipeline.common.layout import LAYOUT
from pipeline.common.params import Params
from pipeline.common.runtime import stage


@stage
def main() -> None:
    """Give every document, and every word of the vocabulary, a vector in a space that the languages share."""
    from pipeline.encoders.columns import vector_column, word_table
    from pipeline.encoders.table import ENCODERS

    params = Params.checked()
    name = params.choice("encoder", ENCODERS)
    kind, make = ENCODERS[name]
    encoder = make(params.section(name, kind), LAYOUT.embedding_cache)
    vocabulary = read_parquet(LAYOUT.vocabulary, ["lang", "term", "word"])
    documents = read_parquet(LAYOUT.documents, ["id", "lang", "split", "text"])
    documents = documents.with_columns(read_parquet(LAYOUT.tokens, ["tokens"]))

    encoder.learn(documents)
    encoder.save(LAYOUT.encoder)
    write_parquet(word_table(encoder, vocabulary), LAYOUT.word_vectors)
    vectors = encoder.encode(documents)
    del encoder  # what it holds may be as large as the vectors, which need their memory twice to be written
    keys = documents.select("id", "lang", "split")
    write_parquet(keys.with_columns(vector_column(vectors)), LAYOUT.embeddings)


if __name__ == "__main__":
    typer.run(main)
