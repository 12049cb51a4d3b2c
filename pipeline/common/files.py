"""Reading and writing files: a file appears whole or not at all, damage is reported, and digests identify contents."""

from __future__ import annotations

import errno
import fcntl
import glob
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.common.errors import InputError, TryAgainError

# Not only "delete it": DVC would bring the same bytes back where its cache is damaged, too.
MAKE_AGAIN: Final = (
    "Type `make verify MEND=1`, which removes what is damaged, also in DVC's cache, and run `dvc repro` to make it "
    "again."
)
# Why the system takes no more bytes, and what the user can do.
_NO_MORE_BYTES: Final = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk (its quota) is used up",
    errno.EFBIG: "the system allows no larger file (see `ulimit -f`)",
}
_SEAL: Final = b"SHA-256:"  # before the digest in a Parquet file
_SEAL_BYTES: Final = len(_SEAL) + hashlib.sha256().digest_size
_END_BYTES: Final = 8  # of a Parquet file: the length of the footer, PAR1
_CHUNK: Final = 2**20
_JSON_SEAL: Final = "sha256"
# What reading a damaged Parquet file can raise.
_DAMAGE: Final = (
    *(pa.ArrowException, pl.exceptions.PanicException, OSError, ValueError, TypeError, AssertionError),
    *(AttributeError, LookupError),
)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path next to ``path`` to write to. On success the file is flushed to disk and renamed.

    What killed processes left unfinished at the same path is removed.

    Raises:
        TryAgainError: the disk is full; an earlier file at ``path`` stays.
        InputError: the path cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with _explain_write_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.touch()
        with unfinished.open("rb") as lock:
            with suppress(OSError):  # some file systems have no locks; there, nothing is removed either
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            yield unfinished
            os.fsync(lock.fileno())
        with _explain_write_errors(path):
            unfinished.replace(path)
        _remove_left_over(path)
    except OSError as error:
        if not is_full(error):
            raise
        raise no_space(path, error, unfinished.stat().st_size if unfinished.exists() else 0) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def is_full(error: OSError) -> bool:
    """Whether the system takes no more bytes: the disk, the user's quota or a limit on file size is reached."""
    return error.errno in _NO_MORE_BYTES


def no_space(path: Path, error: OSError, written: int = 0) -> TryAgainError:
    """The error for an ``error`` of which :func:`is_full` is true.

    Args:
        path: what was to be written; it need not exist.
        error: the system's error.
        written: bytes of the unfinished file.
    """
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    return TryAgainError(
        f"{path}: {_NO_MORE_BYTES[error.errno or errno.ENOSPC]}: more than {written:,} bytes are needed and "
        f"{shutil.disk_usage(folder).free:,} are free. Free some space and run again; finished stages are kept."
    )


def _remove_left_over(path: Path) -> None:
    """Remove what killed processes left of ``path``; a process that still writes holds a lock."""
    for unfinished in path.parent.glob(f".{glob.escape(path.name)}.*.partial"):
        with suppress(OSError), unfinished.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            unfinished.unlink()


@contextmanager
def _explain_write_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (PermissionError, FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from error


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
    """Raise ValueError if a Parquet file has another digest than it says; one without a digest passes."""
    with path.open("rb") as file:
        sealed = _footer_start(file) - _SEAL_BYTES
        file.seek(max(0, sealed))
        seal = file.read(_SEAL_BYTES)
        if sealed < 0 or not seal.startswith(_SEAL):
            return
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
    except _DAMAGE as error:
        raise InputError(f"{path} is damaged ({error}). {MAKE_AGAIN}") from error


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
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}). {MAKE_AGAIN}") from error


def write_sealed_json(value: Mapping[str, Any], path: Path) -> None:
    """Write a mapping as JSON, with its digest as a further entry ``sha256``."""
    write_json({**value, _JSON_SEAL: _json_digest(value)}, path)


def read_sealed_json(path: Path) -> dict[str, Any]:
    """Read what :func:`write_sealed_json` wrote; a file without a digest passes, as earlier versions wrote it.

    Raises:
        InputError: the file is missing, is not JSON, or has another content than its digest says.
    """
    value = read_json(path)
    if not isinstance(value, dict):
        raise InputError(f"{path} is damaged, or of another version of this software. {MAKE_AGAIN}")
    sealed = value.pop(_JSON_SEAL, None)
    if sealed is not None and sealed != _json_digest(value):
        raise InputError(f"{path} is damaged (its content differs from the digest in it). {MAKE_AGAIN}")
    return value


def _json_digest(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, allow_nan=False).encode()).hexdigest()


def copy_file(source: Path, target: Path) -> None:
    """Copy a file; the copy appears whole or not at all."""
    with whole_file(target) as unfinished:
        shutil.copyfile(source, unfinished)


def copy_folder(source: Path, target: Path) -> None:
    """Copy every file in a folder and below, each whole or not at all; nothing if there is no such folder."""
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        if path.is_file():
            copy_file(path, target / path.relative_to(source))


def _object(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        return {}
    return row if isinstance(row, dict) else {}


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
