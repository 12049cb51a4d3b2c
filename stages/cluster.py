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
from pipeline.translation import link_matrices, translated_documents, translations


def _translated(languages: pl.Series, rows: np.ndarray) -> np.ndarray:
    """(rows, E) unit vectors of the documents in ``rows``, translated word by word."""
    vocabulary = read_parquet(LAYOUT.vocabulary, ["lang", "term", "word"])
    words, of_word = read_vectors(LAYOUT.word_vectors), vocabulary["lang"].to_numpy()
    links = link_matrices(vocabulary, read_parquet(LAYOUT.links))
    meaning = translations({name: words[of_word == name] for name in links}, links)
    vectors, names = np.zeros((len(rows), words.shape[1]), np.float32), languages.to_numpy()[rows]
    for name, bow in language_bow(read_parquet(LAYOUT.bow), vocabulary, languages).items():
        own = rows_within(languages, name, rows[names == name])
        vectors[names == name] = translated_documents(bow[own], meaning[name])
    return vectors


@stage
def main() -> None:
    """Cluster the pivot's training documents; the other languages' join the nearest cluster."""
    from pipeline.clusters import ClusterParams, given_clusters, pivot_clusters, warn_of_one_language_clusters

    params = Params.checked().section("cluster", ClusterParams)
    documents = read_parquet(LAYOUT.embeddings, ["id", "lang", "split"])
    rows = training_documents(documents["split"], read_parquet(LAYOUT.bow, ["document"]))
    languages = documents["lang"].to_numpy()[rows]
    if params.labels == LAYOUT.none:
        vectors = read_vectors(LAYOUT.embeddings)[rows]
        if params.translated:
            vectors = unit_rows(vectors)
            vectors += params.translated * _translated(documents["lang"], rows)
        clusters = pivot_clusters(vectors, languages, params)
    else:
        clusters = given_clusters(params.labels, documents["id"][rows], params.num_topics)
    warn_of_one_language_clusters(clusters, languages, params.num_topics)
    keys = pl.DataFrame({"document": rows.astype("uint32"), "id": documents["id"][rows]})
    write_parquet(keys.with_columns(pl.Series("cluster", clusters)), LAYOUT.clusters)


if __name__ == "__main__":
    typer.run(main)
