"""Vectors as columns of tables: embeddings, and theta of the documents that have a theta."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.common.parquet_files import opened_parquet

ROWS = 10_000  # vectors that are decoded at once


def vector_column(vectors: np.ndarray) -> pl.Series:
    """Turn (D, E) vectors into a column ``vector`` of arrays of E float32."""
    return pl.Series("vector", vectors, dtype=pl.Array(pl.Float32, vectors.shape[1]))


def read_vectors(path: Path) -> np.ndarray:
    """Read the column ``vector`` of a table that `embed` wrote, (D, E) float32, and check every page.

    The column is read in pieces, since decoding it at once takes four times its memory.

    Raises:
        InputError: the file is missing, damaged, or has no such column.
    """
    with opened_parquet(path, buffer_size=2**20) as file:
        width = file.schema_arrow.field("vector").type.list_size
        vectors = np.empty((file.metadata.num_rows, width), np.float32)
        start = 0
        for batch in file.iter_batches(ROWS, columns=["vector"]):
            vectors[start : start + len(batch)] = batch["vector"].flatten().to_numpy().reshape(-1, width)
            start += len(batch)
    return vectors


@dataclass(frozen=True)
class Theta:
    """Theta of D documents, or the scores whose softmax is theta, and which documents have a theta.

    A document of which the model knows nothing has no theta. Its row is zeros, so that sums over documents ignore it.
    Whether a document has a theta is never read from the zeros, but always from ``known``.

    Attributes:
        values: (D, K) float32, theta or the scores.
        known: (D,) bool, whether a document has a theta.
    """

    values: np.ndarray
    known: np.ndarray

    @classmethod
    def of(cls, column: pl.Series) -> Theta:
        """Build it from a column of arrays that is null where a document has no theta."""
        width = column.dtype.shape[0] if isinstance(column.dtype, pl.Array) else 0
        values, known = np.zeros((len(column), width), np.float32), column.is_not_null().to_numpy()
        values[known] = column.drop_nulls().to_numpy()
        return cls(values, known)

    def column(self) -> pl.Series:
        """Turn it into a column of arrays that is null where a document has no theta."""
        column = pl.Series(self.values, dtype=pl.Array(pl.Float32, self.values.shape[1]))
        return pl.select(pl.when(pl.Series(self.known)).then(column)).to_series()

    def __getitem__(self, rows: slice | np.ndarray) -> Theta:
        """The theta of some of the documents."""
        return Theta(self.values[rows], self.known[rows])

    def __len__(self) -> int:
        return len(self.known)

    @property
    def topics(self) -> int:
        """The number of topics, K."""
        return self.values.shape[1]

    @property
    def of_known(self) -> np.ndarray:
        """(N, K) float32, the theta of the N documents that have one."""
        return self.values[self.known]


def unit_rows(matrix: np.ndarray) -> np.ndarray:
    """Scale rows to length 1; zero rows stay zero."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.divide(matrix, lengths, out=np.zeros_like(matrix), where=lengths > 0)
