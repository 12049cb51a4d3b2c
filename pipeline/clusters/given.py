"""Clusters that the user gives in a table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from pipeline.common.errors import InputError
from pipeline.common.wording import some_of


def given_clusters(path: Path, ids: pl.Series, topics: int) -> np.ndarray:
    """(D,) int64 clusters from a CSV or Parquet table with the columns ``id`` and ``cluster``.

    Raises:
        InputError: a document has no cluster, or a cluster is outside 0..num_topics-1.
    """
    table = _read_labels(path)
    if table["id"].is_duplicated().any():
        repeated = table.filter(pl.col("id").is_duplicated())["id"][0]
        raise InputError(f"{path}: id {repeated!r} occurs more than once; expected one row for each document.")
    labels = ids.to_frame("id").join(table, on="id", how="left", maintain_order="left")
    missing = labels.filter(pl.col("cluster").is_null())["id"]
    if len(missing):
        raise InputError(
            f"{path}: no cluster for {some_of(len(missing), len(ids), 'training document')}: {missing[:10].to_list()}"
        )
    clusters = labels["cluster"].to_numpy()
    if clusters.min() < 0 or clusters.max() >= topics:
        raise InputError(
            f"{path}: clusters go from {clusters.min()} to {clusters.max()}; with num_topics {topics} "
            f"they must lie in 0..{topics - 1}."
        )
    return clusters


def _read_labels(path: Path) -> pl.DataFrame:
    """The columns ``id`` (as it is written, with leading zeros) and ``cluster``."""
    if not path.is_file():
        raise InputError(f"labels: {path} is not a file; expected a table with the columns id and cluster.")
    try:
        table = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
        # Read as text first: a number with a fraction is not a cluster and must not be rounded to one.
        return table.select(pl.col("id").cast(pl.String), pl.col("cluster").cast(pl.String).cast(pl.Int64))
    except pl.exceptions.ColumnNotFoundError as error:
        raise InputError(f"{path}: expected the columns id and cluster; found {table.columns}.") from error
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(
            f"{path}: expected a table with the columns id and cluster, where cluster is a whole number; found: {error}"
        ) from error
