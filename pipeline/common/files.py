"""Reading and writing files: a file appears whole or not at all, damage is reported, and digests identify contents."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.common.errors import InputError, TryAgainError

SEAL: Final = "digest"  # key of a sealed mapping, see below


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path next to ``path`` to write to. On success the file is flushed to disk and renamed.

    Raises:
        TryAgainError: the disk is full; an earlier file at ``path`` stays.
        InputError: the path cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with _explain_write_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.touch()
        yield unfinished
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        with _explain_write_errors(path):
            unfinished.replace(path)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        written = unfinished.stat().st_size if unfinished.exists() else 0
        free = shutil.disk_usage(path.parent).free
        raise TryAgainError(
            f"{path}: the disk is full: more than {written:,} bytes are needed and {free:,} are free. "
            "Free some space and run again; finished stages are kept."
        ) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


@contextmanager
def _explain_write_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (PermissionError, FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from error


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a table with page checksums; the same table gives the same bytes."""
    with whole_file(path) as unfinished:
        pq.write_table(frame.to_arrow(), unfinished, compression="zstd", write_page_checksum=True)


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Read a table that a stage wrote, checking every page.

    Raises:
        InputError: the file is missing, damaged, or lacks a column.
    """
    with _opened(path) as file:
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
    with _opened(path) as file:
        return list(file.schema_arrow.names)


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    if not path.exists():
        raise InputError(f"{path} is missing. `dvc repro` makes it.")
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            yield file
    except (pa.ArrowException, OSError, ValueError, TypeError, AssertionError, pl.exceptions.PanicException) as error:
        raise InputError(f"{path} is damaged ({error}). Delete it and run `dvc repro` to make it again.") from error


def write_json(value: Any, path: Path) -> None:  # noqa: ANN401 - any JSON value
    """Write JSON with indentation, so that a diff is readable; NaN is refused, since JSON does not have it."""
    write_text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n", path)


def read_json(path: Path) -> Any:  # noqa: ANN401 - any JSON value
    """Read JSON that a stage wrote.

    Raises:
        InputError: the file is missing or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing. `dvc repro` makes it.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is damaged ({error}). Delete it and run `dvc repro`.") from error


def sealed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with a digest of themselves, in place of an old one: :func:`unsealed` notices a change of any."""
    rest = {name: value for name, value in values.items() if name != SEAL}
    return rest | {SEAL: _digest_of_values(rest)}


def unsealed(values: Any, path: Path) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """The values that :func:`sealed` was given.

    Args:
        values: what was read.
        path: the file that they were read from, for the message.

    Raises:
        InputError: they are not as they were written.
    """
    found = dict(values) if isinstance(values, Mapping) else {}
    if found.pop(SEAL, None) == _digest_of_values(found):
        return found
    raise InputError(
        f"{path} is damaged, was edited, or is of another version of this software. `dvc repro` makes it again; of an "
        "exported model, ask for a new export."
    )


def _digest_of_values(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def write_text(text: str, path: Path) -> None:
    """Write UTF-8 text with Unix line ends."""
    with whole_file(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")


def read_utf8(path: Path) -> str:
    """The text of a file, without a byte order mark; line ends stay as they are.

    Raises:
        InputError: the file cannot be read or is not UTF-8.
    """
    try:
        content = path.read_bytes()
        return content.decode("utf-8").removeprefix("\ufeff")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}, line {line}: not UTF-8 (byte {error.start} of the file). Save the file as UTF-8."
        ) from error


def read_lines(path: Path) -> list[str]:
    """The lines of a text file. Only LF and CR LF end a line; at the end of the file they add no empty line.

    Raises:
        InputError: as for :func:`read_utf8`.
    """
    text = read_utf8(path)
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")] if text else []


def read_list(path: Path) -> list[str]:
    """The lines of a list that a person wrote, without blanks around them; CR ends a line as well, as on old Macs.

    Raises:
        InputError: as for :func:`read_utf8`.
    """
    return [line.strip() for line in re.split("[\r\n]", read_utf8(path).replace("\r\n", "\n"))]


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(path: Path) -> str:
    """SHA-256 of a file, or of the names and digests of all files in a folder, except for byproducts of running."""
    if not path.is_dir():
        return file_digest(path)
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and not is_byproduct(file)]
    names_and_digests = [(file.relative_to(path).as_posix(), file_digest(file)) for file in files]
    return hashlib.sha256(json.dumps(names_and_digests).encode()).hexdigest()


def is_byproduct(file: Path) -> bool:
    """Whether a file is only a byproduct of running Python (see .dvcignore)."""
    return file.suffix == ".pyc" or "__pycache__" in file.parts
