"""Small array helpers that several steps share."""

from __future__ import annotations

import numpy as np
import polars as pl


def unit_rows(matrix: np.ndarray) -> np.ndarray:
    """Scale rows to length 1; zero rows stay zero."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.divide(matrix, lengths, out=np.zeros_like(matrix), where=lengths > 0)


def filled(column: pl.Series) -> np.ndarray:
    """(D, K) float32 of a theta or mean column; zeros where it is null."""
    width = column.dtype.shape[0] if isinstance(column.dtype, pl.Array) else 0
    values = np.zeros((len(column), width), np.float32)
    known = column.is_not_null().to_numpy()
    values[known] = column.drop_nulls().to_numpy()
    return values
