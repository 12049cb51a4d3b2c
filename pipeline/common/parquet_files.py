"""Parquet files of our own: the same table gives the same bytes, and any damage is noticed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.common.errors import InputError
from pipeline.common.whole_files import MAKE_AGAIN, whole_file

_SEAL: Final = b"SHA-256:"  # before the digest in a Parquet file
_SEAL_BYTES: Final = len(_SEAL) + hashlib.sha256().digest_size
_END_BYTES: Final = 8  # of a Parquet file: the length of the footer, PAR1
_CHUNK: Final = 2**20
# What reading a damaged Parquet file can raise.
_DAMAGE: Final = (
    *(pa.ArrowException, pl.exceptions.PanicException, OSError, ValueError, TypeError, AssertionError),
    *(AttributeError, LookupError),
)


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a table with checksums of the pages and a digest of the whole; the same table gives the same bytes."""
    with whole_file(path) as unfinished:
        pq.write_table(frame.to_arrow(), unfinished, compression="zstd", write_page_checksum=True)
        _seal(unfinished)


def _seal(path: Path) -> None:
    """Put the digest of all other bytes of a Parquet file before its footer, where readers of Parquet never look.

    The checksums of pages leave out the footer and the pages' headers; a flipped bit there can rename a column, change
    a type or leave out rows.
    """
    with path.open("r+b") as file:
        start = _footer_start(file)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").digest()
        file.seek(start)
        footer = file.read()
        file.seek(start)
        file.write(_SEAL + digest + footer)


def _check_seal(path: Path) -> None:
    """Raise ValueError if a Parquet file has no digest, or another one than it says."""
    with path.open("rb") as file:
        sealed = _footer_start(file) - _SEAL_BYTES
        file.seek(max(0, sealed))
        seal = file.read(_SEAL_BYTES)
        if sealed < 0 or not seal.startswith(_SEAL):
            raise ValueError("it has no digest, or is of an earlier version")
        found = hashlib.sha256()
        file.seek(0)
        while sealed > 0 and (chunk := file.read(min(_CHUNK, sealed))):
            found.update(chunk)
            sealed -= len(chunk)
        file.seek(_SEAL_BYTES, os.SEEK_CUR)
        found.update(file.read())
        if found.digest() != seal.removeprefix(_SEAL):
            raise ValueError("its content differs from the digest in it")


def _footer_start(file: BinaryIO) -> int:
    """Where the footer of a Parquet file starts; ValueError if it cannot be one."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END_BYTES))
    start = size - _END_BYTES - int.from_bytes(file.read(4), "little")
    if start < 0:
        raise ValueError("it is cut, or no Parquet file")
    return start


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Read a table that a stage wrote, checking every page.

    Raises:
        InputError: the file is missing, damaged, or lacks a column.
    """
    with opened_parquet(path) as file:
        present = file.schema_arrow.names
        missing_columns = [name for name in columns or () if name not in present]
        frame = None if missing_columns else pl.DataFrame(file.read(None if columns is None else list(columns)))
    if frame is None:
        raise InputError(
            f"{path}: columns {missing_columns} are missing; found {present}. Delete it and run `dvc repro`."
        )
    return frame if columns is None else frame.select(columns)


def parquet_columns(path: Path) -> list[str]:
    """The names of a table's columns.

    Raises:
        InputError: the file is missing or damaged.
    """
    with opened_parquet(path) as file:
        return list(file.schema_arrow.names)


@contextmanager
def opened_parquet(path: Path, buffer_size: int = 0) -> Iterator[pq.ParquetFile]:
    """Context with a table that :func:`write_parquet` wrote, after a check of all its bytes.

    Args:
        path: the file.
        buffer_size: bytes that are read at once; 0 reads whole columns.

    Raises:
        InputError: the file is missing or damaged, or what is read in the context is not in it.
    """
    if not path.exists():
        raise InputError(f"{path} is missing. `dvc repro` makes it.")
    try:
        _check_seal(path)
        with pq.ParquetFile(path, page_checksum_verification=True, buffer_size=buffer_size) as file:
            yield file
    except MemoryError:
        raise
    except PermissionError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except _DAMAGE as error:
        raise InputError(f"{path} is damaged ({error}). {MAKE_AGAIN}") from error
