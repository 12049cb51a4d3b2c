"""The documents' vectors, read by pieces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline.common.errors import InputError
from pipeline.common.parquet_files import write_parquet
from pipeline.tables.vectors import read_vectors


def _write(path: Path, vectors: np.ndarray) -> Path:
    column = pl.Series("vector", vectors, dtype=pl.Array(pl.Float32, vectors.shape[1]))
    write_parquet(pl.DataFrame({"id": [str(row) for row in range(len(vectors))], "vector": column}), path)
    return path


@pytest.mark.parametrize("documents", [1, 7, 20])
def test_pieces_make_the_whole(tmp_path: Path, documents: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.tables.vectors.ROWS", 7)
    vectors = np.random.default_rng(0).normal(size=(documents, 5)).astype(np.float32)
    vectors[0] = 0
    read = read_vectors(_write(tmp_path / "vectors.parquet", vectors))
    assert read.dtype == np.float32
    assert np.array_equal(read, vectors)


def test_a_flipped_byte_is_noticed(tmp_path: Path) -> None:
    path = _write(tmp_path / "vectors.parquet", np.random.default_rng(0).normal(size=(200, 5)).astype(np.float32))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match="is damaged"):
        read_vectors(path)


def test_what_is_no_table_of_vectors_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.parquet is missing"):
        read_vectors(tmp_path / "nowhere.parquet")
    write_parquet(pl.DataFrame({"id": ["a"]}), tmp_path / "other.parquet")
    with pytest.raises(InputError, match=r"other\.parquet .*vector"):
        read_vectors(tmp_path / "other.parquet")
    write_parquet(pl.DataFrame({"vector": [1.0]}), tmp_path / "number.parquet")
    with pytest.raises(InputError, match=r"number\.parquet"):
        read_vectors(tmp_path / "number.parquet")
