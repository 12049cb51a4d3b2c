"""Rows of Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.common.errors import InputError
from pipeline.common.wording import counted
from pipeline.documents.file_row import FileRow
from pipeline.documents.formats import check_unpacked

BATCH = 10_000


def parquet_rows(path: Path) -> Iterator[FileRow]:
    """Yield the rows of a Parquet file, counted from 1; some thousand are in memory at once.

    Raises:
        InputError: the file cannot be read.
    """
    number = 0
    try:
        with pq.ParquetFile(path) as file:
            _check_size(path, file.metadata)
            for batch in file.iter_batches(BATCH):
                for fields in batch.to_pylist():
                    number += 1
                    yield FileRow(number, {name.strip(): value for name, value in fields.items()})
    except (pa.ArrowException, OSError, ValueError, AssertionError) as error:
        raise InputError(f"{path} cannot be read as Parquet: {error}.") from error


def _check_size(path: Path, metadata: pq.FileMetaData) -> None:
    packed = path.stat().st_size
    unpacked = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    check_unpacked(path, packed, unpacked)
    if metadata.num_rows > max(packed, BATCH):
        rows, size = counted(metadata.num_rows, "row"), counted(packed, "byte")
        raise InputError(f"{path}: {rows} in {size} cannot be different documents.")
