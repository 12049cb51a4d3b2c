"""embeddings, bow, words and their links -> clusters.parquet: the pivot cluster of every training document."""

from __future__ import annotations

import numpy as np
import polars as pl
import typer

from pipeline.bow.counts import language_bow
from pipeline.clusters.given import given_clusters
from pipeline.clusters.pivot import ClusterParams, cluster_advice, pivot_clusters
from pipeline.config.entry import stage
from pipeline.config.parameters import Params
from pipeline.lexicon.matrices import link_matrices
from pipeline.lexicon.translation import add_translations
from pipeline.run.layout import LAYOUT
from pipeline.run.record import write_record
from pipeline.tables.by_language import ByLanguage, training_documents
from pipeline.tables.catalogue import BOW, CLUSTERS, EMBEDDINGS, LINKS, VOCABULARY, WORD_VECTORS
from pipeline.tables.vectors import read_vectors, unit_rows


@stage
def main() -> None:
    """Cluster the pivot's training documents and assign those of the other languages to the clusters."""
    params = Params()
    section = params.section("cluster", ClusterParams)
    documents = EMBEDDINGS.read(LAYOUT.tables, ["id", "lang", "split"])
    rows = training_documents(documents["split"], BOW.read(LAYOUT.tables, ["document"]))
    languages = documents["lang"].to_numpy()[rows]
    if section.labels:
        clusters = given_clusters(section.labels, documents["id"][rows], section.num_topics)
    else:
        vectors = _vectors(ByLanguage.of(documents["lang"]), rows, section.translated)
        clusters = pivot_clusters(vectors, languages, section)
    advice = cluster_advice(clusters, languages, section.num_topics)
    keys = pl.DataFrame({"document": rows.astype("uint32"), "id": documents["id"][rows]})
    CLUSTERS.write(keys.with_columns(pl.Series("cluster", clusters)), LAYOUT.tables)
    write_record(LAYOUT.records, "cluster", params.used, [section.labels], advice)


def _vectors(documents: ByLanguage, rows: np.ndarray, translated: float) -> np.ndarray:
    """(rows, E) embeddings of the training documents; those of the translated documents are added with their weight."""
    vectors = read_vectors(EMBEDDINGS.path(LAYOUT.tables))[rows]
    if not translated:
        return vectors
    vectors = unit_rows(vectors)
    vocabulary = VOCABULARY.read(LAYOUT.tables, ["lang", "term", "word"])
    word_vectors = ByLanguage.of(vocabulary["lang"]).split(read_vectors(WORD_VECTORS.path(LAYOUT.tables)))
    links = link_matrices(vocabulary, LINKS.read(LAYOUT.tables))
    bows = language_bow(BOW.read(LAYOUT.tables), vocabulary, documents)
    add_translations(vectors, rows, bows, word_vectors, links, documents, translated)
    return vectors


if __name__ == "__main__":
    typer.run(main)
