"""embeddings.parquet, bow.parquet -> clusters.parquet: the pivot cluster of every training document."""

from __future__ import annotations

import polars as pl
import typer

from pipeline.common.files import read_parquet, write_parquet
from pipeline.common.layout import LAYOUT
from pipeline.common.params import Params
from pipeline.common.runtime import stage
from pipeline.corpus import read_vectors, training_documents


@stage
def main() -> None:
    """Cluster the pivot's training documents; the other languages' join the nearest cluster."""
    from pipeline.clusters import ClusterParams, given_clusters, pivot_clusters, warn_of_one_language_clusters

    params = Params.checked().section("cluster", ClusterParams)
    documents = read_parquet(LAYOUT.embeddings, ["id", "lang", "split"])
    rows = training_documents(documents["split"], read_parquet(LAYOUT.bow, ["document"]))
    languages = documents["lang"].to_numpy()[rows]
    if params.labels == LAYOUT.none:
        clusters = pivot_clusters(read_vectors(LAYOUT.embeddings)[rows], languages, params)
    else:
        clusters = given_clusters(params.labels, documents["id"][rows], params.num_topics)
    warn_of_one_language_clusters(clusters, languages, params.num_topics)
    keys = pl.DataFrame({"document": rows.astype("uint32"), "id": documents["id"][rows]})
    write_parquet(keys.with_columns(pl.Series("cluster", clusters)), LAYOUT.clusters)


if __name__ == "__main__":
    typer.run(main)
