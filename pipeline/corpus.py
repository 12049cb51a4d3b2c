"""Which rows of the tables belong together, and the vectors of the documents."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.common.errors import InputError

ROWS = 10_000  # vectors decoded at once


def read_vectors(path: Path) -> np.ndarray:
    """(D, E) float32: the column ``vector`` of a table that `embed` wrote, every page checked.

    It is read by pieces, since to decode it whole takes four times its memory.

    Raises:
        InputError: the file is missing, damaged, or has no such column.
    """
    if not path.exists():
        raise InputError(f"{path} is missing. `dvc repro` makes it.")
    try:
        with pq.ParquetFile(path, page_checksum_verification=True, buffer_size=2**20) as file:
            width = file.schema_arrow.field("vector").type.list_size
            vectors = np.empty((file.metadata.num_rows, width), np.float32)
            start = 0
            for batch in file.iter_batches(ROWS, columns=["vector"]):
                vectors[start : start + len(batch)] = batch["vector"].flatten().to_numpy().reshape(-1, width)
                start += len(batch)
    except (pa.ArrowException, OSError, ValueError, AttributeError, KeyError) as error:
        raise InputError(f"{path} is damaged ({error}). Delete it and run `dvc repro` to make it again.") from error
    return vectors


def training_documents(split: pl.Series, bow: pl.DataFrame) -> np.ndarray:
    """Row numbers, ascending, of the training documents that have a word of the vocabulary."""
    with_words = np.zeros(len(split), dtype=bool)
    with_words[bow["document"].to_numpy()] = True
    return np.flatnonzero(with_words & (split == "train").to_numpy())


def rows_within(languages: pl.Series, name: str, rows: np.ndarray) -> np.ndarray:
    """Table row numbers of documents of one language as row numbers within that language."""
    return rows - int((languages == name).arg_max() or 0)
