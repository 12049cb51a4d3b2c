"""Rows of JSON Lines, CSV and TSV files, each with its line and, where it cannot be read, the reason."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple, NoReturn

from pipeline.common.errors import InputError

InvalidUtf8 = Literal["stop", "reject"]

JSON_LINES = frozenset({".jsonl", ".ndjson"})
DELIMITERS = {".csv": ",", ".tsv": "\t"}
FORMATS = "JSON Lines (.jsonl, .ndjson), CSV (.csv), TSV (.tsv)"
REFERENCE_STEM = "reference"

BOM = b"\xef\xbb\xbf"
LONGEST_FIELD = 2**30  # characters; csv's own limit of 128 KiB is shorter than many documents


class Row(NamedTuple):
    """One row of a file: the line it starts on, its fields by column, and why it cannot be used."""

    line: int
    fields: dict[str, Any]
    reason: str | None = None

    def without(self, columns: Collection[str]) -> Row:
        """The same row with those fields left out."""
        return self._replace(fields={name: value for name, value in self.fields.items() if name not in columns})


def document_files(path: Path) -> list[Path]:
    """The files of documents at ``path``: itself, or those directly in the folder, sorted by name.

    Raises:
        InputError: nothing is there, or nothing of a known format.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist. `path` must name a file or a folder of {FORMATS}.")
    if path.is_file():
        return [_known(path)]
    files = [file for file in files_in(path) if file.stem != REFERENCE_STEM]
    if not files:
        found = ", ".join(sorted(file.name for file in path.iterdir())) or "nothing"
        raise InputError(f"{path} holds no documents. Expected files of {FORMATS}; found {found}.")
    return files


def files_in(folder: Path) -> list[Path]:
    """The files of a known format directly in ``folder``, sorted by name, without hidden ones."""
    files = (file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    return sorted(file for file in files if file.suffix.lower() in JSON_LINES | DELIMITERS.keys())


def read_rows(path: Path, invalid_utf8: InvalidUtf8 = "stop") -> list[Row]:
    """All rows of a file, those that cannot be read with a reason.

    Raises:
        InputError: the file cannot be opened, has no rows, or is not UTF-8 (unless rows may be rejected for that).
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    invalid = _invalid_lines(data)
    data = data.removeprefix(BOM)
    if invalid and invalid_utf8 == "stop":
        _stop_at(path, *next(iter(invalid.items())))
    delimiter = DELIMITERS.get(path.suffix.lower())
    rows = list(_json_rows(data, invalid) if delimiter is None else _csv_rows(path, data, delimiter, invalid))
    if not rows:
        raise InputError(f"{path} holds no rows. Expected one document a row.")
    return rows


def _known(path: Path) -> Path:
    if path.suffix.lower() not in JSON_LINES | DELIMITERS.keys():
        raise InputError(f"{path}: the format `{path.suffix}` is not known. Expected {FORMATS}.")
    return path


def _invalid_lines(data: bytes) -> dict[int, str]:
    """Line -> which byte of it is not UTF-8. Splitting first is safe: no line end is part of a longer character."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return dict(_each_invalid_line(data))
    return {}


def _each_invalid_line(data: bytes) -> Iterator[tuple[int, str]]:
    start = 0
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        try:
            line.decode()
        except UnicodeDecodeError as error:
            yield number, f"byte 0x{line[error.start]:02x} at byte offset {start + error.start}"
        start += len(line)


def _stop_at(path: Path, line: int, byte: str) -> NoReturn:
    raise InputError(
        f"{path}:{line}: not valid UTF-8: {byte}. Save the file as UTF-8, "
        "or set `documents.invalid_utf8: reject` to leave such rows out and count them."
    )


def _json_rows(data: bytes, invalid: dict[int, str]) -> Iterator[Row]:
    # Unlike str.splitlines, this splits at CR LF, LF and CR only: U+2028 may stand in a JSON string.
    for number, line in enumerate(data.splitlines(), 1):
        if number in invalid:
            yield Row(number, {}, f"invalid UTF-8: {invalid[number]}")
        elif line.strip():
            yield _json_row(number, line.decode())


def _json_row(number: int, line: str) -> Row:
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        return Row(number, {}, f"invalid JSON: {error.msg} at character {error.pos + 1}")
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets without end
        return Row(number, {}, f"invalid JSON: {error}")
    if not isinstance(fields, dict):
        return Row(number, {}, f"not a JSON object: {type(fields).__name__}")
    return Row(number, {name.strip(): value for name, value in fields.items()})


def _csv_rows(path: Path, data: bytes, delimiter: str, invalid: dict[int, str]) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_FIELD)
    # newline="" keeps line ends inside quotes, and still takes CR LF, LF and CR for the end of a row.
    reader = csv.reader(io.StringIO(data.decode(errors="replace"), newline=""), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    while (row := _next_csv_row(path, reader)) is not None:
        line, fields, reason = row
        bad = next((invalid[number] for number in range(line, reader.line_num + 1) if number in invalid), None)
        if header is None:
            header = _header(path, fields, reason or bad)
        elif reason or bad:
            yield Row(line, {}, reason or f"invalid UTF-8: {bad}")
        elif len(fields) != len(header):
            yield Row(line, {}, f"wrong number of fields: {len(fields)}, the header has {len(header)}")
        else:
            yield Row(line, dict(zip(header, fields, strict=True)))


def _next_csv_row(path: Path, reader: Any) -> tuple[int, list[str], str | None] | None:  # noqa: ANN401 - csv's reader
    """Line, fields and problem of the next row that is not blank; None at the end."""
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return None
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise InputError(f"{path}:{line}: a quote is opened in this row and never closed.") from error
            return line, [], f"invalid quoting: {error}"
        if fields:
            return line, fields, None


def _header(path: Path, fields: list[str], problem: str | None) -> list[str]:
    names = [name.strip() for name in fields]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if problem or twice:
        raise InputError(f"{path}:1: the header cannot be used: {problem or f'columns {twice} stand there twice'}.")
    return names
