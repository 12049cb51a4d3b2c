"""Clusters that the user gives in a table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from pipeline.common.errors import InputError


def given_clusters(path: Path, ids: pl.Series, topics: int) -> np.ndarray:
    """(D,) int64 clusters from a CSV or Parquet table with the columns ``id`` and ``cluster``.

    Raises:
        InputError: a document has no cluster, or a cluster lies outside 0..num_topics-1.
    """
    table = _read_labels(path)
    if table["id"].is_duplicated().any():
        twice = table.filter(pl.col("id").is_duplicated())["id"][0]
        raise InputError(f"{path}: id {twice!r} stands there more than once; expected one row a document.")
    found = ids.to_frame("id").join(table, on="id", how="left", maintain_order="left")
    missing = found.filter(pl.col("cluster").is_null())["id"]
    if len(missing):
        raise InputError(
            f"{path}: {len(missing)} of {len(ids)} training documents have no cluster: {missing[:10].to_list()}"
        )
    clusters = found["cluster"].to_numpy()
    if clusters.min() < 0 or clusters.max() >= topics:
        raise InputError(
            f"{path}: clusters go from {clusters.min()} to {clusters.max()}; with num_topics {topics} "
            f"they must lie in 0..{topics - 1}."
        )
    return clusters


def _read_labels(path: Path) -> pl.DataFrame:
    """Columns ``id`` (as written, leading zeros and all) and ``cluster``."""
    if not path.is_file():
        raise InputError(f"{path}, the `labels` of the clusters, is not a file.")
    try:
        table = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
        # By way of text: a number with a fraction is no cluster, and must not be cut to one.
        return table.select(pl.col("id").cast(pl.String), pl.col("cluster").cast(pl.String).cast(pl.Int64))
    except pl.exceptions.ColumnNotFoundError as error:
        raise InputError(f"{path}: expected the columns id and cluster, found {table.columns}.") from error
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{path}: expected a table with id and cluster, a whole number; found: {error}") from error
