"""documents, tokens, parallel_tokens and vocabulary.parquet -> embeddings, word_vectors.parquet, the encoder."""

from __future__ import annotations

import logging
from pathlib import Path

import typer

from pipeline.config.entry import stage
from pipeline.config.parameters import Params
from pipeline.lexicon.aligned_texts import aligned_texts
from pipeline.lexicon.links import LinkParams
from pipeline.run.layout import LAYOUT
from pipeline.run.record import write_record
from pipeline.tables.catalogue import DOCUMENTS, EMBEDDINGS, PARALLEL_TOKENS, TOKENS, VOCABULARY, WORD_VECTORS
from pipeline.tables.vectors import vector_column

log = logging.getLogger(__name__)


@stage
def main() -> None:
    """Give every document, and every word of the vocabulary, a vector in a space that the languages share."""
    from pipeline.encoders.all_encoders import ENCODERS, make_encoder
    from pipeline.encoders.encoder import DictionaryMaker, word_table

    params = Params()
    vocabulary = VOCABULARY.read(LAYOUT.tables, ["lang", "term", "word"])
    documents = DOCUMENTS.read(LAYOUT.tables, ["id", "lang", "split", "text", "pair"])
    documents = documents.with_columns(TOKENS.read(LAYOUT.tables, ["tokens"]))
    names = _encoders(params, documents["lang"].unique(maintain_order=True).to_list())
    sections = {name: params.section(name, ENCODERS[name][0]) for name in names}
    encoder = make_encoder(sections, LAYOUT.embedding_cache)

    if isinstance(encoder, DictionaryMaker):
        encoder.aligned_texts = aligned_texts(documents, PARALLEL_TOKENS.read(LAYOUT.tables))
    encoder.learn(documents)
    encoder.save(LAYOUT.encoder)
    WORD_VECTORS.write(word_table(encoder, vocabulary), LAYOUT.tables)
    vectors = encoder.encode(documents)
    del encoder  # it may need as much memory as the vectors, and writing the vectors needs twice their memory
    keys = documents.select("id", "lang", "split")
    EMBEDDINGS.write(keys.with_columns(vector_column(vectors)), LAYOUT.tables)
    files = [value for section in sections.values() for _, value in section if isinstance(value, Path)]
    write_record(LAYOUT.records, "embed", params.used, files)


def _encoders(params: Params, languages: list[str]) -> list[str]:
    """The names of the encoders; the record has the name of the one that `auto` stands for."""
    from pipeline.encoders.all_encoders import ENCODERS
    from pipeline.encoders.choice import AUTO, suitable_encoder

    names = params.choices("encoder", (AUTO, *ENCODERS), tuple(ENCODERS))
    if AUTO not in names:
        return names
    name, reason = suitable_encoder(languages, params.top(LinkParams).dictionary)
    log.info("encoder: %s, because %s", name, reason)
    params.used["encoder"] = name
    return [name]


if __name__ == "__main__":
    typer.run(main)
