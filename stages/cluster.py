"""embeddings, bow, words and their links -> clusters.parquet: the pivot cluster of every training document."""

from __future__ import annotations

import numpy as np
import polars as pl
import typer

from pipeline.bow.counts import language_bow
from pipeline.common.arrays import unit_rows
from pipeline.common.files import read_parquet, write_parquet
from pipeline.common.layout import LAYOUT
from pipeline.common.params import Params
from pipeline.common.runtime import stage
from pipeline.corpus import read_vectors, rows_within, training_documents
from pipeline.translation import link_matrices, log_translated, translated_documents, translations


def _add_translated(vectors: np.ndarray, languages: pl.Series, rows: np.ndarray, weight: float) -> None:
    """Add to each of the documents in ``rows`` its translation word by word, in place.

    Args:
        vectors: (rows, E) of those documents.
        languages: the language of every document of the table.
        rows: row numbers in that table, ascending.
        weight: of the translation, a unit vector.
    """
    vocabulary = read_parquet(LAYOUT.vocabulary, ["lang", "term", "word"])
    words, of_word = read_vectors(LAYOUT.word_vectors), vocabulary["lang"].to_numpy()
    links = link_matrices(vocabulary, read_parquet(LAYOUT.links))
    meaning = translations({name: words[of_word == name] for name in links}, links)
    names = languages.to_numpy()[rows]
    for name, bow in language_bow(read_parquet(LAYOUT.bow), vocabulary, languages).items():
        own = rows_within(languages, name, rows[names == name])
        translated = translated_documents(bow[own], meaning[name])
        log_translated(name, meaning[name], translated)
        vectors[names == name] += weight * translated


@stage
def main() -> None:
    """Cluster the pivot's training documents; the other languages' join the clusters."""
    from pipeline.clusters import ClusterParams, given_clusters, pivot_clusters, warn_of_one_language_clusters

    params = Params.checked().section("cluster", ClusterParams)
    documents = read_parquet(LAYOUT.embeddings, ["id", "lang", "split"])
    rows = training_documents(documents["split"], read_parquet(LAYOUT.bow, ["document"]))
    languages = documents["lang"].to_numpy()[rows]
    if params.labels == LAYOUT.none:
        vectors = read_vectors(LAYOUT.embeddings)[rows]
        if params.translated:
            vectors = unit_rows(vectors)
            _add_translated(vectors, documents["lang"], rows, params.translated)
        clusters = pivot_clusters(vectors, languages, params)
    else:
        clusters = given_clusters(params.labels, documents["id"][rows], params.num_topics)
    warn_of_one_language_clusters(clusters, languages, params.num_topics)
    keys = pl.DataFrame({"document": rows.astype("uint32"), "id": documents["id"][rows]})
    write_parquet(keys.with_columns(pl.Series("cluster", clusters)), LAYOUT.clusters)


if __name__ == "__main__":
    typer.run(main)
